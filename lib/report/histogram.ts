import { NO_QUANTITY, rankOf } from "./quantity.ts";
import type { Quantity } from "./schema.ts";

/** Buckets in which a value's octave (from a power of two to the next) is cut, as a power of two. */
const FINE = 9;
/** The same of a coarse one: a percentile is less than 0.2 % off. */
export const COARSE = 8;
/** Below this (a little less than a microsecond in milliseconds) samples are counted together: each may be taken for 0. */
export const LEAST = 2 ** -10;
/** The number of buckets that memory is taken for at once: to take it costs as much as many samples. */
const PAGE = 2 ** 8;

/** The bits of a number of single precision, at hand in both ways. */
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/**
 * Sums up samples without keeping them: their number, mean, least and greatest are exact, and a percentile is less than
 * 0.1 % off the sample of its rank (or off it by a microsecond, if that is below one).
 *
 * The scheme of HdrHistogram (Gil Tene, hdrhistogram.org): buckets grow by powers of two, and each octave is cut into equal
 * parts, 512 here, so that the middle of a bucket is at most 1/1024 off what is in it. An octave and a part are
 * the exponent and the leading bits of the fraction of a binary number, so they are read off. There are counts from the
 * lowest to the highest bucket that was hit: 2 KiB for each octave between, 80 KiB from 1 µs to 10⁹ ms. A bucket holds
 * 2³² samples.
 */
export class Histogram {
  /** The number of bits of a single-precision number below its exponent and the bits that tell its bucket. */
  readonly #belowBits: number;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;
  /** Samples below LEAST. */
  #below = 0;
  /** The numbers of samples in the buckets from number #base on. */
  #counts = new Uint32Array(0);
  #base = 0;
  /** Where they are not 0, once somebody has asked for it since they changed. */
  #hit: readonly number[] | undefined;

  /** @param octaveBits the number of buckets of an octave, as a power of two */
  constructor(octaveBits = FINE) {
    this.#belowBits = 23 - octaveBits;
  }

  /** Adds a sample. NaN is none. */
  add(sample: number): void {
    if (Number.isNaN(sample)) return;
    this.#count++;
    this.#sum += sample;
    if (sample < this.#min) this.#min = sample;
    if (sample > this.#max) this.#max = sample;
    if (sample < LEAST) {
      this.#below++;
      return;
    }
    this.#hit = undefined;
    single[0] = sample;
    const bucket = singleBits[0]! >>> this.#belowBits;
    let at = bucket - this.#base;
    if (at < 0 || at >= this.#counts.length) {
      this.#cover(bucket, bucket + 1);
      at = bucket - this.#base;
    }
    this.#counts[at]!++;
  }

  /** Adds the samples of another with as many buckets. @param times the number of times that each counts */
  merge(other: Histogram, times = 1): void {
    if (times === 0) return;
    this.#count += times * other.#count;
    this.#sum += times * other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#below += times * other.#below;
    const more = other.#counts, hit = other.#buckets();
    if (more.length === 0) return;
    this.#hit = undefined;
    this.#cover(other.#base, other.#base + more.length);
    const counts = this.#counts, offset = other.#base - this.#base;
    for (let i = 0; i < hit.length; i++) counts[offset + hit[i]!]! += times * more[hit[i]!]!;
  }

  /** The places of counts that are not 0: few of them, where a block of a run is added again and again. */
  #buckets(): readonly number[] {
    if (this.#hit !== undefined) return this.#hit;
    const hit: number[] = [], counts = this.#counts;
    for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) hit.push(i);
    return this.#hit = hit;
  }

  /** Mean, percentiles and maximum. */
  quantity(): Quantity {
    if (this.#count === 0) return NO_QUANTITY;
    const [p50, p90, p95, p99] = this.samplesAt([50, 90, 95, 99].map((p) => rankOf(p, this.#count)));
    return { mean: this.#sum / this.#count, p50: p50!, p90: p90!, p95: p95!, p99: p99!, max: this.#max };
  }

  /**
   * The samples of some ranks.
   *
   * @param ranks ascending, from 1 to the number of samples
   */
  samplesAt(ranks: readonly number[]): number[] {
    const found: number[] = [], counts = this.#counts, most = ranks.at(-1)!;
    let passed = this.#below;
    for (; ranks[found.length]! <= passed; found.push(this.#within(0)));
    for (let i = 0; passed < most && i < counts.length; i++) {
      if (counts[i] === 0) continue;
      passed += counts[i]!;
      for (; ranks[found.length]! <= passed; found.push(this.#sampleOf(i)));
    }
    return found.map((sample, i) => ranks[i] === this.#count ? this.#max : sample);
  }

  /** The number of samples. */
  get count(): number {
    return this.#count;
  }

  /** The samples that stand for others, ascending, and the number of samples that are not above them. */
  *cumulated(): Generator<{ readonly sample: number; readonly passed: number }> {
    let passed = this.#below;
    if (passed > 0) yield { sample: this.#within(0), passed };
    for (let i = 0; i < this.#counts.length; i++) {
      if (this.#counts[i] === 0) continue;
      passed += this.#counts[i]!;
      yield { sample: this.#sampleOf(i), passed };
    }
  }

  /** The sample that stands for those of a count. */
  #sampleOf(at: number): number {
    return this.#within(middleOf(this.#base + at, this.#belowBits));
  }

  #within(sample: number): number {
    return Math.min(this.#max, Math.max(this.#min, sample));
  }

  /** The memory that its counts take. */
  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Makes counts for the buckets from one to before another. */
  #cover(from: number, to: number): void {
    const old = this.#counts, oldBase = this.#base;
    const base = Math.floor((old.length === 0 ? from : Math.min(from, oldBase)) / PAGE) * PAGE;
    const length = Math.ceil((Math.max(to, oldBase + old.length) - base) / PAGE) * PAGE;
    if (old.length > 0 && base === oldBase && length === old.length) return;
    this.#counts = new Uint32Array(length);
    this.#counts.set(old, old.length === 0 ? 0 : oldBase - base);
    this.#base = base;
  }
}

function middleOf(bucket: number, belowBits: number): number {
  singleBits[0] = (bucket << belowBits) | (1 << (belowBits - 1));
  return single[0]!;
}
