/** Even, as they are merged in pairs. */
const MOST_BUCKETS = 512;
const LEAST_BUCKET_US = 1000;

/** Sums of several things over time, by bucket: a millisecond each, doubled whenever there would be more than 512. */
export class Sums<Name extends string> {
  #sizeUs = LEAST_BUCKET_US;
  readonly #sums = new Map<Name, Float64Array>();

  /** The length of a bucket, in microseconds. */
  get sizeUs(): number {
    return this.#sizeUs;
  }

  /** Adds an amount at an instant, in microseconds from the start of the run. */
  add(name: Name, atUs: number, amount: number): void {
    const at = Math.max(0, atUs);
    while (at >= MOST_BUCKETS * this.#sizeUs) this.#mergePairs();
    let sums = this.#sums.get(name);
    if (sums === undefined) this.#sums.set(name, sums = new Float64Array(MOST_BUCKETS));
    sums[Math.floor(at / this.#sizeUs)]! += amount;
  }

  /** The sums of the buckets from one up to an instant; empty if nothing was added. */
  values(name: Name, fromBucket: number, toUs: number): number[] {
    const sums = this.#sums.get(name) ?? [];
    return Array.from(sums.slice(fromBucket, Math.floor(toUs / this.#sizeUs) + 1));
  }

  #mergePairs(): void {
    for (const sums of this.#sums.values()) {
      for (let b = 0; b < MOST_BUCKETS / 2; b++) sums[b] = sums[2 * b]! + sums[2 * b + 1]!;
      sums.fill(0, MOST_BUCKETS / 2);
    }
    this.#sizeUs *= 2;
  }
}
