import type { AttemptEvent, ChainOutcome } from "./events.ts";
import { NO_QUANTITY } from "./quantity.ts";
import { Histogram } from "./histogram.ts";
import type { CallFigures, InstanceFigures } from "./report.ts";
import { DEADLINE } from "./samples.ts";

/** What is known of calls, without keeping them. */
export class CallTally {
  #invocations = 0;
  #attempts = 0;
  #completed = 0;
  #failed = 0;
  #throttled = 0;
  #coldStarts = 0;
  readonly queueingMs = new Histogram();
  readonly #runMs = new Histogram();

  /** Adds an attempt. @param isFirst whether it is the first of its invocation that is known */
  add({ outcome, settled, queuedMs, cold }: AttemptEvent, runMs: number, isFirst: boolean): void {
    this.#attempts++;
    if (isFirst) this.#invocations++;
    if (settled) this.queueingMs.add(queuedMs);
    if (cold) this.#coldStarts++;
    if (outcome === "ok") {
      this.#completed++;
      this.#runMs.add(runMs);
    } else if (outcome === "throttled") this.#throttled++;
    else if (outcome === "failed" && settled) this.#failed++;
  }

  merge(other: CallTally): void {
    this.#invocations += other.#invocations;
    this.#attempts += other.#attempts;
    this.#completed += other.#completed;
    this.#failed += other.#failed;
    this.#throttled += other.#throttled;
    this.#coldStarts += other.#coldStarts;
    this.queueingMs.merge(other.queueingMs);
    this.#runMs.merge(other.#runMs);
  }

  figures(): CallFigures {
    return {
      functions: {
        invocations: this.#invocations,
        attempts: this.#attempts,
        completed: this.#completed,
        failed: this.#failed,
        throttled: this.#throttled,
        retried: this.#attempts - this.#invocations,
        coldStarts: this.#coldStarts,
      },
      queueing_ms: this.queueingMs.quantity(),
      run_ms: this.#runMs.quantity(),
      function_ms: NO_QUANTITY,
      provider_queueing_ms: NO_QUANTITY,
    };
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.queueingMs.bytes + this.#runMs.bytes;
  }
}

/** What is known of instances, without keeping them. */
export class InstanceTally {
  readonly #outcomes: Record<ChainOutcome | "unfinished", number> = {
    completed: 0,
    failed: 0,
    dropped: 0,
    cancelled: 0,
    shed: 0,
    unfinished: 0,
  };
  #met = 0;
  #missed = 0;
  readonly ms = new Histogram();
  readonly #slowdown = new Histogram();

  /** A copy, to which more can be added. */
  copy(): InstanceTally {
    const copy = new InstanceTally();
    copy.merge(this);
    return copy;
  }

  /**
   * Adds an instance.
   *
   * @param ms from submission to end, if it completed, or NaN
   * @param slowdown or NaN, where it is not known
   * @param deadline one of DEADLINE
   */
  add(outcome: ChainOutcome | "unfinished", ms: number, slowdown: number, deadline: number): void {
    this.#outcomes[outcome]++;
    if (deadline === DEADLINE.met) this.#met++;
    if (deadline === DEADLINE.missed) this.#missed++;
    this.ms.add(ms);
    this.#slowdown.add(slowdown);
  }

  merge(other: InstanceTally): void {
    for (const outcome of Object.keys(this.#outcomes) as ChainOutcome[]) {
      this.#outcomes[outcome] += other.#outcomes[outcome];
    }
    this.#met += other.#met;
    this.#missed += other.#missed;
    this.ms.merge(other.ms);
    this.#slowdown.merge(other.#slowdown);
  }

  figures(): InstanceFigures {
    const submitted = Object.values(this.#outcomes).reduce((a, b) => a + b);
    return {
      chains: { submitted, ...this.#outcomes },
      chain_ms: this.ms.quantity(),
      slowdown: this.#slowdown.quantity(),
      deadlines: { met: this.#met, missed: this.#missed },
    };
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.ms.bytes + this.#slowdown.bytes;
  }
}
