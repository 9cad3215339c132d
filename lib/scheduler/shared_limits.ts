import type { LimitPart, LimitUse } from "./limit_part.ts";
import type { RateLease } from "./rate_lease.ts";
import type { Regime } from "./regime.ts";

/**
 * The limits of a scheduler that keeps to them together with others: to its part of those on attempts in flight, and to rates by the
 * starts that it is granted.
 */
export class SharedLimits {
  readonly #regime: Regime;

  /** Makes those of the scheduler that goes by these rules. */
  constructor(regime: Regime) {
    this.#regime = regime;
  }

  /** Goes on with another part of all limits; what is in flight beyond it ends as it would have. */
  setPart(part: LimitPart, nowMs: number): void {
    this.#regime.backlog.nowMs = nowMs;
    this.#regime.setPart(part);
  }

  /**
   * The present use of each limit. Costs a step for each that is remembered.
   *
   * @param nowMs (Default: when something was asked of the scheduler last)
   */
  uses(nowMs: number = this.#regime.backlog.nowMs): Iterable<LimitUse> {
    this.#regime.backlog.nowMs = nowMs;
    return this.#regime.uses();
  }

  /** Number of attempts that could be in flight at present if that were the global limit, by the knowledge of the platforms. */
  limitWithin(global: number): number {
    return this.#regime.limitWithin(global);
  }

  /** Keeps to all rates together with others from now on. Nothing may have been started yet. */
  leaseRates(): void {
    this.#regime.leaseRates();
  }

  /**
   * The leases of all rates, with what they want as far as is known from the last `next`: its caller tells of that, and of what they
   * have, where starts are granted.
   *
   * @param mayStart whether it is asked for more to start; if not, they want nothing
   */
  leases(nowMs: number, mayStart: boolean): Iterable<RateLease> {
    const { backlog, leases } = this.#regime;
    backlog.nowMs = nowMs;
    backlog.askLeases(mayStart);
    return leases;
  }

  /** Lets `next` answer what may start by what was granted. */
  granted(nowMs: number): void {
    const { backlog } = this.#regime;
    backlog.nowMs = nowMs;
    backlog.reopen();
  }
}
