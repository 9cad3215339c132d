import type { Chain, JsonObject } from "../model/mod.ts";

/** The schema named by the first event of every run log. */
export const RUN_SCHEMA = "sequoia.run/1";

/**
 * The place in which the calls of a run wait until they may start: `sequoia`: the consumer's queue; `provider`: a queue of the
 * provider, whose times are known; `none`: nowhere, as calls are made at once, or as nobody knows.
 */
export type RunQueue = "sequoia" | "provider" | "none";

/** The description of a run, the args of the first event (`sequoia_run`). */
export interface RunInfo {
  /** The format and its version. */
  readonly schema: typeof RUN_SCHEMA;
  /** Tells the run from all others; logs of earlier versions have none. */
  readonly id?: string;
  /** Tells the queue whose instances it is about from all other queues: see `Queue.identity`. */
  readonly queueId?: string;
  /** consume, produce, spam or simulate. */
  readonly command: string;
  /** The policy, as it is written on the command line. */
  readonly policy?: string;
  /** The limits as they were asked for: `{ global: 100, functions: { f: 5 }, chains: {} }`. */
  readonly limits?: JsonObject;
  /** The policy's options beside its name, by the names of the command line: `{ by: "tenant", "strict-shares": true }`. */
  readonly scheduling?: JsonObject;
  /** The name of the platform, or of a simulated provider. */
  readonly platform?: string;
  /** Where calls wait that cannot start yet. (Default: by the command: see `queueOf`) */
  readonly queue?: RunQueue;
  /** The version of the program. */
  readonly version: string;
  /** The seed of its load, if it had one. */
  readonly seed?: string;
  /** Milliseconds since 1970; all `ts` count from here. */
  readonly startedAtMs: number;
}

/** The queue of a run; where its log does not say: none without Sequoia, otherwise the consumer's. */
export function queueOf(run: Pick<RunInfo, "queue" | "command" | "policy"> | undefined): RunQueue {
  if (run?.queue !== undefined) return run.queue;
  const isWithout = run?.command === "spam" || run?.command === "simulate" && run.policy === "baseline";
  return isWithout ? "none" : "sequoia";
}

/** The end of an attempt. `cancelled`: its chain had ended before it. */
export type AttemptOutcome = "ok" | "failed" | "throttled" | "cancelled";

/** One attempt: one call of one function. */
export interface AttemptEvent {
  /** The name of the function. */
  readonly function: string;
  /** The name of the chain. */
  readonly chain: string;
  /** The id of the instance. */
  readonly instance: string;
  /** The name of the node. */
  readonly node: string;
  /** Of a map: which item, from 0. */
  readonly item?: number;
  /** The number of times that its node has been begun again, if it has. */
  readonly generation?: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** When it started, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** From its start to its response, in milliseconds. */
  readonly runMs: number;
  /** The way it ended. */
  readonly outcome: AttemptOutcome;
  /** Whether the invocation settled with it: false if another attempt follows. */
  readonly settled: boolean;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** From the invocation's being ready to the start of this attempt, in milliseconds. */
  readonly queuedMs: number;
  /** The part of its run time that it waited at the provider before its function began, in milliseconds, if a simulation knows. */
  readonly providerQueuedMs?: number;
  /** Whether the platform said that it started a container for it. */
  readonly cold: boolean;
  /** The name of the platform that made it. */
  readonly platform: string;
  /** Why it failed or was throttled, if it was. */
  readonly reason?: string;
  /** The wait that the answer asked for before the next try, in milliseconds, if it asked. */
  readonly retryAfterMs?: number;
  /** If it follows a failed one: the time between the end of the delay after that and its start, in milliseconds. */
  readonly dueMs?: number;
  /** Whether its caller has stopped it: that it failed says nothing of its function. Run logs do not have it. (Default: false) */
  readonly stopped?: boolean;
  /** The cost of the attempt, in the currency of the platform's price, if the platform has one. */
  readonly cost?: number;
  /** The id of its trace: 32 hexadecimal digits, if spans are recorded, or if it was not ok. */
  readonly traceId?: string;
  /** The id of its span there: 16 hexadecimal digits. */
  readonly spanId?: string;
}

/** The times that a function told of its own run, within an attempt that has ended. */
export interface FunctionRunEvent extends
  Pick<
    AttemptEvent,
    "function" | "chain" | "instance" | "node" | "item" | "generation" | "attempt" | "outcome" | "platform"
  > {
  /** When it started, in milliseconds since 1970; the start of its attempt, where the clocks do not agree. */
  readonly startedAtMs: number;
  /** From its start to its end, by its own clock. */
  readonly functionMs: number;
  /** From the start of the attempt to that of the function: what the provider took. Undefined if clocks do not agree. */
  readonly providerQueuedMs?: number;
  /** The least lead of the function's clock over this machine's; negative: it is behind. Undefined if the clocks may agree. */
  readonly skewMs?: number;
}

