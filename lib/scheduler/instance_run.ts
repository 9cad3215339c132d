import { type Instance, type NodeState, runsAfter } from "../model/mod.ts";
import type { ChainPlan } from "./chain_plan.ts";
import type { Ending } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import type { Gate } from "./tree.ts";

const NO_GATES: readonly Gate[] = [];

/** One instance while the scheduler has it. */
export class InstanceRun {
  /** Whether one of its functions has been started. */
  started = false;
  /** Nodes that are not settled. */
  unsettled: number;
  /** Why it ends before its nodes are all settled. */
  ending: Ending | undefined;
  /** Attempts in flight. */
  running = 0;
  /** Whether what was to be undone has been, or is not to be. */
  undone = false;
  /** The gates of its nodes, where they depend on its labels. */
  gates: readonly Gate[] = NO_GATES;
  /** By whom `gates` was made. */
  gatesOf: unknown;
  #first: Invocation | undefined;
  /** How each node ended; made when the first one does, as most of what is queued has not begun. */
  #states: (NodeState | undefined)[] | undefined;
  /** How many predecessors each node waits for. */
  #waiting: number[] | undefined;

  constructor(readonly instance: Instance, readonly plan: ChainPlan, readonly sequence: number) {
    this.unsettled = plan.size;
  }

  /** Its invocations that are not settled. */
  *invocations(): Generator<Invocation> {
    for (let next: Invocation | undefined, at = this.#first; at !== undefined; at = next) {
      next = at.nextOfRun;
      yield at;
    }
  }

  add(invocation: Invocation): void {
    invocation.nextOfRun = this.#first;
    if (this.#first) this.#first.previousOfRun = invocation;
    this.#first = invocation;
  }

  remove({ nextOfRun, previousOfRun }: Invocation): void {
    if (previousOfRun) previousOfRun.nextOfRun = nextOfRun;
    else this.#first = nextOfRun;
    if (nextOfRun) nextOfRun.previousOfRun = previousOfRun;
  }

  /** Whether none of its invocations waits or runs. */
  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  stateOf(node: number): NodeState | undefined {
    return this.#states?.[node];
  }

  /** Nothing more will be asked for the nodes that are not settled. */
  end(): void {
    if (this.unsettled === 0) return;
    this.plan.loads.forEach((load, node) => this.stateOf(node) ?? load.unsettled--);
  }

  /** Notes how a node ended. @returns what that makes of the nodes after it; nothing, once the instance is to end */
  settle(node: number, state: NodeState): Reach {
    const freed = this.#note(node, state);
    if (freed.length === 0 || this.ending !== undefined) return NOTHING;
    const free: number[] = [], skipped: number[] = [];
    const reached = [...freed];
    for (const next of reached) { // grows on the way
      if (this.#runs(next)) free.push(next);
      else {
        skipped.push(next);
        reached.push(...this.#note(next, "skipped"));
      }
    }
    return { free, skipped };
  }

  #runs(node: number): boolean {
    const { nodes } = this.plan.chain;
    const { join = "all", after } = nodes[node]!;
    return runsAfter(join, after.map((i) => ({ state: this.stateOf(i)!, onFailure: nodes[i]!.onFailure })));
  }

  /** @returns the nodes that wait for nothing more, now */
  #note(node: number, state: NodeState): readonly number[] {
    const { plan } = this;
    if (node === plan.chain.onFailed) {
      this.undone = true;
      return [];
    }
    this.unsettled--;
    plan.loads[node]!.unsettled--;
    if (plan.size === 1) return [];
    this.#states ??= new Array(plan.size).fill(undefined);
    this.#waiting ??= [...plan.predecessorCounts];
    this.#states[node] = state;
    return plan.successors[node]!.filter((next) => --this.#waiting![next]! === 0);
  }
}

/** What becomes of nodes when others have settled. */
export interface Reach {
  /** They may run now, if their conditions say so. */
  readonly free: readonly number[];
  /** They never will. */
  readonly skipped: readonly number[];
}

const NOTHING: Reach = { free: [], skipped: [] };
