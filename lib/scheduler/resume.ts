import { type NodeRecord, NULL } from "../model/mod.ts";
import { NOTHING, type Reach } from "./instance_parts.ts";
import type { InstanceRun } from "./invocation.ts";

const INTERRUPTED_UNDOING = "its consumer died while it was being undone";
const INTERRUPTED = "it was running when its consumer died, and it must not run twice";

/**
 * Has a new instance go on from what was settled before, under another scheduler. A node that had started and must not run twice
 * counts as failed.
 *
 * @param progress the nodes that had settled, or had been started for the only time
 * @returns the nodes to run and to skip now
 */
export function resume(run: InstanceRun, progress: readonly NodeRecord[]): Reach {
  const { roots } = run.plan;
  if (progress.length === 0) return { free: roots, skipped: NOTHING.skipped };
  attainAgain(run, progress);
  const recorded = endsOf(run, progress);
  const free: number[] = [], skipped: number[] = [];
  const reached = [...roots];
  for (const node of reached) { // grows on the way
    const record = recorded.get(node);
    if (record === undefined) {
      free.push(node);
      continue;
    }
    const state = record.state === "started" ? "failed" : record.state;
    const reach = run.settle(node, state, record.reason ?? INTERRUPTED);
    reached.push(...reach.free);
    for (const node of reach.skipped) if (!recorded.has(node)) skipped.push(node);
  }
  resumeUndoing(run, recorded);
  return { free, skipped };
}

/** Counts the time of the attempts that settled nodes before; that of failed attempts before them is not recorded. */
function attainAgain(run: InstanceRun, progress: readonly NodeRecord[]): void {
  const { nodes } = run.plan.chain;
  for (const { node, item, runMs } of progress) {
    const isOfItems = item === undefined && nodes[node]?.map !== undefined; // each of them has a record of its own
    if (runMs !== undefined && !isOfItems) run.attain(runMs, "ok");
  }
}

/** Once it has begun to undo, nothing else starts; what was called when its consumer died is called again. */
function resumeUndoing(run: InstanceRun, recorded: ReadonlyMap<number, NodeRecord>): void {
  const { onFailed, nodes } = run.plan.chain;
  const record = onFailed === undefined ? undefined : recorded.get(onFailed);
  if (record === undefined) return;
  run.undone = record.state !== "started" || nodes[onFailed!]!.fn.atMostOnce;
  if (run.undone) run.end({ outcome: "cancelled", reason: "cancelled" });
  else run.end({ outcome: "failed", reason: record.reason ?? INTERRUPTED_UNDOING });
}

/** The ends of nodes: a map ends also by an item that has failed, if that is to end the instance. */
function endsOf({ plan }: InstanceRun, progress: readonly NodeRecord[]): ReadonlyMap<number, NodeRecord> {
  const ends = new Map<number, NodeRecord>();
  for (const record of progress) {
    const { node, item, state, reason = INTERRUPTED } = record;
    if (item === undefined) ends.set(node, record);
    else if (state !== "ok" && plan.chain.nodes[node]!.onFailure === "fail" && !ends.has(node)) {
      ends.set(node, {
        node,
        state: "failed",
        attempts: 0,
        output: NULL,
        reason: `item ${item}: ${reason}`,
      });
    }
  }
  return ends;
}
