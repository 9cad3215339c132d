import type { AttemptEvent } from "./events.ts";
import type { CallTimes, InstanceTimes } from "./figure_types.ts";
import { Histogram } from "./histogram.ts";
import {
  CALL_KINDS,
  callKind,
  type DeadlineState,
  INSTANCE_KINDS,
  type InstanceKind,
  instanceKind,
} from "./kinds.ts";
import { NO_QUANTITY } from "./quantity.ts";
import type { Quantity } from "./schema.ts";
import { quantitiesOf } from "./values.ts";

/** A quantity's samples. */
class Samples<Times> {
  readonly histogram = new Histogram();

  constructor(readonly key: string, readonly sample: (times: Times) => number) {}
}

/** The samples of all quantities of an origin. */
class Histograms<Times> {
  readonly #all: readonly Samples<Times>[];

  constructor(figures: readonly { readonly key: string; readonly sample: (times: Times) => number }[]) {
    this.#all = figures.map(({ key, sample }) => new Samples(key, sample));
  }

  add(times: Times): void {
    for (const { histogram, sample } of this.#all) histogram.add(sample(times));
  }

  /** The histogram of a quantity; undefined: it is of another origin. */
  of(key: string): Histogram | undefined {
    return this.#all.find((samples) => samples.key === key)?.histogram;
  }

  merge(other: Histograms<Times>): void {
    this.#all.forEach(({ histogram }, i) => histogram.merge(other.#all[i]!.histogram));
  }

  get bytes(): number {
    return this.#all.reduce((sum, { histogram }) => sum + histogram.bytes, 0);
  }
}

function addAll(counts: Float64Array, others: Float64Array): void {
  for (let i = 0; i < counts.length; i++) counts[i]! += others[i]!;
}

/** The sums of some calls, without the calls themselves. */
export class CallTally {
  /** Invocations that were attempted. */
  invocations = 0;
  /** Attempts by the numbers of their kinds. */
  readonly calls = new Float64Array(CALL_KINDS.length);
  readonly #histograms = new Histograms<CallTimes>(quantitiesOf("call"));

  /** Adds an attempt. @param isFirst whether it is the first of its invocation that is known */
  add(event: AttemptEvent, runMs: number, isFirst: boolean): void {
    const kind = callKind(event);
    this.calls[kind]!++;
    if (isFirst) this.invocations++;
    this.#histograms.add({ kind: CALL_KINDS[kind]!, queuedMs: event.queuedMs, runMs });
  }

  merge(other: CallTally): void {
    this.invocations += other.invocations;
    addAll(this.calls, other.calls);
    this.#histograms.merge(other.#histograms);
  }

  /** A quantity; none of what functions said themselves, which nothing says in virtual time. */
  quantity({ key }: { readonly key: string }): Quantity {
    return this.#histograms.of(key)?.quantity() ?? NO_QUANTITY;
  }

  /** The queueing times. */
  get queueingMs(): Histogram {
    return this.#histograms.of("queueing_ms")!;
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.#histograms.bytes;
  }
}

/** The sums of some instances, without the instances themselves. */
export class InstanceTally {
  /** Instances by the numbers of their kinds. */
  readonly instances = new Float64Array(INSTANCE_KINDS.length);
  readonly #histograms = new Histograms<InstanceTimes>(quantitiesOf("instance"));

  /** A copy, to which more can be added. */
  copy(): InstanceTally {
    const copy = new InstanceTally();
    copy.merge(this);
    return copy;
  }

  /** Adds an instance. */
  add(outcome: InstanceKind["outcome"], deadline: DeadlineState, times: InstanceTimes): void {
    this.instances[instanceKind(outcome, deadline)]!++;
    this.#histograms.add(times);
  }

  merge(other: InstanceTally): void {
    addAll(this.instances, other.instances);
    this.#histograms.merge(other.#histograms);
  }

  quantity({ key }: { readonly key: string }): Quantity {
    return this.#histograms.of(key)!.quantity();
  }

  /** The chain times. */
  get ms(): Histogram {
    return this.#histograms.of("chain_ms")!;
  }

  /** The memory that its tables take. */
  get bytes(): number {
    return this.#histograms.bytes;
  }
}