/** A chain instance was submitted. */
export interface SubmitEvent {
  /** The name of the chain. */
  readonly chain: string;
  /** The id of the instance. */
  readonly instance: string;
  /** The intended time, in milliseconds since 1970: if it was delayed, when it was due. */
  readonly submittedAtMs: number;
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** From the intended time until the queue had it for good, in milliseconds, in the log of its producer. */
  readonly lateMs?: number;
  /** From its submission until a consumer took it, in milliseconds, if one has. */
  readonly takenMs?: number;
  /** Its share under fair policies. */
  readonly weight: number;
  /** The id of the instance that called it, if one has. */
  readonly parent?: string;
  /** Lower is more urgent. (Default: 0) */
  readonly priority?: number;
  /** From submission, in milliseconds. */
  readonly deadlineMs?: number;
  /**
   * The chain that is run. The log holds it once for all instances that share the object, without the URLs, args and headers of
   * calls; older logs have none.
   */
  readonly definition?: Chain;
}

/**
 * The end of a chain instance. `dropped`: it started, and will never end (without QoS only). `shed`: it was refused before its
 * first start, as it could not meet its deadline any more.
 */
export type ChainOutcome = "completed" | "failed" | "cancelled" | "dropped" | "shed";

/** A chain instance ended. */
export interface EndEvent {
  /** The name of the chain. */
  readonly chain: string;
  /** The id of the instance. */
  readonly instance: string;
  /** When it ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
  /** The way it ended. */
  readonly outcome: ChainOutcome;
  /** Why, unless it completed. */
  readonly reason?: string;
  /** The time that the instance would have taken had nothing waited: the longest path of its run times, in milliseconds. */
  readonly idealMs?: number;
  /** The id of its trace: 32 hexadecimal digits, if spans are recorded, or if it has not completed. */
  readonly traceId?: string;
  /** The id of its span there: 16 hexadecimal digits. */
  readonly spanId?: string;
}

/** The scheduler's gauges at an instant. */
export interface CounterEvent {
  /** The instant, in milliseconds since 1970. */
  readonly atMs: number;
  /** Invocations ready and waiting. */
  readonly ready: number;
  /** Attempts in flight. */
  readonly running: number;
  /** The global limit in force; Infinity for none. */
  readonly limit: number;
  /** Throttles since the start. */
  readonly throttled: number;
}

/** The kinds of settings that change while a run goes on; `paused` and `resumed`: something is held back, and no more. */
export type SettingKind = "policy" | "limit" | "ceilings" | "floors" | "paused" | "resumed";

/** A setting of the queue was put in force. */
export interface SettingEvent {
  /** The instant, in milliseconds since 1970. */
  readonly atMs: number;
  /** Which one. */
  readonly setting: SettingKind;
  /** The value in force from then on, as on the command line, or what is paused or resumed; undefined: there is none any more. */
  readonly value?: string;
}

/** Anything that a run log holds. */
export type RunEvent =
  | ({ readonly type: "run" } & RunInfo)
  | ({ readonly type: "attempt" } & AttemptEvent)
  | ({ readonly type: "functionRun" } & FunctionRunEvent)
  | ({ readonly type: "submit" } & SubmitEvent)
  | ({ readonly type: "end" } & EndEvent)
  | ({ readonly type: "counter" } & CounterEvent)
  | ({ readonly type: "setting" } & SettingEvent);

/** Where the programs record what happens; the run log's writer is one. */
export interface Recorder {
  attempt(event: AttemptEvent): void;
  functionRun(event: FunctionRunEvent): void;
  submit(event: SubmitEvent): void;
  end(event: EndEvent): void;
  counter(event: CounterEvent): void;
  setting(event: SettingEvent): void;
}

/** Records nothing. */
export const noRecorder: Recorder = {
  attempt() {},
  functionRun() {},
  submit() {},
  end() {},
  counter() {},
  setting() {},
};

/** A recorder that hands all events on to another one, but for those of some kinds, which are recorded in their own way. */
export function handingOn(recorder: Recorder, own: Partial<Recorder>): Recorder {
  return {
    attempt: (event) => recorder.attempt(event),
    functionRun: (event) => recorder.functionRun(event),
    submit: (event) => recorder.submit(event),
    end: (event) => recorder.end(event),
    counter: (event) => recorder.counter(event),
    setting: (event) => recorder.setting(event),
    ...own,
  };
}

/** Records an event of a run; the description of the run is none. */
export function recordEvent(recorder: Recorder, event: Exclude<RunEvent, { type: "run" }>): void {
  switch (event.type) {
    case "attempt":
      return recorder.attempt(event);
    case "functionRun":
      return recorder.functionRun(event);
    case "submit":
      return recorder.submit(event);
    case "end":
      return recorder.end(event);
    case "counter":
      return recorder.counter(event);
    case "setting":
      return recorder.setting(event);
  }
}
