import type { Instance, NodeState } from "../model/mod.ts";
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

  stateOf(node: number): NodeState | undefined {
    return this.#states?.[node];
  }

  /** Nothing more will be asked for the nodes that are not settled. */
  end(): void {
    if (this.unsettled === 0) return;
    this.plan.loads.forEach((load, node) => this.stateOf(node) ?? load.unsettled--);
  }

  /** Notes how a node ended. @returns the nodes that wait for nothing more, now */
  settle(node: number, state: NodeState): readonly number[] {
    this.unsettled--;
    this.plan.loads[node]!.unsettled--;
    if (this.plan.size === 1) return [];
    this.#states ??= new Array(this.plan.size).fill(undefined);
    this.#waiting ??= [...this.plan.predecessorCounts];
    this.#states[node] = state;
    return this.plan.successors[node]!.filter((next) => --this.#waiting![next]! === 0);
  }
}
