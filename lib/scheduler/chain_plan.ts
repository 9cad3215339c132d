import { type Chain, type FunctionSpec, shapeOf, subchainOf } from "../model/mod.ts";
import type { FunctionLoad, FunctionLoads } from "./function_load.ts";
import type { RunTimes } from "./run_times.ts";
import type { KnownGates } from "./tree.ts";

/** The plan that the scheduler derives from a chain once, for all of its instances. */
export class ChainPlan {
  /** Number of its nodes, without the one that undoes, … */
  readonly size: number;
  /** … which comes after them, if there is one. */
  readonly undoes: boolean;
  /** Whether an attempt that goes well is the last of an instance: one node, no map, and nothing undoes it. */
  readonly isOneCall: boolean;
  /** The function of each node. */
  readonly functions: readonly FunctionSpec[];
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
  readonly #times: RunTimes;
  readonly #functions: FunctionLoads;
  #loads: readonly (FunctionLoad | undefined)[] = [];
  #loadsOf = -1;
  /** The plans of the chains that nodes call. */
  readonly #called = new Map<number, ChainPlan>();
  #timesVersion = -1;
  #expected: number[] = [];
  #remaining: number[] = [];
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
    this.functions = chain.nodes.map(({ fn }) => fn);
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

  /**
   * The load of each node's function; none for a node that calls a chain, as the called instance's functions have it.
   *
   * @internal
   */
  get loads(): readonly (FunctionLoad | undefined)[] {
    if (this.#loadsOf !== this.#functions.generation) this.#findLoads();
    return this.#loads;
  }

  /** By itself, as each call of a function that makes another one takes memory, whether it comes to that or not. */
  #findLoads(): void {
    const functions = this.#functions;
    this.#loadsOf = functions.generation;
    this.#loads = this.chain.nodes.slice(0, this.size).map(({ fn, calls }) =>
      calls === undefined ? functions.of(fn) : undefined
    );
  }

  /** The expected run time of a node. */
  expectedMs(node: number): number {
    this.#refresh();
    return this.#expected[node]!;
  }

  /** The expected length of the longest path from a node to the chain's end, itself included. */
  remainingMs(node: number): number {
    this.#refresh();
    return this.#remaining[node]!;
  }

  /** The expected length of the chain's longest path. */
  criticalMs(): number {
    this.#refresh();
    return this.#criticalMs;
  }

  #refresh(): void {
    if (this.#timesVersion !== this.#times.version) this.#reckon();
  }

  /** By itself, for the same reason. */
  #reckon(): void {
    this.#expected = this.chain.nodes.map(({ fn }, node) =>
      this.#called.get(node)?.criticalMs() ?? this.#times.expectedMs(fn)
    );
    const remaining: number[] = new Array(this.chain.nodes.length).fill(0);
    for (let i = this.chain.nodes.length - 1; i >= 0; i--) {
      let after = 0;
      for (const next of this.successors[i]!) after = Math.max(after, remaining[next]!);
      remaining[i] = this.#expected[i]! + after;
    }
    this.#remaining = remaining;
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
