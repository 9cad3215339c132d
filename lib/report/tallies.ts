import type { CallTimes, FunctionTimes, InstanceTimes } from "./figure_types.ts";
import { Histogram } from "./histogram.ts";
import { CALL_KINDS, INSTANCE_KINDS, isCalled } from "./kinds.ts";
import { NO_QUANTITY } from "./quantity.ts";
import type { ChainQuantity } from "./schema.ts";
import { TimesTally } from "./times_tally.ts";
import { quantitiesOf, type Work } from "./values.ts";

/** The samples of one call, function run or instance: one of each quantity of its origin. */
export type SampleRow = Float64Array;

/** Takes the samples once for all tallies that count them. @returns the row, which is valid until the next time */
function sampler<Times>(
  quantities: readonly { readonly sample: (times: Times) => number }[],
): (times: Times) => SampleRow {
  const row = new Float64Array(quantities.length);
  return (times) => {
    for (let i = 0; i < row.length; i++) row[i] = quantities[i]!.sample(times);
    return row;
  };
}

export const callSamples: (times: CallTimes) => SampleRow = sampler(quantitiesOf("call"));
export const functionSamples: (times: FunctionTimes) => SampleRow = sampler(quantitiesOf("functionRun"));
export const instanceSamples: (times: InstanceTimes) => SampleRow = sampler(quantitiesOf("instance"));

/** The samples of all quantities of an origin. */
export class Tallies {
  readonly #keys: readonly string[];
  readonly #all: readonly TimesTally[];

  /** @param octaveBits the fineness of its histograms */
  constructor(quantities: readonly { readonly key: string }[], octaveBits?: number) {
    this.#keys = quantities.map(({ key }) => key);
    this.#all = quantities.map(() => new TimesTally(new Histogram(octaveBits)));
  }

  add(samples: SampleRow): void {
    for (let i = 0; i < samples.length; i++) this.#all[i]!.add(samples[i]!);
  }

  /** The tally of a quantity; undefined: it is of another origin. */
  of(key: string): TimesTally | undefined {
    return this.#all[this.#keys.indexOf(key)];
  }

  merge(other: Tallies, times = 1): void {
    this.#all.forEach((tally, i) => tally.merge(other.#all[i]!, times));
  }

  get bytes(): number {
    return this.#all.reduce((sum, { known }) => sum + known.bytes, 0);
  }
}

function addAll(counts: Float64Array, others: Float64Array, times: number): void {
  for (let i = 0; i < counts.length; i++) counts[i]! += times * others[i]!;
}

/** The sums of some calls, without the calls themselves. */
export class CallTally {
  /** Invocations that were attempted. */
  invocations = 0;
  #us = 0;
  #wastedCalls = 0;
  #wastedUs = 0;
  /** Attempts by the numbers of their kinds. */
  readonly calls = new Float64Array(CALL_KINDS.length);
  readonly #tallies: Tallies;

  /** @param octaveBits the fineness of its histograms */
  constructor(octaveBits?: number) {
    this.#tallies = new Tallies(quantitiesOf("call"), octaveBits);
  }

  /**
   * Adds an attempt.
   *
   * @param kind the number of its kind
   * @param samples by {@linkcode callSamples}
   * @param runUs from its start to its response, in microseconds
   * @param isFirst whether it is the first of its invocation that is known
   */
  add(kind: number, samples: SampleRow, runUs: number, isFirst: boolean): void {
    this.calls[kind]!++;
    if (isFirst) this.invocations++;
    this.#tallies.add(samples);
    this.#us += runUs;
  }

  /** Counts attempts that were added as made for nothing. @param us the time that they took together, in microseconds */
  waste(calls: number, us: number): void {
    this.#wastedCalls += calls;
    this.#wastedUs += us;
  }

  /** The time that the calls took, and the part of it that was wasted. */
  get work(): Work {
    return { us: this.#us, wastedCalls: this.#wastedCalls, wastedUs: this.#wastedUs };
  }

  /** Adds the calls of another. @param times the number of times that each counts */
  merge(other: CallTally, times = 1): void {
    this.invocations += times * other.invocations;
    this.#us += times * other.#us;
    this.waste(times * other.#wastedCalls, times * other.#wastedUs);
    addAll(this.calls, other.calls, times);
    this.#tallies.merge(other.#tallies, times);
  }

  /** The number of samples of a quantity. */
  samples(key: string): number {
    return this.#tallies.of(key)?.total ?? 0;
  }

  /** A quantity; none of what functions said themselves, which nothing says in virtual time. */
  quantity({ key }: { readonly key: string }): ChainQuantity {
    return this.#tallies.of(key)?.quantity() ?? NO_QUANTITY;
  }

  /** The queueing times. */
  get queueingMs(): Histogram {
    return this.#tallies.of("queueing_ms")!.known;
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.#tallies.bytes;
  }
}

/** The sums of some instances, without the instances themselves. */
export class InstanceTally {
  /** The number of instances that other instances called: some of these, or besides them. */
  called = 0;
  /** Instances by the numbers of their kinds. */
  readonly instances = new Float64Array(INSTANCE_KINDS.length);
  readonly #tallies: Tallies;

  /** @param octaveBits the fineness of its histograms */
  constructor(octaveBits?: number) {
    this.#tallies = new Tallies(quantitiesOf("instance"), octaveBits);
  }

  /** A copy, to which more can be added. */
  copy(): InstanceTally {
    const copy = new InstanceTally();
    copy.merge(this);
    return copy;
  }

  /** Adds an instance. @param kind the number of its kind @param samples by {@linkcode instanceSamples} */
  add(kind: number, samples: SampleRow): void {
    this.instances[kind]!++;
    if (isCalled(kind)) this.called++;
    this.#tallies.add(samples);
  }

  /** Adds the instances of another. @param times the number of times that each counts */
  merge(other: InstanceTally, times = 1): void {
    this.called += times * other.called;
    addAll(this.instances, other.instances, times);
    this.#tallies.merge(other.#tallies, times);
  }

  /** The number of samples of a quantity. */
  samples(key: string): number {
    return this.#tallies.of(key)?.total ?? 0;
  }

  quantity({ key }: { readonly key: string }): ChainQuantity {
    return this.#tallies.of(key)!.quantity();
  }

  /** The chain times. */
  get ms(): TimesTally {
    return this.#tallies.of("chain_ms")!;
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.#tallies.bytes;
  }
}
