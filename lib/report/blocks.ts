import { allRows } from "./column.ts";
import { COARSE } from "./histogram.ts";
import { NEVER } from "./instance_times.ts";
import { CALL_KINDS, INSTANCE_KINDS, isCalled, isSettled } from "./kinds.ts";
import type { Samples } from "./samples.ts";
import type { CostReport, Figures } from "./schema.ts";
import {
  callSamples,
  CallTally,
  functionSamples,
  instanceSamples,
  InstanceTally,
  type SampleRow,
  Tallies,
} from "./tallies.ts";
import { figuresOf, quantitiesOf } from "./values.ts";

/**
 * The most blocks; where there would be more, two become one, so that there are half as many at least. Ten to thirty are
 * enough to know how much a mean varies (B. Schmeiser, "Batch size effects in the analysis of simulation output", Operations
 * Research 30, 1982), and the longer they are, the less they depend on each other.
 */
const MOST = 40;
/** The length of a block at first, in microseconds. */
const FIRST_US = 1000;

/** The sums of what ended in a stretch of a run, or in several. */
export class Block {
  readonly #calls = new CallTally(COARSE);
  readonly #functionRuns = new Tallies(quantitiesOf("functionRun"), COARSE);
  readonly #instances = new InstanceTally(COARSE);
  #cost: number | undefined;
  /** The length of the stretch, in microseconds. */
  us = 0;

  get calls(): CallTally {
    return this.#calls;
  }

  instance(kind: number, samples: SampleRow): void {
    this.#instances.add(kind, samples);
  }

  functionRun(samples: SampleRow): void {
    this.#functionRuns.add(samples);
  }

  cost(amount: number): void {
    this.#cost = (this.#cost ?? 0) + amount;
  }

  /** Adds another. @param times the number of times that it counts */
  merge(other: Block, times = 1): void {
    this.us += times * other.us;
    this.#calls.merge(other.#calls, times);
    this.#functionRuns.merge(other.#functionRuns, times);
    this.#instances.merge(other.#instances, times);
    if (other.#cost !== undefined) this.cost(times * other.#cost);
  }

  /** The number of samples of a quantity. */
  samples(key: string): number {
    return this.#calls.samples(key) + this.#instances.samples(key) + (this.#functionRuns.of(key)?.total ?? 0);
  }

  /** The figures of a run that consists of this. The greatest number of calls at once is not known. */
  figures(): Figures & { readonly cost?: Pick<CostReport, "total"> } {
    const calls = this.#calls, instances = this.#instances, { us } = calls.work;
    const figures = figuresOf(
      {
        calls: calls.calls,
        invocations: calls.invocations,
        work: calls.work,
        concurrency: { mean: this.us > 0 ? us / this.us : 0, max: 0 },
        quantity: (figure) => this.#functionRuns.of(figure.key)?.quantity() ?? calls.quantity(figure),
      },
      {
        instances: instances.instances,
        called: instances.called,
        quantity: (figure) => instances.quantity(figure),
      },
      this.us / 1e6,
    );
    return this.#cost === undefined ? figures : { ...figures, cost: { total: this.#cost } };
  }

  get bytes(): number {
    return this.#calls.bytes + this.#functionRuns.bytes + this.#instances.bytes;
  }
}

/** An instance that has not ended. */
export interface Unfinished {
  /** The number of its kind. */
  readonly kind: number;
  /** When it was submitted, in microseconds. */
  readonly atUs: number;
}

/** A run cut in blocks of equal length, 40 at most, by the times at which things ended, or, if they have not, at which they were
 * submitted: also while it goes on. */
export class Blocks {
  readonly #fromUs: number;
  #sizeUs = FIRST_US;
  #blocks: (Block | undefined)[] = [];
  readonly #withCalled: boolean;

  /**
   * @param fromUs the first instant, in microseconds
   * @param withCalled count instances that others called, too, as chains do and runs do not
   */
  constructor(fromUs: number, withCalled = false) {
    this.#fromUs = fromUs;
    this.#withCalled = withCalled;
  }

  /** @param kind the number of the attempt's kind @param runUs the time that it took, in microseconds */
  attempt(atUs: number, kind: number, samples: SampleRow, runUs: number): void {
    this.#at(atUs).calls.add(kind, samples, runUs, isSettled(kind)); // each invocation settles once
  }

  /** Attempts turn out to have been for nothing. @param us the time that they took together, in microseconds */
  waste(atUs: number, calls: number, us: number): void {
    this.#at(atUs).calls.waste(calls, us);
  }

