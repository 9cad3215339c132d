/** Added to instants that are computed, so that they are not too early by a rounding, in milliseconds. */
const LATE_MS = 0.001;

/**
 * The speed at which new containers can be made: a bucket of `burst` tokens, each good for a container, that fills up again
 * steadily. From a standing start burst + rate × t containers can be had by the time t; AWS Lambda documents its scaling in
 * these words, and that unused capacity does not add up.
 */
export class Ramp {
  readonly #burst: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAtMs = -Infinity;

  constructor(burst: number, perS: number) {
    this.#burst = burst;
    this.#tokens = burst;
    this.#perMs = perS / 1000;
  }

  /** Takes a token, if there is one. */
  take(nowMs: number): boolean {
    if (this.#burst === Infinity) return true;
    if (nowMs > this.#filledAtMs) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#filledAtMs) * this.#perMs);
      this.#filledAtMs = nowMs;
    }
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** When there is a token; -Infinity: now. */
  get nextAtMs(): number {
    return this.#tokens >= 1 ? -Infinity : this.#filledAtMs + (1 - this.#tokens) / this.#perMs + LATE_MS;
  }
}
