import { formatDuration } from "../model/mod.ts";
import type { Ending } from "./contract.ts";
import type { InstanceRun } from "./invocation.ts";

/** An instant at which an instance ends, unless it has ended, or has begun in time. */
export class Expiry {
  /**
   * @param afterMs time after its submission, in milliseconds
   * @param reason why it ends then
   * @param untilStarted whether it only must have begun by then
   */
  constructor(
    readonly run: InstanceRun,
    readonly afterMs: number,
    readonly reason: string,
    readonly untilStarted: boolean,
  ) {}

  /** When, in the scheduler's time. */
  get atMs(): number {
    return this.run.limitedFromMs + this.afterMs;
  }

  /** Whether it does not matter any more, unless its instance's start is taken back; it leaves the queue then. */
  dropsOut(): boolean {
    const { unsettled, ending, started } = this.run;
    if (unsettled > 0 && ending === undefined && !(this.untilStarted && started)) return false;
    this.run.lostTtl ||= this.untilStarted;
    return true;
  }

  get sequence(): number {
    return this.run.sequence;
  }

  get ending(): Ending {
    return { outcome: "failed", reason: this.reason };
  }
}

const NONE: readonly Expiry[] = [];

/** When the limits of an instance's chain end it. */
export function expiriesOf(run: InstanceRun): Iterable<Expiry> {
  const { ttlMs, timeLimitMs } = run.instance.chain;
  return ttlMs === undefined && timeLimitMs === undefined ? NONE : expiries(run);
}

function* expiries(run: InstanceRun): Generator<Expiry> {
  const { ttlMs, timeLimitMs } = run.instance.chain;
  if (ttlMs !== undefined && !run.started) {
    const reason = `ttl: nothing of it had started within ${formatDuration(ttlMs)} of its submission`;
    yield new Expiry(run, ttlMs, reason, true);
  }
  if (timeLimitMs !== undefined) {
    const reason = `time-limit: it had not ended within ${formatDuration(timeLimitMs)} of its submission`;
    yield new Expiry(run, timeLimitMs, reason, false);
  }
}
