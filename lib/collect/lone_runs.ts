import { type AttemptEvent, originalCall, type Recorder, type TimedLine } from "../record/mod.ts";
import { type FunctionRun, Matcher } from "./matcher.ts";

/** The names under which functions run that have no better one: that of the original's consumer, and that of its wrapper. */
const ANYBODY = new Set(["functionSide", "lambda"]);

/** Ids whose repetitions are counted; of more, the one that was heard of longest ago is forgotten. */
const MOST_IDS = 100_000;

/**
 * Records runs that are known only by their functions' own lines, each as an attempt. An id of ours that comes again is a
 * retry; any other is of another call, the second one of `7` is called `7#2`: the original's producers and spammers begin at 0
 * each time, and nothing there is tried again.
 */
export class LoneRuns {
  readonly #recorder: Pick<Recorder, "attempt">;
  readonly #matcher = new Matcher();
  /** The number of times that each id that is not ours has come, by the function's name and the id. */
  readonly #times = new Map<string, number>();
  /** Runs that were recorded. */
  recorded = 0;

  constructor(recorder: Pick<Recorder, "attempt">) {
    this.#recorder = recorder;
  }

  /** Functions that run, as far as is known. */
  get running(): number {
    return this.#matcher.open;
  }

  /** Lines whose counterpart never came. */
  get unmatched(): number {
    return this.#matcher.forgotten;
  }

  /** A function has said something. */
  take(line: TimedLine, receivedAtMs: number): void {
    const run = this.#matcher.take(line, receivedAtMs);
    if (run === undefined) return;
    this.recorded++;
    const names = ownNames(run);
    this.#recorder.attempt(attemptOf(run, names ?? this.#strangeNames(run)));
  }

  #strangeNames({ who, id }: FunctionRun): Names {
    const key = `${who} ${id}`, times = (this.#times.get(key) ?? 0) + 1;
    this.#times.delete(key);
    this.#times.set(key, times);
    if (this.#times.size > MOST_IDS) this.#times.delete(this.#times.keys().next().value!);
    const { chain, instance, function: name, node } = originalCall(who, id);
    return {
      ...{ chain, node },
      instance: times === 1 ? instance : `${instance}#${times}`,
      function: instance !== id && ANYBODY.has(who) ? name : who,
    };
  }
}

type Names = Pick<AttemptEvent, "function" | "chain" | "instance" | "node">;

function attemptOf({ startedAtMs, endedAtMs }: FunctionRun, names: Names): AttemptEvent {
  return {
    ...names,
    attempt: 1,
    startedAtMs,
    runMs: endedAtMs - startedAtMs,
    outcome: "ok",
    settled: false, // neither whether another attempt followed nor its wait is known here
    status: 0,
    queuedMs: 0,
    cold: false,
    platform: "",
  };
}

/** By an id of ours, `<instance>/<node>[/<item>]`; undefined: it is somebody else's. */
function ownNames({ who, id }: FunctionRun): Names | undefined {
  const [, instance, node] = /^([^/{]+)\/(.+?)(?:\/\d+)?$/.exec(id) ?? [];
  if (instance === undefined) return undefined;
  return { chain: who, instance, function: ANYBODY.has(who) ? node! : who, node: node! };
}
