import { TimedLimit } from "./tree.ts";

/** Starts may come together as far as a tenth of a second's worth, and one always may. */
const BURST_MS = 100;

/**
 * At most so many starts a second: a token bucket, kept as the instant at which the next start would be due if they came
 * evenly (the virtual scheduling algorithm of the generic cell rate algorithm, ITU-T I.371), so that nothing is counted
 * while time passes and instants are compared exactly.
 */
export class RateLimit extends TimedLimit {
  readonly #intervalMs: number;
  readonly #time: { readonly nowMs: number };
  #dueAtMs = -Infinity;

  constructor(name: string, ratePerS: number, time: { readonly nowMs: number }) {
    super(name);
    this.#intervalMs = 1000 / ratePerS;
    this.#time = time;
  }

  override get opensAtMs(): number {
    return this.#dueAtMs - Math.max(0, BURST_MS - this.#intervalMs);
  }

  override get full(): boolean {
    return this.#time.nowMs < this.opensAtMs;
  }

  override start(): void {
    this.#dueAtMs = Math.max(this.#time.nowMs, this.#dueAtMs) + this.#intervalMs;
  }

  /** Goes on from where another one was. */
  inherit(other: RateLimit): void {
    this.#dueAtMs = other.#dueAtMs;
  }
}

/** @throws {RangeError} if it is no number above 0 */
export function checkRate(name: string, ratePerS: number): number {
  if (ratePerS > 0 && ratePerS < Infinity) return ratePerS;
  throw new RangeError(`Cannot use ${ratePerS} as the ${name}. Write a number of starts per second above 0`);
}
