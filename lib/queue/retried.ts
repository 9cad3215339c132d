import {
  type Chain,
  generationOf,
  type Instance,
  type NodeRecord,
  retriesAfter,
  shapeOf,
} from "../model/mod.ts";

/** The part of an instance that a retry looks at. */
type Retriable = Pick<Instance, "chain" | "generations" | "retriedAtMs">;

/** A retry that is asked for. */
export interface RetryAsked {
  /** When, in milliseconds since 1970. */
  readonly atMs: number;
  /** The name of the node that is begun again, with all after it. (Default: those that are not ok run again) */
  readonly from?: string | undefined;
}

/** The part of its records that a retry looks at. */
export type EndOf = Pick<NodeRecord, "node" | "item" | "state">;

/** The effect of a retry on an instance. */
export interface Retry<T extends Retriable = Instance> {
  /** The instance, in which the nodes that are begun again have new generations; it knows of this retry. */
  readonly instance: T;
  /** Nodes that are begun again: their records go, those of their items, and what they had called. */
  readonly nodes: ReadonlySet<number>;
  /** Whether all nodes are begun again, so that nothing of the instance as it is now has begun. */
  readonly isFresh: boolean;
  /** Whether a record goes. */
  isForgotten(record: EndOf): boolean;
  /** The fate of an instance that the node of this name has called and that has not completed. */
  ofCalled(node: string): "kept" | "retried" | "forgotten";
}

/**
 * Computes the effect of a retry on an instance:
 * - nodes that are ok are kept, and the others go on under their old keys: a function may have done its work though it failed;
 * - nodes that have gone on after a failed node that is to be retried are begun again, under a new key: they get other inputs;
 * - once the instance has been undone, nothing counts as done any more: every node is begun again, under a new key;
 * - from a node on, that node and all that come after it are begun again, and what was done before them is kept, also of an
 *   instance that has been undone: the operator says so.
 *
 * @param progress its records
 * @returns undefined if there is no such node
 */
export function retryOf<T extends Retriable>(
  instance: T,
  progress: readonly EndOf[],
  { atMs, from }: RetryAsked,
): Retry<T> | undefined {
  const plan = planOf(instance.chain, progress);
  const nodes = begunAgain(instance, progress, plan, from);
  return nodes && {
    instance: {
      ...instance,
      ...nodes.size > 0 && { generations: nextGenerations(instance, nodes) },
      retriedAtMs: retriesAfter(instance, atMs),
    },
    nodes,
    isFresh: nodes.size === instance.chain.nodes.length,
    isForgotten: ({ node, item, state }) => {
      const isPart = item === undefined || state === "failed"; // a map goes on without items that have failed
      return nodes.has(node) || (state !== "ok" && !(isPart && plan.kept.has(node)));
    },
    ofCalled: (name) => {
      const node = instance.chain.nodes.findIndex((each) => each.name === name);
      if (nodes.has(node)) return "forgotten";
      return plan.kept.has(node) ? "kept" : "retried";
    },
  };
}

function begunAgain(
  { chain }: Retriable,
  progress: readonly EndOf[],
  { goneOn }: RetryPlan,
  from: string | undefined,
): ReadonlySet<number> | undefined {
  const undone = isUndone({ chain }, progress);
  if (from === undefined) return undone ? new Set(chain.nodes.keys()) : goneOn;
  const first = chain.nodes.findIndex(({ name }) => name === from);
  if (first < 0) return undefined;
  const again = new Set(goneOn).add(first);
  const { successors } = shapeOf(chain);
  for (const node of again) for (const next of successors[node]!) again.add(next); // grows on the way
  if (undone) again.add(chain.onFailed!); // it has undone something, and may have to do so again
  return again;
}

/** Whether what had been done before has been undone, or may have been: the node that undoes has begun. */
export function isUndone({ chain }: Pick<Instance, "chain">, progress: readonly EndOf[]): boolean {
  return progress.some(({ node, state }) => node === chain.onFailed && state !== "cancelled");
}

/** Where the nodes of an instance stand that is retried. */
interface RetryPlan {
  /** Nodes that have ended, with all before them, so that they need not run again. */
  readonly kept: ReadonlySet<number>;
  /** Nodes that were called, or may have been, after others that run again. */
  readonly goneOn: ReadonlySet<number>;
}

function planOf({ nodes, onFailed }: Chain, progress: readonly EndOf[]): RetryPlan {
  const called = new Set<number>(), done = new Set<number>(), failed = new Set<number>();
  for (const { node, item, state } of progress) {
    if (state !== "skipped") called.add(node);
    if (state !== "ok" && state !== "skipped") failed.add(node); // of a map, an item may be all that is known
    else if (item === undefined) done.add(node);
  }
  const letsGoOn = (node: number) =>
    done.has(node) || (failed.has(node) && nodes[node]!.onFailure !== "fail");
  const kept = new Set<number>(), goneOn = new Set<number>();
  nodes.slice(0, onFailed).forEach(({ after }, node) => { // what comes before a node has a lower index
    if (after.every((before) => kept.has(before))) {
      if (done.has(node)) kept.add(node);
    } else if (called.has(node) || after.every(letsGoOn)) goneOn.add(node);
  });
  return { kept, goneOn };
}

function nextGenerations(instance: Retriable, again: ReadonlySet<number>): number[] {
  return instance.chain.nodes.map((_, node) => generationOf(instance, node) + (again.has(node) ? 1 : 0));
}
