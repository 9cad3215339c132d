import { Histogram } from "./histogram.ts";
import { figureValue, NO_QUANTITY, rankOf } from "./quantity.ts";
import type { ChainQuantity } from "./schema.ts";

/**
 * Sums up samples, some of them perhaps "never" (Infinity) or not known (NaN), in the memory of a {@linkcode Histogram}. Its
 * quantity is that of `quantityOf`, with the percentiles of a histogram.
 */
export class TimesTally {
  /** The samples that are numbers. */
  readonly known: Histogram;
  #never = 0;
  #unknown = 0;

  /** @param histogram counts the numbers */
  constructor(histogram: Histogram = new Histogram()) {
    this.known = histogram;
  }

  add(sample: number): void {
    if (sample === Infinity) this.#never++;
    else if (Number.isNaN(sample)) this.#unknown++;
    else this.known.add(sample);
  }

  /** Adds the samples of another. @param times the number of times that each counts */
  merge(other: TimesTally, times = 1): void {
    this.known.merge(other.known, times);
    this.#never += times * other.#never;
    this.#unknown += times * other.#unknown;
  }

  /** The number of samples, "never" included. */
  get total(): number {
    return this.known.count + this.#never;
  }

  quantity(): ChainQuantity {
    const { known, total } = this;
    if (this.#never === 0) return known.quantity();
    if (known.count === 0 && this.#unknown > 0) return NO_QUANTITY;
    const ranks = [50, 90, 95, 99].map((percent) => rankOf(percent, total));
    const samples = known.samplesAt(ranks.filter((rank) => rank <= known.count));
    const [p50, p90, p95, p99] = ranks.map((_, i) => figureValue(samples[i] ?? Infinity));
    return { mean: "never", p50: p50!, p90: p90!, p95: p95!, p99: p99!, max: "never" };
  }
}
