/** Retries that are there at the beginning, and come back by themselves: small loads are not held up. */
const FLOOR = 10;
/** … or this part of the limit of attempts in flight, if that is more. */
const FLOOR_OF_LIMIT = 0.5;
/** A success gives back one retry: while calls succeed as often as they fail, none waits. */
const SUCCESS = 1;
/** A retry that went well gives back more: two may follow it, so that the waiting ones are soon done when an outage is over. */
const REWARD = 2;
/** Retries a second that are let go whatever the load, as something must find out that an outage is over, … */
const LEAST_PER_S = 1;
/** … or this part of the limit of attempts in flight, if that is more. */
const LEAST_OF_LIMIT = 0.05;
/** Retries saved up are at most this many times those that come back by themselves, or an outage would begin with a flood. */
const MOST_FLOORS = 10;
/** A balance within this of a whole retry is one: sums of fractions are not exact. */
const ROUNDING = 1e-6;

/**
 * Holds the retries of one function to a part of its attempts, so that they cannot multiply the load of an outage: each
 * first attempt adds to a balance, and each success, and each retry takes one from it (as the retry budgets of Finagle and of
 * gRPC, proposal A6). A retry that finds nothing waits: it is never given up for the budget.
 */
export class RetryBudget {
  readonly #deposit: number;
  readonly #load: { readonly limit: number };
  #balance: number;
  #atMs = -Infinity;

  /**
   * @param share the most of all attempts that are retries while nothing succeeds, from 0 up to (not including) 1
   * @param load tells how much may be in flight; Infinity: that is not known
   * @throws {RangeError} if it is not that
   */
  constructor(share: number, load: { readonly limit: number } = { limit: Infinity }) {
    if (!(share >= 0 && share < 1)) {
      throw new RangeError(
        `Cannot hold retries to ${share} of all attempts. Write a number from 0 to below 1`,
      );
    }
    this.#deposit = share / (1 - share);
    this.#load = load;
    this.#balance = this.#floor;
  }

  get #floor(): number {
    return Math.max(FLOOR, this.#ofLimit(FLOOR_OF_LIMIT));
  }

  get #perS(): number {
    return Math.max(LEAST_PER_S, this.#ofLimit(LEAST_OF_LIMIT));
  }

  #ofLimit(part: number): number {
    const { limit } = this.#load;
    return limit === Infinity ? 0 : part * limit;
  }

  #add(retries: number): void {
    const most = MOST_FLOORS * this.#floor;
    if (this.#balance < most) this.#balance = Math.min(most, this.#balance + retries);
  }

  /** An attempt has ended that was not refused. */
  ended(isRetry: boolean, isOk: boolean): void {
    const earned = isRetry ? 0 : this.#deposit;
    this.#add(isOk ? earned + (isRetry ? REWARD : SUCCESS) : earned);
  }

  /** This number of first attempts have ended well. */
  succeeded(attempts: number): void {
    this.#add(attempts * (this.#deposit + SUCCESS));
  }

  /** Takes one retry's worth out, if it is there. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#balance < 1 - ROUNDING) return false;
    this.#balance -= 1;
    return true;
  }

  #refill(nowMs: number): void {
    const floor = this.#floor;
    if (this.#balance < floor && this.#atMs > -Infinity) {
      const more = (nowMs - this.#atMs) * this.#perS / 1000;
      this.#balance = Math.min(floor, this.#balance + more);
    }
    this.#atMs = nowMs;
  }

  /** When the next retry may go at the latest, as of the last `take`. */
  opensAtMs(): number {
    if (this.#balance >= 1 - ROUNDING) return -Infinity;
    return this.#atMs + Math.ceil((1 - this.#balance) * 1000 / this.#perS);
  }
}
