import type { RateLease } from "./rate_lease.ts";
import type { Regime } from "./regime.ts";

/** The rates of a scheduler that keeps to them together with others: by the starts that it is granted. */
export class SharedRates {
  readonly #regime: Regime;

  /** Makes those of the scheduler that goes by these rules. */
  constructor(regime: Regime) {
    this.#regime = regime;
  }

  /** Keeps to all rates together with others from now on. Nothing may have been started yet. */
  begin(): void {
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
