import type { ChainNode } from "./chain.ts";
import { WorkloadError } from "./errors.ts";

/** A node whose predecessors are still names. */
export interface Draft extends Omit<ChainNode, "after"> {
  /** Names of nodes of the same chain. */
  readonly after: readonly string[];
}

/** Puts nodes behind their predecessors, else in call order: a walk back along `after`, without recursion. */
export function ordered(chain: string, drafts: readonly Draft[]): ChainNode[] {
  const byName = uniqueByName(chain, drafts);
  const before = drafts.map((draft) =>
    [...new Set(draft.after)].map((name) => known(chain, draft, name, byName))
  );
  const unseen = before.map((list) => list.values());
  const position = new Map<number, number>();
  const onPath = new Set<number>();
  for (const start of drafts.keys()) {
    for (const path = [start]; path.length > 0;) {
      const at = path.at(-1)!;
      onPath.add(at);
      const next = position.has(at) ? undefined : unseen[at]!.next().value;
      if (next === undefined) {
        if (!position.has(at)) position.set(at, position.size);
        onPath.delete(path.pop()!);
      } else if (onPath.has(next)) {
        throw cycle(chain, path.slice(path.indexOf(next)).map((i) => drafts[i]!.name));
      } else path.push(next);
    }
  }
  return [...position.keys()].map((i) => {
    const { after: _, ...rest } = drafts[i]!;
    return { ...rest, after: before[i]!.map((other) => position.get(other)!).sort((a, b) => a - b) };
  });
}

function uniqueByName(chain: string, drafts: readonly Draft[]): Map<string, number> {
  const byName = new Map<string, number>();
  drafts.forEach((draft, i) => {
    if (byName.has(draft.name)) throw duplicateNode(chain, draft.name);
    byName.set(draft.name, i);
  });
  return byName;
}

function known(chain: string, draft: Draft, before: string, byName: ReadonlyMap<string, number>): number {
  const index = byName.get(before);
  if (index !== undefined) return index;
  throw new WorkloadError(
    "unknown-predecessor",
    `after names "${before}", which the chain has not. Its nodes are ${
      [...byName.keys()].slice(0, 20).join(", ")
    }`,
    { chain, node: draft.name },
  );
}

/** @param loop nodes; each comes after the next one, and the last after the first */
function cycle(chain: string, loop: readonly string[]): WorkloadError {
  const words = [...loop, loop[0]!].reverse().map((name) => `"${name}"`).join(" → ");
  return new WorkloadError(
    "cycle",
    `the nodes wait for each other: ${words}. Take one of these out of "after"`,
    {
      chain,
      node: loop[0]!,
    },
  );
}

/** Two nodes of a chain have one name. */
export function duplicateNode(chain: string, node: string): WorkloadError {
  return new WorkloadError(
    "duplicate-node",
    "two nodes have this name. Give one of them another: call(…, { name: … })",
    {
      chain,
      node,
    },
  );
}
