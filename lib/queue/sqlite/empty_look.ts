import type { Claim } from "../queue.ts";

/** The latest look that found nothing to hand out: an instance that is queued later was not there before it. */
export class EmptyLook {
  #atMs = 0;
  #seq = Infinity;

  /**
   * A look has found nothing.
   *
   * @param atMs when that was so
   * @param seq the row of the latest instance that there was then; 0: there was none
   */
  set(atMs: number, seq: number): void {
    this.#atMs = atMs;
    this.#seq = seq;
  }

  /** Adds to the claim of a row the instant of the look before it came, if there was one and the instance has a limit in time. */
  dated(claim: Claim, seq: number): Claim {
    const { ttlMs, timeLimitMs } = claim.instance.chain;
    if ((ttlMs ?? timeLimitMs) === undefined || seq <= this.#seq) return claim;
    return { ...claim, notBeforeMs: this.#atMs };
  }
}
