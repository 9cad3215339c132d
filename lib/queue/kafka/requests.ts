/** What operators ask the owner of a partition for, carried out there. */
import type { NodeRecord } from "../../model/mod.ts";
import { RETRYABLE, RETRYABLE_FROM } from "../filter.ts";
import type { InstanceState } from "../queue.ts";
import { forgottenByRetry } from "../retried.ts";
import type { Request } from "./command_log.ts";
import type { EndSource, WholeEnd } from "./end_reader.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import type { KnownEnd } from "./known_ends.ts";
import type { Head } from "./records.ts";

/** Does what is asked of instances. @returns how many it reached */
export async function carryOut(owned: OwnedPartition, request: Request, ends: EndSource): Promise<number> {
  const ids = request.ids[owned.partition] ?? [];
  const { state } = owned;
  switch (request.kind) {
    case "cancel": {
      const meant = ids.map((id) => state.entries.get(id)).filter((entry) => entry !== undefined);
      return await owned.journal.cancel(meant, request.abort ?? false);
    }
    case "purge": {
      const roots = ids.filter((id) => state.ends.has(id) && state.ends.root(id) === id);
      const trees = roots.flatMap((id) => [...state.ends.tree(id)]).filter((id) => state.ends.has(id));
      await owned.journal.purge(trees);
      return trees.length;
    }
    case "retry": {
      const states: readonly string[] = request.from === undefined ? RETRYABLE : RETRYABLE_FROM;
      const roots = new Set(ids.filter((id) => state.ends.has(id)).map((id) => state.ends.root(id)));
      let reached = 0;
      for (const root of roots) {
        if (!states.includes(state.ends.get(root)!.state)) continue;
        if (await retry(owned, root, request.from, ends)) reached++;
      }
      return reached;
    }
  }
}

interface Revived extends WholeEnd {
  readonly end: KnownEnd;
}

/** Takes an instance up again, with what it had called. @returns whether it has what it is to begin with */
async function retry(
  owned: OwnedPartition,
  root: string,
  from: string | undefined,
  ends: EndSource,
): Promise<boolean> {
  const tree = new Map<string, Revived>();
  for (const id of owned.state.ends.tree(root)) {
    const end = owned.state.ends.get(id);
    const whole = end && await ends.read(owned.partition, end);
    if (whole !== undefined) tree.set(id, { ...whole, end: end! });
  }
  const first = tree.get(root);
  if (first === undefined) return false;
  const forgotten = forgottenByRetry(first.instance.chain, from);
  if (forgotten === undefined) return false;
  const gone = new Set<string>();
  for (const [id, { instance: { parent } }] of tree) {
    if (parent === undefined) continue;
    const node = first.instance.chain.nodes.findIndex(({ name }) => name === parent.node);
    if (gone.has(parent.instance) || (parent.instance === root && forgotten.nodes.has(node))) gone.add(id);
  }
  const revived = [...again(tree, root, from, gone)];
  if (gone.size > 0) await owned.journal.purge([...gone]); // first: whoever comes after a crash in between does it all again
  await owned.revive(revived);
  return true;
}

/** What stands in the changelog of a tree that is retried: what is queued again, and what it has called that is not. */
function* again(
  tree: ReadonlyMap<string, Revived>,
  root: string,
  from: string | undefined,
  gone: ReadonlySet<string>,
): Generator<
  { readonly instance: Revived["instance"]; readonly head: Head; readonly records: readonly NodeRecord[] }
> {
  const queued = new Set<string>();
  for (const [id, { instance, end, progress, reason, output }] of tree) {
    if (gone.has(id)) continue;
    const { place, run, endedAtMs } = end, state = end.state as InstanceState;
    const isCalledAgain = instance.parent !== undefined && queued.has(instance.parent.instance) &&
      RETRYABLE.includes(state);
    if (id === root || isCalledAgain) {
      queued.add(id);
      const { isForgotten } = forgottenByRetry(instance.chain, id === root ? from : undefined)!;
      const records = progress.filter((record) => !isForgotten(record));
      yield { instance, head: { place, run: run + 1, state: "queued" }, records };
    } else {
      const head = { place, run: run + 1, state, endedAtMs, ...reason !== undefined && { reason } };
      yield { instance, head: { ...head, ...output !== undefined && { output } }, records: progress };
    }
  }
}
