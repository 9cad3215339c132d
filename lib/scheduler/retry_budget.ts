/** What is there at the beginning, and comes back by itself: small loads are not held up. */
const FLOOR = 10;
/** What a retry that went well gives back: two may follow it, so that what waits is soon done when an outage is over. */
const REWARD = 2;
/** So many retries a second are let go whatever the load, as something must find out that an outage is over. */
const LEAST_PER_S = 1;
/** What is saved up in good times is no more than this, or an outage would begin with a flood. */
const MOST = 100;
/** A balance within this of a whole retry is one: sums of fractions are not exact. */
const ROUNDING = 1e-6;

/**
 * Holds the retries of one function to a part of its attempts, so that they cannot multiply the load of an outage: each
 * first attempt adds to a balance, each retry takes one from it (as the retry budgets of Finagle and of gRPC, proposal A6).
 * Retries that go well pay for themselves. What finds nothing waits: a retry is never given up for the budget.
 */
export class RetryBudget {
  readonly #deposit: number;
  #balance = FLOOR;
  #atMs = -Infinity;

  /**
   * @param share the most of all attempts that are retries, from 0 up to (not including) 1
   * @throws {RangeError} if it is not that
   */
  constructor(share: number) {
    if (!(share >= 0 && share < 1)) {
      throw new RangeError(
        `Cannot hold retries to ${share} of all attempts. Write a number from 0 to below 1`,
      );
    }
    this.#deposit = share / (1 - share);
  }

  /** A first attempt was started. */
  earn(): void {
    if (this.#balance < MOST) this.#balance = Math.min(MOST, this.#balance + this.#deposit);
  }

  /** A retry went well. */
  reward(): void {
    this.#balance = Math.min(MOST, this.#balance + REWARD);
  }

  /** A first attempt was not made after all. */
  giveBack(): void {
    this.#balance = Math.max(0, this.#balance - this.#deposit);
  }

  /** Takes one retry's worth out, if it is there. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#balance < 1 - ROUNDING) return false;
    this.#balance -= 1;
    return true;
  }

  #refill(nowMs: number): void {
    if (this.#balance < FLOOR && this.#atMs > -Infinity) {
      const more = (nowMs - this.#atMs) * LEAST_PER_S / 1000;
      this.#balance = Math.min(FLOOR, this.#balance + more);
    }
    this.#atMs = nowMs;
  }

  /** When the next retry may go at the latest, as of the last `take`. */
  opensAtMs(): number {
    if (this.#balance >= 1 - ROUNDING) return -Infinity;
    return this.#atMs + Math.ceil((1 - this.#balance) * 1000 / LEAST_PER_S);
  }
}
