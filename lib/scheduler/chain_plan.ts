import { type Chain, type FunctionSpec, shapeOf, subchainOf } from "../model/mod.ts";
import type { FunctionLoad, FunctionLoads } from "./function_load.ts";
import type { RunTimes } from "./run_times.ts";
import type { KnownGates } from "./tree.ts";

/**
 * One node of a plan: what decisions ask for again and again. It is in one object, as the first look at each other one is waited
 * for.
 */
export class PlanNode {
  #load: FunctionLoad | undefined;
  #expectedMs = 0;
  #remainingMs = 0;

  /**
   * Made by its plan, which tells it the rest.
   *
   * @param index its place in the chain
   */
  constructor(readonly plan: ChainPlan, readonly index: number, readonly spec: FunctionSpec) {}

  /**
   * The load of its function; none for a node that calls a chain, as the called instance's functions have it, and for one that
   * undoes.
   */
  get load(): FunctionLoad | undefined {
    this.plan.findLoads();
    return this.#load;
  }

  set load(load: FunctionLoad | undefined) {
    this.#load = load;
  }

  /** The expected run time. */
  get expectedMs(): number {
    this.plan.refresh();
    return this.#expectedMs;
  }

  /** The expected length of the longest path from here to the chain's end, itself included. */
  get remainingMs(): number {
    this.plan.refresh();
    return this.#remainingMs;
  }

  /** Takes in what is expected now. */
  expect(expectedMs: number, remainingMs: number): void {
    this.#expectedMs = expectedMs;
    this.#remainingMs = remainingMs;
  }
}

/** The plan that the scheduler derives from a chain once, for all of its instances. */
export class ChainPlan {
  /** Number of its nodes, without the one that undoes, … */
  readonly size: number;
  /** … which comes after them, if there is one. */
  readonly undoes: boolean;
  /** Whether an attempt that goes well is the last of an instance: one node, no map, and nothing undoes it. */
  readonly isOneCall: boolean;
  /** Its nodes, with the one that undoes. */
  readonly nodes: readonly PlanNode[];
  /** Whether each node asks for a decision, by what those before it answered, before it runs. */
  readonly decides: readonly boolean[];
  /** The nodes after each node. */
  readonly successors: readonly (readonly number[])[];
  /** Number of nodes that each one waits for. */
  readonly predecessorCounts: readonly number[];
  /** The nodes that are ready at once. */
  readonly roots: readonly number[];
  /**
   * The gates of its nodes, where they do not depend on labels.
   *
   * @internal
   */
  gates: KnownGates | undefined;
  /** The first of its nodes, and of most chains the only one. */
  readonly #first: PlanNode;
  readonly #times: RunTimes;
  readonly #functions: FunctionLoads;
  #loadsOf = -1;
  /** The plans of the chains that nodes call. */
  readonly #called = new Map<number, ChainPlan>();
  #timesVersion = -1;
  #criticalMs = 0;

  /**
   * Derives everything that does not change.
   *
   * @param times learned and declared run times
   * @param loads the load of each function
   * @param planOf the plans of the chains that it calls
   */
  constructor(
    readonly chain: Chain,
    times: RunTimes,
    loads: FunctionLoads,
    planOf: (chain: Chain) => ChainPlan = (chain) => new ChainPlan(chain, times, loads),
  ) {
    const { roots, successors, predecessorCounts } = shapeOf(chain);
    this.undoes = chain.onFailed !== undefined;
    this.size = chain.onFailed ?? chain.nodes.length;
    this.isOneCall = chain.nodes.length === 1 && chain.nodes[0]!.map === undefined;
    this.nodes = chain.nodes.map(({ fn }, node) => new PlanNode(this, node, fn));
    this.#first = this.nodes[0]!;
    this.decides = chain.nodes.map(({ when, map }) => when !== undefined || map !== undefined);
    this.successors = successors;
    this.predecessorCounts = predecessorCounts;
    this.roots = roots;
    chain.nodes.forEach(({ calls }, node) => {
      if (calls !== undefined) this.#called.set(node, planOf(subchainOf(chain, calls)));
    });
    this.#times = times;
    this.#functions = loads;
  }

  /** One of its nodes: the first one without a look at the list, which would be waited for. */
  nodeAt(index: number): PlanNode {
    return index === 0 ? this.#first : this.nodes[index]!;
  }

  /** Sees to it that its nodes have the loads that are in use. */
  findLoads(): void {
    if (this.#loadsOf !== this.#functions.generation) this.#findLoads();
  }

  /** By itself, as each call of a function that makes another one takes memory, whether it comes to that or not. */
  #findLoads(): void {
    const functions = this.#functions;
    this.#loadsOf = functions.generation;
    for (let node = 0; node < this.size; node++) {
      const { fn, calls } = this.chain.nodes[node]!;
      this.nodes[node]!.load = calls === undefined ? functions.of(fn) : undefined;
    }
  }

  /** The expected length of the chain's longest path. */
  criticalMs(): number {
    this.refresh();
    return this.#criticalMs;
  }

  /** Sees to it that its nodes have the run times that are expected now. */
  refresh(): void {
    if (this.#timesVersion !== this.#times.version) this.#reckon();
  }

  /** By itself, for the same reason. */
  #reckon(): void {
    const { nodes } = this.chain, remaining: number[] = new Array(nodes.length).fill(0);
    for (let i = nodes.length - 1; i >= 0; i--) {
      const expectedMs = this.#called.get(i)?.criticalMs() ?? this.#times.expectedMs(nodes[i]!.fn);
      let after = 0;
      for (const next of this.successors[i]!) after = Math.max(after, remaining[next]!);
      remaining[i] = expectedMs + after;
      this.nodes[i]!.expect(expectedMs, remaining[i]!);
    }
    this.#criticalMs = this.roots.reduce((longest, root) => Math.max(longest, remaining[root]!), 0);
    this.#timesVersion = this.#times.version;
  }
}

/** The plans of all chains that are there: each is made once, and lives as long as its chain. */
export class ChainPlans {
  readonly #plans = new WeakMap<Chain, ChainPlan>();
  readonly #times: RunTimes;
  readonly #loads: FunctionLoads;

  /**
   * @param times learned and declared run times
   * @param loads the load of each function
   */
  constructor(times: RunTimes, loads: FunctionLoads) {
    this.#times = times;
    this.#loads = loads;
  }

  /** The plan of a chain. */
  of(chain: Chain): ChainPlan {
    let plan = this.#plans.get(chain);
    if (plan === undefined) {
      plan = new ChainPlan(chain, this.#times, this.#loads, (called) => this.of(called));
      this.#plans.set(chain, plan);
    }
    return plan;
  }
}