  /** @param kind the number of the instance's kind */
  instance(atUs: number, kind: number, samples: SampleRow): void {
    if (this.#withCalled || !isCalled(kind)) this.#at(atUs).instance(kind, samples);
  }

  functionRun(atUs: number, samples: SampleRow): void {
    this.#at(atUs).functionRun(samples);
  }

  cost(atUs: number, amount: number): void {
    this.#at(atUs).cost(amount);
  }

  /**
   * The blocks up to an instant, in microseconds.
   *
   * @param unfinished the instances that have not ended then
   */
  list(toUs: number, unfinished: Iterable<Unfinished>): Block[] {
    if (!(toUs > this.#fromUs)) return [];
    this.#at(toUs);
    const blocks = Array.from(this.#blocks, (block, i) => {
      const copy = new Block(), fromUs = this.#fromUs + i * this.#sizeUs;
      if (block !== undefined) copy.merge(block);
      copy.us = Math.min(this.#sizeUs, toUs - fromUs);
      return copy;
    });
    const [rest] = blocks.at(-1)!.us > 0 ? [] : blocks.splice(-1); // it ended where a block begins
    if (rest !== undefined) blocks.at(-1)!.merge(rest);
    for (const { kind, atUs } of unfinished) {
      if (!this.#withCalled && isCalled(kind)) continue;
      const at = Math.floor(Math.max(0, atUs - this.#fromUs) / this.#sizeUs);
      blocks[Math.min(at, blocks.length - 1)]!.instance(kind, instanceSamples(NEVER));
    }
    return blocks;
  }

  /** The memory that their tables take. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.bytes ?? 0), 0);
  }

  #at(atUs: number): Block {
    const sinceUs = Math.max(0, atUs - this.#fromUs);
    while (sinceUs >= MOST * this.#sizeUs) this.#pair();
    return this.#blocks[Math.floor(sinceUs / this.#sizeUs)] ??= new Block();
  }

  #pair(): void {
    const pairs: (Block | undefined)[] = [];
    this.#blocks.forEach((block, i) => {
      const of = Math.floor(i / 2);
      if (pairs[of] === undefined) pairs[of] = block;
      else if (block !== undefined) pairs[of].merge(block);
    });
    this.#blocks = pairs;
    this.#sizeUs *= 2;
  }
}

/** A part of a run, by the rows of its samples. */
export interface PartRows {
  readonly attempts: Uint32Array;
  readonly functionRuns: Uint32Array;
  readonly instances: Uint32Array;
}

/** The blocks of a run that has been read, with their cost. */
export function blocksOf(samples: Samples): Block[] {
  const { attempts, functionRuns, instances, span, costSamples } = samples;
  const blocks = new Blocks(span.firstUs);
  costSamples.each((atUs, amount) => blocks.cost(atUs, amount));
  return filled(blocks, samples, {
    attempts: allRows(attempts.kind.length),
    functionRuns: allRows(functionRuns.ms.length),
    instances: allRows(instances.kind.length),
  });
}

/** The blocks of a part of a run that has been read: of a chain, a value of a label or a function. */
export function partBlocks(samples: Samples, rows: PartRows): Block[] {
  return filled(new Blocks(samples.span.firstUs, true), samples, rows);
}

function filled(blocks: Blocks, samples: Samples, rows: PartRows): Block[] {
  const { attempts, functionRuns, instances, span } = samples;
  const starts = attempts.startUs.view(), ends = attempts.endUs.view(), kinds = attempts.kind.view();
  const queued = samples.queueing(), wasted = samples.wastedUs();
  for (const i of rows.attempts) {
    const us = ends[i]! - starts[i]!;
    const times = { kind: CALL_KINDS[kinds[i]!]!, queuedMs: queued[i]!, runMs: us / 1000 };
    blocks.attempt(ends[i]!, kinds[i]!, callSamples(times), us);
    if (!Number.isNaN(wasted[i])) blocks.waste(Math.max(ends[i]!, wasted[i]!), 1, us);
  }
  const runEnds = functionRuns.endUs.view(),
    runs = functionRuns.ms.view(),
    waits = functionRuns.providerMs.view();
  for (const i of rows.functionRuns) {
    const times = { functionMs: runs[i]!, providerQueuedMs: waits[i]! };
    blocks.functionRun(runEnds[i]!, functionSamples(times));
  }
  const unfinished: Unfinished[] = [];
  const endsOf = instances.endUs.view(), ofKind = instances.kind.view();
  const ms = instances.ms.view(), slowdowns = instances.slowdown.view();
  for (const i of rows.instances) {
    const kind = ofKind[i]!, atUs = endsOf[i]!, times = { chainMs: ms[i]!, slowdown: slowdowns[i]! };
    if (INSTANCE_KINDS[kind]!.outcome === "unfinished") unfinished.push({ kind, atUs });
    else blocks.instance(atUs, kind, instanceSamples(times));
  }
  return blocks.list(span.lastUs, unfinished);
}
