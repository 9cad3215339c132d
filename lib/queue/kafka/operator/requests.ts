/** Carries out the requests of operators to the owner of a partition. */
import type { NodeRecord } from "../../../model/mod.ts";
import { RETRYABLE, RETRYABLE_FROM } from "../../filter.ts";
import type { InstanceState } from "../../queue.ts";
import { type Retry, type RetryAsked, retryOf } from "../../retried.ts";
import type { OpenRequest } from "./command_log.ts";
import type { EndSource, WholeEnd } from "../log/end_reader.ts";
import type { OwnedPartition } from "../owner/owned_partition.ts";
import type { KnownEnd } from "../log/known_ends.ts";
import type { Head } from "../log/records.ts";

/** Carries a request out. @returns the number of instances that it reached */
export async function carryOut(
  owned: OwnedPartition,
  { request, askedAtMs: atMs }: Pick<OpenRequest, "request" | "askedAtMs">,
  ends: EndSource,
  signal: AbortSignal,
): Promise<number> {
  const ids = request.ids[owned.partition] ?? [];
  const { state } = owned;
  switch (request.kind) {
    case "cancel": {
      await owned.bring(ids, signal);
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
      if (request.callbacks) return await retryCallbacks(owned, ids, atMs);
      const states: readonly string[] = request.from === undefined ? RETRYABLE : RETRYABLE_FROM;
      const roots = new Set(ids.filter((id) => state.ends.has(id)).map((id) => state.ends.root(id)));
      let reached = 0;
      for (const root of roots) {
        if (!states.includes(state.ends.get(root)!.state)) continue;
        if (await retry(owned, root, { atMs, from: request.from }, ends)) reached++;
      }
      return reached;
    }
  }
}

/** Has callbacks be delivered after all that were given up. @returns their number */
async function retryCallbacks(
  { state, journal }: OwnedPartition,
  ids: readonly string[],
  atMs: number,
): Promise<number> {
  const meant = state.callbacks.givenUp(ids);
  if (meant.length === 0) return 0;
  const mark = { state: "waiting", attempts: 0, atMs, sinceMs: atMs } as const;
  await journal.mark(meant.map(({ instance, offset: of }) => ({ instance, of, ...mark })));
  return meant.length;
}

interface Revived extends WholeEnd {
  readonly end: KnownEnd;
}

/** Takes an instance up again, with what it had called. @returns whether it has what it is to begin with */
async function retry(
  owned: OwnedPartition,
  root: string,
  asked: RetryAsked,
  ends: EndSource,
): Promise<boolean> {
  const tree = new Map<string, Revived>();
  for (const id of owned.state.ends.tree(root)) {
    const end = owned.state.ends.get(id);
    const whole = end && await ends.read(owned.partition, end);
    if (whole !== undefined) tree.set(id, { ...whole, end: end! });
  }
  const plan = planOf(tree, root, asked);
  if (plan === undefined) return false;
  if (plan.gone.size > 0) await owned.journal.purge([...plan.gone]); // first: whoever comes after a crash in between does it all again
  await owned.revive(plan.revived);
  return true;
}

/** The plan for a tree that is retried. */
interface Plan {
  /** The ids of instances called by nodes that are begun again, and of those that they had called. */
  readonly gone: ReadonlySet<string>;
  /** The entries of the changelog from now on: instances that are queued again, and those they have called that are not. */
  readonly revived: Parameters<OwnedPartition["revive"]>[0];
}

/** @returns undefined if there is nothing that can be retried */
function planOf(
  tree: ReadonlyMap<string, Revived>,
  root: string,
  { atMs, from }: RetryAsked,
): Plan | undefined {
  const gone = new Set<string>();
  const queued = new Map<string, Retry>();
  const revived: { instance: Revived["instance"]; head: Head; records: readonly NodeRecord[] }[] = [];
  for (const [id, { instance, end, progress, reason, output }] of tree) {
    const { parent } = instance;
    const fate = parent && queued.get(parent.instance)?.ofCalled(parent.node);
    if (parent !== undefined && (gone.has(parent.instance) || fate === "forgotten")) {
      gone.add(id);
      continue;
    }
    const { place, run, endedAtMs } = end, state = end.state as InstanceState;
    if (id === root || (fate === "retried" && RETRYABLE.includes(state))) {
      const retry = retryOf(instance, progress, { atMs, from: id === root ? from : undefined });
      if (retry === undefined) return undefined;
      queued.set(id, retry);
      const records = progress.filter((record) => !retry.isForgotten(record));
      revived.push({
        instance: retry.instance,
        head: { place, run: run + 1, state: "queued", ...!retry.isFresh && { resumed: true } },
        records,
      });
    } else {
      const head = { place, run: run + 1, state, endedAtMs, ...reason !== undefined && { reason } };
      revived.push({ instance, head: { ...head, ...output !== undefined && { output } }, records: progress });
    }
  }
  return queued.size === 0 ? undefined : { gone, revived };
}
