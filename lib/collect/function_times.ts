import {
  type AttemptEvent,
  type FunctionRunEvent,
  functionRunOf,
  type Recorder,
  type TimedLine,
} from "../record/mod.ts";
import { type FunctionRun, Matcher } from "./matcher.ts";

/** The time after the end of an attempt in which its function may still tell of its run, in milliseconds. */
const GRACE_MS = 5000;
/** The most functions that tell of their runs and are remembered. */
const MOST_REPORTING = 10_000;

/** An attempt that its function may tell of. */
interface TimedAttempt {
  readonly key: string;
  readonly startedAtMs: number;
  run?: FunctionRun;
  /** The attempt's end, and the instant until which it waits for its function's line. */
  ended?: { readonly event: AttemptEvent; readonly untilMs: number };
}

/** An attempt under way, to be ended once. */
export interface OpenAttempt {
  /** It has ended, and been recorded. @returns the function's own times, if it has told of them by now */
  end(event: AttemptEvent, nowMs: number): FunctionRunEvent | undefined;
  /** It is not recorded. */
  abandon(): void;
}

/** The counts of attempts whose functions have reported them so far. */
export interface FunctionTimesStats {
  /** Attempts that have ended, and those of them whose functions reported them. */
  readonly ended: number;
  readonly reported: number;
  /** Lines of calls that are not made here, or not any more. */
  readonly strange: number;
  /** Attempts with whose functions the clocks do not agree. */
  readonly skewed: number;
  /** The largest error of such a clock, in milliseconds; below 0: behind. */
  readonly worstSkewMs: number;
}

/** The options of {@linkcode FunctionTimes}. */
export interface FunctionTimesOptions {
  readonly recorder: Pick<Recorder, "functionRun">;
  /**
   * The lead of the system's clock, which functions go by on this machine, over the clock that attempts go by, in milliseconds.
   * (Default: they are the same)
   */
  readonly aheadMs?: () => number;
  /** Called with the time that a function that went well really ran, in milliseconds. */
  readonly learn?: (functionName: string, functionMs: number) => void;
}

/**
 * Records for each attempt the time that its function really ran, and its wait at the provider before, by the lines that
 * functions write themselves. Holds the attempts in flight, and those that ended in the last seconds; lines of anything else
 * are passed over, so that what strangers send takes no memory.
 *
 * A function's lines are matched to an attempt by the idempotency key, and among attempts of one key by the instant at which
 * the function's start was received. Attempts that cannot be told apart (an attempt timed out, its function ran on, the next
 * one began) are left out.
 */
export class FunctionTimes {
  readonly #recorder: Pick<Recorder, "functionRun">;
  readonly #aheadMs: () => number;
  readonly #learn: (functionName: string, functionMs: number) => void;
  readonly #matcher = new Matcher();
  readonly #attempts = new Map<string, TimedAttempt[]>();
  /** Ended, in this order, and not reported. */
  readonly #waiting = new Set<TimedAttempt>();
  /** Functions that report their runs, the newest of them. */
  readonly #reporting = new Set<string>();
  #ended = 0;
  #reported = 0;
  #strange = 0;
  #skewed = 0;
  #worstSkewMs = 0;

  constructor({ recorder, aheadMs = () => 0, learn = () => {} }: FunctionTimesOptions) {
    this.#recorder = recorder;
    this.#aheadMs = aheadMs;
    this.#learn = learn;
  }

  /** The counts up to now. */
  get stats(): FunctionTimesStats {
    return {
      ended: this.#ended,
      reported: this.#reported,
      strange: this.#strange,
      skewed: this.#skewed,
      worstSkewMs: this.#worstSkewMs,
    };
  }

  /** The number of ended attempts whose functions are known to report their runs, and have not reported these yet. */
  get awaited(): number {
    let awaited = 0;
    for (const { ended } of this.#waiting) if (this.#reporting.has(ended!.event.function)) awaited++;
    return awaited;
  }

  /** An attempt begins. @param key its idempotency key */
  begin(key: string, startedAtMs: number): OpenAttempt {
    const attempt: TimedAttempt = { key, startedAtMs };
    const same = this.#attempts.get(key);
    if (same === undefined) this.#attempts.set(key, [attempt]);
    else same.push(attempt);
    return {
      end: (event, nowMs) => this.#end(attempt, event, nowMs),
      abandon: () => this.#drop(attempt),
    };
  }

  /** A function has said something. */
  take(line: TimedLine, receivedAtMs: number): void {
    this.#forget(receivedAtMs);
    if (!this.#attempts.has(line.id)) {
      this.#strange++;
      return;
    }
    const run = this.#matcher.take(line, receivedAtMs);
    if (run === undefined || !run.isCertain) return;
    const attempt = this.#attempts.get(run.id)!.findLast(({ startedAtMs }) =>
      startedAtMs <= run.startReceivedAtMs
    );
    if (attempt === undefined || attempt.run !== undefined) return;
    attempt.run = run;
    if (attempt.ended !== undefined) this.#report(attempt, attempt.ended.event, run);
  }

  #end(attempt: TimedAttempt, event: AttemptEvent, nowMs: number): FunctionRunEvent | undefined {
    this.#forget(nowMs);
    this.#ended++;
    if (attempt.run !== undefined) return this.#report(attempt, event, attempt.run);
    attempt.ended = { event, untilMs: nowMs + GRACE_MS };
    this.#waiting.add(attempt);
  }

  #noteReporting(functionName: string): void {
    const reporting = this.#reporting;
    if (reporting.size >= MOST_REPORTING && !reporting.has(functionName)) {
      reporting.delete(reporting.values().next().value!);
    }
    reporting.add(functionName);
  }

  #report(attempt: TimedAttempt, event: AttemptEvent, run: FunctionRun): FunctionRunEvent {
    this.#drop(attempt);
    this.#noteReporting(event.function);
    this.#reported++;
    const reported = functionRunOf(event, run, this.#aheadMs());
    if (reported.skewMs !== undefined) {
      this.#skewed++;
      if (Math.abs(reported.skewMs) > Math.abs(this.#worstSkewMs)) this.#worstSkewMs = reported.skewMs;
    }
    this.#recorder.functionRun(reported);
    if (reported.outcome === "ok") this.#learn(reported.function, reported.functionMs);
    return reported;
  }

  #drop(attempt: TimedAttempt): void {
    this.#waiting.delete(attempt);
    const same = this.#attempts.get(attempt.key);
    if (same === undefined) return;
    const at = same.indexOf(attempt);
    if (at >= 0) same.splice(at, 1);
    if (same.length === 0) this.#attempts.delete(attempt.key);
  }

  #forget(nowMs: number): void {
    for (const attempt of this.#waiting) {
      if (attempt.ended!.untilMs > nowMs) return;
      this.#drop(attempt);
    }
  }
}
