import { type AttemptEvent, functionRunOf, type Recorder, type TimedLine } from "../record/mod.ts";
import { type FunctionRun, Matcher } from "./matcher.ts";

/** The time after the end of an attempt in which its function may still tell of its run, in milliseconds. */
const GRACE_MS = 5000;
/** The most functions that tell of their runs and are remembered. */
const MOST_SPEAKERS = 10_000;

/** An attempt that its function may tell of. */
interface Told {
  readonly key: string;
  readonly startedAtMs: number;
  run?: FunctionRun;
  /** The attempt's end, and the instant until which it waits for its function's line. */
  ended?: { readonly event: AttemptEvent; readonly untilMs: number };
}

/** An attempt under way, to be ended once. */
export interface ToldAttempt {
  /** It has ended, and been recorded. */
  end(event: AttemptEvent, nowMs: number): void;
  /** It is not recorded. */
  abandon(): void;
}

/** The counts of attempts whose functions have told of them so far. */
export interface FunctionTimesStats {
  /** Attempts that have ended, and those of them whose functions told of themselves. */
  readonly ended: number;
  readonly told: number;
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
  readonly #attempts = new Map<string, Told[]>();
  /** Ended, in this order, and not told of. */
  readonly #waiting = new Set<Told>();
  /** Functions that have told of themselves, the newest of them. */
  readonly #speakers = new Set<string>();
  #ended = 0;
  #told = 0;
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
      told: this.#told,
      strange: this.#strange,
      skewed: this.#skewed,
      worstSkewMs: this.#worstSkewMs,
    };
  }

  /** The number of ended attempts whose functions are known to tell of their runs, and have not told of these yet. */
  get awaited(): number {
    let awaited = 0;
    for (const { ended } of this.#waiting) if (this.#speakers.has(ended!.event.function)) awaited++;
    return awaited;
  }

  /** An attempt begins. @param key its idempotency key */
  begin(key: string, startedAtMs: number): ToldAttempt {
    const attempt: Told = { key, startedAtMs };
    const same = this.#attempts.get(key);
    if (same === undefined) this.#attempts.set(key, [attempt]);
    else same.push(attempt);
    return {
      end: (event, nowMs) => this.#end(attempt, event, nowMs),
      abandon: () => this.#drop(attempt),
    };
  }

  /** A function has said something. */
  take(line: TimedLine, heardAtMs: number): void {
    this.#forget(heardAtMs);
    if (!this.#attempts.has(line.id)) {
      this.#strange++;
      return;
    }
    const run = this.#matcher.take(line, heardAtMs);
    if (run === undefined || !run.isCertain) return;
    const attempt = this.#attempts.get(run.id)!.findLast(({ startedAtMs }) =>
      startedAtMs <= run.startHeardAtMs
    );
    if (attempt === undefined || attempt.run !== undefined) return;
    attempt.run = run;
    if (attempt.ended !== undefined) this.#tell(attempt, attempt.ended.event, run);
  }

  #end(attempt: Told, event: AttemptEvent, nowMs: number): void {
    this.#forget(nowMs);
    this.#ended++;
    if (attempt.run !== undefined) return this.#tell(attempt, event, attempt.run);
    attempt.ended = { event, untilMs: nowMs + GRACE_MS };
    this.#waiting.add(attempt);
  }

  #noteSpeaker(functionName: string): void {
    const speakers = this.#speakers;
    if (speakers.size >= MOST_SPEAKERS && !speakers.has(functionName)) {
      speakers.delete(speakers.values().next().value!);
    }
    speakers.add(functionName);
  }

  #tell(attempt: Told, event: AttemptEvent, run: FunctionRun): void {
    this.#drop(attempt);
    this.#noteSpeaker(event.function);
    this.#told++;
    const told = functionRunOf(event, run, this.#aheadMs());
    if (told.skewMs !== undefined) {
      this.#skewed++;
      if (Math.abs(told.skewMs) > Math.abs(this.#worstSkewMs)) this.#worstSkewMs = told.skewMs;
    }
    this.#recorder.functionRun(told);
    if (told.outcome === "ok") this.#learn(told.function, told.functionMs);
  }

  #drop(attempt: Told): void {
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
