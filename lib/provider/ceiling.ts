import type { Profile } from "./profile.ts";

/** Refusals are forgotten exponentially with this time constant, in milliseconds: about the last second's count. */
const MEMORY_MS = 1000;
/** Added to instants that are computed, so that they are not too early by a rounding, in milliseconds. */
const LATE_MS = 0.001;
/** A number that falls short of a whole number by rounding only, by this part at most, is taken for the whole number. */
const ROUNDING = 1 + 1e-12;

/** Rounds a number of calls down to whole calls. */
export function wholeCalls(calls: number): number {
  return Math.floor(calls * ROUNDING);
}

/**
 * The number of calls that may run at once: the limit L that is enforced, or less after a collapse, as the SoCC'20 paper saw it
 * at AWS: concurrency that fell after the limit was reached, and did not come back for a while.
 *
 * The provider is overloaded while running + waiting + r > overload × L, where r counts refusals and forgets them with e^(−t/1
 * s): at a steady rate, the refusals of one second. Once the overload has lasted for collapseAfterMs, the ceiling is collapseTo
 * × L. It rises linearly, (1 − collapseTo) × L in recoveryMs, but only while there is no overload: callers who hammer on keep
 * it down, which makes it a metastable failure (Bronson et al., HotOS 2021). At least one call may run.
 */
export class Ceiling {
  readonly #enforced: number;
  /** The calls that may run without a collapse. */
  #limit: number;
  readonly #least: number;
  readonly #overloadAt: number;
  readonly #afterMs: number;
  readonly #risePerMs: number;
  /** The part of the limit that is left. */
  #part = 1;
  #refusals = 0;
  #overloadedSinceMs: number | undefined;
  #nowMs = -Infinity;

  constructor({ limit, enforced, collapseTo, overload, collapseAfterMs, recoveryMs }: Profile) {
    this.#enforced = enforced;
    this.#limit = limit * enforced;
    this.#least = collapseTo;
    this.#overloadAt = overload;
    this.#afterMs = collapseAfterMs;
    this.#risePerMs = (1 - collapseTo) / recoveryMs;
  }

  /** Changes the limit that the provider documents. */
  change(limit: number): void {
    this.#limit = limit * this.#enforced;
  }

  /** Lets time pass, with `load` calls that ran or waited in it. */
  pass(nowMs: number, load: number): void {
    if (this.#least === 1 || this.#limit === Infinity || nowMs <= this.#nowMs) return;
    const startMs = this.#nowMs;
    const endMs = Math.min(nowMs, this.#overloadEndMs(load));
    if (endMs > startMs) this.#overload(startMs, endMs);
    if (endMs < nowMs) {
      this.#overloadedSinceMs = undefined;
      this.#part = Math.min(1, this.#part + (nowMs - endMs) * this.#risePerMs);
    }
    this.#refusals *= Math.exp((startMs - nowMs) / MEMORY_MS);
    this.#nowMs = nowMs;
  }

  #overload(startMs: number, endMs: number): void {
    this.#overloadedSinceMs ??= startMs;
    if (endMs - this.#overloadedSinceMs >= this.#afterMs) this.#part = this.#least;
  }

  /** Until when there is overload if nothing happens: now, if there is none. */
  #overloadEndMs(load: number): number {
    const room = this.#overloadAt * this.#limit - load;
    if (this.#refusals <= room) return this.#nowMs;
    return room > 0 ? this.#nowMs + MEMORY_MS * Math.log(this.#refusals / room) : Infinity;
  }

  /** Counts a refusal, now. */
  refuse(): void {
    this.#refusals++;
  }

  /** The number of calls that may run now. */
  get calls(): number {
    return this.of(1);
  }

  /** The number of calls that may run now within a share of the ceiling; at least one. */
  of(share: number): number {
    const calls = this.#limit * this.#part * share;
    return calls < 1 ? 1 : wholeCalls(calls);
  }

  /**
   * The instant from which `calls` calls may run within a share of the ceiling, if nothing happens.
   *
   * @param load the number of calls that run or wait
   * @returns -Infinity: they may now; Infinity: never, without an event
   */
  reachesAtMs(calls: number, share: number, load: number): number {
    if (calls <= this.of(share)) return -Infinity;
    const part = calls / (this.#limit * share);
    if (part > ROUNDING) return Infinity;
    return this.#overloadEndMs(load) + (part - this.#part) / this.#risePerMs + LATE_MS;
  }
}
