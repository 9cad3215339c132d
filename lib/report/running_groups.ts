import type { AttemptEvent } from "./events.ts";
import { RunningConcurrency } from "./concurrency.ts";
import { isCalled } from "./kinds.ts";
import type { Span } from "./span.ts";
import { CallTally, InstanceTally, type SampleRow } from "./tallies.ts";
import type { CallSums, InstanceSums } from "./values.ts";

/** The counts of the calls of a chain, or of a function. */
export class Callers {
  /** Of each function that the chain calls, or of each chain that calls the function. */
  readonly tallies: CallTally[] = [];
  readonly concurrency = new RunningConcurrency();

  sums(span: Span): CallSums {
    return callSums(this.tallies, this.concurrency, span);
  }
}

/** The counts of the instances of a chain: of those that no other called (roots), and of the called ones. */
export class Instances {
  readonly roots = new InstanceTally();
  #called: InstanceTally | undefined;

  /** Adds an instance, as {@linkcode InstanceTally.add} does. */
  add(kind: number, samples: SampleRow): void {
    const tally = isCalled(kind) ? this.#called ??= new InstanceTally() : this.roots;
    tally.add(kind, samples);
  }

  /** A copy, to which more can be added. */
  copy(): Instances {
    const copy = new Instances();
    copy.roots.merge(this.roots);
    if (this.#called !== undefined) (copy.#called = new InstanceTally()).merge(this.#called);
    return copy;
  }

  /** The number of called ones. */
  get called(): number {
    return this.#called?.called ?? 0;
  }

  get isEmpty(): boolean {
    return this.called === 0 && this.roots.instances.every((count) => count === 0);
  }

  all(): InstanceTally {
    return this.#called === undefined ? this.roots : merged(new InstanceTally(), [this.roots, this.#called]);
  }

  /** The memory that their tables take. */
  get bytes(): number {
    return this.roots.bytes + (this.#called?.bytes ?? 0);
  }
}

/** The counts of a group of instances: of a chain, or of a value of a label. */
export class Group extends Callers {
  readonly instances = new Instances();
  /** As its last submission said. */
  weight = 1;

  constructor(readonly number: number) {
    super();
  }

  /** Whether anything of it was told. */
  isThere(instances: Instances): boolean {
    return this.tallies.some(({ calls }) => calls.some((count) => count > 0)) || !instances.isEmpty;
  }

  /** The memory that its tables take, but those of its calls. */
  get bytes(): number {
    return this.instances.bytes;
  }
}

/** The counts of a chain. */
export class ChainTally extends Group {
  readonly calls = new Map<string, ChainCalls>();
}

/** The counts of a value of a label. */
export class ValueTally extends Group {
  readonly tally = new CallTally();

  constructor(number: number) {
    super(number);
    this.tallies.push(this.tally);
  }
}

/** The counts of the calls of a function by a chain. */
export class ChainCalls {
  readonly tally = new CallTally();
  /** The same alone. */
  readonly tallies: readonly CallTally[] = [this.tally];

  constructor(readonly chain: ChainTally, readonly callee: Callers) {
    chain.tallies.push(this.tally);
    this.callee.tallies.push(this.tally);
  }

  /** A call starts. */
  start(atUs: number): void {
    this.chain.concurrency.start(atUs);
    this.callee.concurrency.start(atUs);
  }

  /** A call has ended. @throws {Error} if none is under way */
  end(event: AttemptEvent, startUs: number, endUs: number): void {
    const ofChain = this.chain.concurrency, ofFunction = this.callee.concurrency;
    if (!ofChain.isOpen || !ofFunction.isOpen) throw notStarted(event);
    ofChain.end(startUs, endUs);
    ofFunction.end(startUs, endUs);
  }
}

/** The sums of calls. */
export function callSums(
  tallies: readonly CallTally[],
  concurrency: RunningConcurrency,
  span: Span,
): CallSums {
  const tally = merged(new CallTally(), tallies);
  return {
    calls: tally.calls,
    invocations: tally.invocations,
    work: tally.work,
    concurrency: concurrency.concurrency(span.durationUs),
    quantity: (figure) => tally.quantity(figure),
  };
}

/** The sums of the instances that no other called. */
export function rootSums(chains: readonly Instances[]): InstanceSums {
  const roots = merged(new InstanceTally(), chains.map(({ roots }) => roots));
  const called = chains.reduce((sum, { called }) => sum + called, 0);
  return { instances: roots.instances, called, quantity: (figure) => roots.quantity(figure) };
}

/** Adds all up in one. */
export function merged<T extends { merge(other: T): void }>(into: T, all: readonly T[]): T {
  for (const one of all) into.merge(one);
  return into;
}

/** The error of an attempt that ends and has not started. */
function notStarted({ function: name, chain, instance, node }: AttemptEvent): Error {
  return new Error(
    `Cannot count an attempt of ${name} (node ${node} of ${chain} ${instance}): none is under way. ` +
      "Call started() when an attempt starts",
  );
}
