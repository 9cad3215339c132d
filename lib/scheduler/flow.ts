import type { Decision, Ending, NodeCall, Settlement, Verdict } from "./contract.ts";
import { NOTHING, type Reach } from "./instance_parts.ts";
import type { InstanceRun } from "./invocation.ts";
import type { Instances } from "./instances.ts";
import type { Invocations } from "./invocations.ts";

/** The consequences of a change of an instance; whoever asked for them says what for. */
export type Consequences = Omit<Settlement, "verdict" | "retryAtMs"> & { verdict?: Verdict };

/**
 * The way of an instance through its chain: when a node ends, which others become ready, which calls of chains and which
 * decisions are to be asked for, and whether the instance is at its end.
 */
export class Flow {
  readonly #invocations: Invocations;
  readonly #instances: Instances;

  /**
   * @param invocations those of all instances
   * @param instances all of them: those that have ended are forgotten
   */
  constructor(invocations: Invocations, instances: Instances) {
    this.#invocations = invocations;
    this.#instances = instances;
  }

  /** Carries out what was decided on a node. */
  decide(run: InstanceRun, node: number, decision: Decision, nowMs: number): Consequences {
    switch (decision.kind) {
      case "run":
        return this.#begin(run, node, [undefined], nowMs);
      case "skip":
        return this.advance(run, run.settle(node, "skipped"), nowMs);
      case "fail":
        return this.settle(run, node, undefined, "failed", decision.reason, nowMs);
      case "map": {
        const items = run.openMap(node, decision.count, decision.done ?? NO_ITEMS);
        return items === undefined ? this.#mapped(run, node, nowMs) : this.#begin(run, node, items, nowMs);
      }
    }
  }

  /** A node has ended, or an item of its map. */
  settle(
    run: InstanceRun,
    node: number,
    item: number | undefined,
    state: "ok" | "failed",
    reason: string,
    nowMs: number,
  ): Consequences {
    if (item === undefined) return this.advance(run, run.settle(node, state, reason), nowMs);
    const items = run.settleItem(node, item, state, reason);
    if (items === "done") return this.#mapped(run, node, nowMs);
    return items.length > 0 ? this.#begin(run, node, items, nowMs) : this.advance(run, NOTHING, nowMs);
  }

  #mapped(run: InstanceRun, node: number, nowMs: number): Consequences {
    return { ...this.advance(run, run.settle(node, "ok"), nowMs), mapped: node };
  }

  /** Begins with a node, or with items of its map. */
  #begin(
    run: InstanceRun,
    node: number,
    items: readonly (number | undefined)[],
    nowMs: number,
  ): Consequences {
    if (run.plan.chain.nodes[node]!.calls === undefined) {
      for (const item of items) this.#invocations.ready(run, node, item, nowMs);
      return { instance: run.instance, skipped: [] };
    }
    run.calling += items.length;
    run.takeBegun(node);
    if (!run.started) this.#invocations.chainStarts(run);
    const calls = items.map((item) => item === undefined ? { node } : { node, item });
    return { instance: run.instance, skipped: [], calls };
  }

  /** Begins with what needs no decision; ends the instance if nothing is left to do. */
  advance(run: InstanceRun, { free, skipped }: Reach, nowMs: number): Consequences {
    if (run.ending !== undefined || free.length === 0) return this.#result(run, skipped, nowMs);
    const { instance, plan: { decides, chain: { nodes } } } = run;
    let undecided: number[] | undefined, calls: NodeCall[] | undefined;
    for (let i = 0; i < free.length; i++) {
      const node = free[i]!;
      if (decides[node]) (undecided ??= []).push(node);
      else if (nodes[node]!.calls === undefined) this.#invocations.ready(run, node, undefined, nowMs);
      else (calls ??= []).push(...this.#begin(run, node, [undefined], nowMs).calls!);
    }
    if (undecided === undefined && calls === undefined) return { instance, skipped };
    return { instance, skipped, ...undecided && { undecided }, ...calls && { calls } };
  }

  /** Nothing more of an instance starts, but the node that undoes; it ends with its last attempt in flight. */
  stop(run: InstanceRun, ending: Ending, nowMs: number): Consequences {
    run.end(ending);
    return this.#result(run, [], nowMs);
  }

  /** Ends an instance, or what of it is in vain, if it is time. */
  #result(run: InstanceRun, skipped: readonly number[], nowMs: number): Consequences {
    const { instance, ending } = run;
    if (ending === undefined && run.unsettled > 0) return { instance, skipped };
    if (ending !== undefined && !run.cleared) {
      run.cleared = true;
      this.#invocations.clear(run);
      const calls = run.takeBegun();
      run.calling += calls.length;
      if (calls.length > 0) return { instance, skipped, ending, calls };
    }
    if (run.running > 0 || run.calling > 0) return { instance, skipped, ending: ending! };
    if (ending !== undefined && run.plan.undoes && run.started && !run.undone) {
      if (run.isEmpty) this.#invocations.ready(run, run.plan.size, undefined, nowMs);
      return { instance, skipped, ending };
    }
    this.#instances.end(run);
    return { instance, skipped, ended: ending ?? COMPLETED };
  }
}

const COMPLETED: Ending = { outcome: "completed" };
const NO_ITEMS: ReadonlySet<number> = new Set();
