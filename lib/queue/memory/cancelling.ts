import { CANCELLED_ON_REQUEST } from "../filter.ts";
import { treeOf } from "../tree.ts";
import { type Entry, hasEnded, type MemoryStore, toUndo } from "./store.ts";

/**
 * Ends what waits, and marks what its holder is to end; those that they have called with them.
 *
 * @param abort whether calls in flight are to end, too
 * @returns the number of entries that are reached
 */
export function cancelEntries(
  store: MemoryStore,
  meant: readonly Entry[],
  abort: boolean,
  nowMs: number,
): number {
  const entries = new Set(meant.flatMap((entry) => [...treeOf(entry)]).filter((entry) => !hasEnded(entry)));
  const kept = toUndo(entries);
  for (const entry of [...entries].reverse()) { // what was called first, or it would end with its caller
    if (entry.state === "running" || kept.has(entry)) {
      store.mark(entry, CANCELLED_ON_REQUEST);
      entry.abort ||= abort;
    } else store.end(entry, "cancelled", nowMs, CANCELLED_ON_REQUEST);
  }
  store.bell.ring(); // holders look for what is marked
  return entries.size;
}
