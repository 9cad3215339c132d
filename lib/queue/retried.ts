import { type Chain, generationOf, type Instance, type NodeRecord, shapeOf } from "../model/mod.ts";

/** What of an instance a retry looks at. */
type Retriable = Pick<Instance, "chain" | "generations">;

/** What a retry makes of an instance. */
export interface Retry<T extends Retriable = Instance> {
  /** The instance, in which the nodes that are begun again have new generations. */
  readonly instance: T;
  /** Nodes that are begun again: their records go, those of their items, and what they had called. */
  readonly nodes: ReadonlySet<number>;
  /** Whether a record goes. */
  isForgotten(record: NodeRecord): boolean;
}

/** Whether what had been done before has been undone, or may have been: the node that undoes has begun. */
export function isUndone({ chain }: Pick<Instance, "chain">, progress: readonly NodeRecord[]): boolean {
  return progress.some(({ node, state }) => node === chain.onFailed && state !== "cancelled");
}

/**
 * What a retry makes of an instance:
 * - nodes that are ok are kept, and the others go on under their old keys: a function may have done its work though it failed;
 * - once the instance has been undone, nothing counts as done any more: every node is begun again, under a new key;
 * - from a node on, that node and all that come after it are begun again, and what was done before them is kept, also of an
 *   instance that has been undone: the operator says so.
 *
 * @param undone see {@linkcode isUndone}
 * @param from a node's name
 * @returns undefined if there is no such node
 */
export function retryOf<T extends Retriable>(
  instance: T,
  undone: boolean,
  from?: string,
): Retry<T> | undefined {
  const nodes = begunAgain(instance.chain, undone, from);
  return nodes && {
    instance: nodes.size === 0 ? instance : { ...instance, generations: nextGenerations(instance, nodes) },
    nodes,
    isForgotten: ({ node, state }) => nodes.has(node) || state !== "ok",
  };
}

function begunAgain(chain: Chain, undone: boolean, from: string | undefined): Set<number> | undefined {
  if (from === undefined) return new Set(undone ? chain.nodes.keys() : []);
  const first = chain.nodes.findIndex(({ name }) => name === from);
  if (first < 0) return undefined;
  const again = new Set([first]);
  const { successors } = shapeOf(chain);
  for (const node of again) for (const next of successors[node]!) again.add(next); // grows on the way
  if (undone) again.add(chain.onFailed!); // it has undone something, and may have to do so again
  return again;
}

function nextGenerations(instance: Retriable, again: ReadonlySet<number>): number[] {
  return instance.chain.nodes.map((_, node) => generationOf(instance, node) + (again.has(node) ? 1 : 0));
}
