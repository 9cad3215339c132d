/** The records and answers about the instances of a partition. */
import type { Instance, NodeRecord } from "../../../model/mod.ts";
import { CALLER_ENDED } from "../../filter.ts";
import type { Result } from "../../queue.ts";
import { checkRecord, storableOutput, storableText } from "../../submission.ts";
import { hasToUndo, keptToUndo } from "../../undoing.ts";
import { Buffer, type OutgoingRecord } from "../client/kafkajs.ts";
import { type EndBody, outputText } from "../log/outputs.ts";
import { type Entry, hasEnded, progressOf } from "../log/entry.ts";
import { treeOf } from "../../tree.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { type endOf, type Head, instanceHeader, outgoing, progressRecord, readKey } from "../log/records.ts";

/** An end that is being written. */
export interface Ending {
  readonly entry: Entry;
  readonly end: Parameters<typeof endOf>[1];
  readonly body: EndBody;
}

/** Those of some roots, and of the instances they have called, that are to be cancelled and have nothing to undo. */
export function toBeCancelled(roots: readonly Entry[]): Entry[] {
  const trees = roots.map((root) => [...treeOf(root)]);
  return trees.filter((tree) => tree.some(isMarked)).flatMap((tree) => {
    const kept = toUndo(tree);
    return tree.filter((entry) => isMarked(entry) && !kept.has(entry));
  });
}

function isMarked(entry: Entry): boolean {
  return entry.cancel !== undefined && !hasEnded(entry);
}

/** Those of some entries that are not to end without a consumer, as they have something to undo; and their callers. */
export function toUndo(entries: Iterable<Entry>): ReadonlySet<Entry> {
  return keptToUndo(
    entries,
    ({ caller }) => caller,
    (entry) =>
      !hasEnded(entry) && mayHaveBegun(entry) &&
      hasToUndo(entry.instance.chain, () => entry.records.values()),
  );
}

function mayHaveBegun({ resumed, state, records, called }: Entry): boolean {
  return resumed || state === "running" || records.size > 0 || called.size > 0;
}

/** Whether nobody has called it; the caller of a called one may not be known yet. */
export function isRoot({ instance: { parent } }: Entry): boolean {
  return parent === undefined;
}

/** Whether it is to be handed out. */
export function isWaiting(entry: Entry): boolean {
  return isRoot(entry) && entry.state === "queued";
}

/**
 * Whether nothing is known of it that its message does not say, and where that stands.
 *
 * @param handedOut messages before this offset may have been handed out by a former owner
 */
export function isBare(entry: Entry, handedOut: number): boolean {
  const { state, resumed, hasHead, cancel, records, called, place } = entry;
  return state === "queued" && resumed === place.offset < handedOut && !hasHead && cancel === undefined &&
    records.size === 0 && called.size === 0;
}

/** The submission of an entry, and the run of it. */
export function at({ place, run }: Entry): Pick<Head, "place" | "run"> {
  return { place, run };
}

/** The head of an entry, as it stands in the changelog. */
export function headOf(entry: Entry): Head {
  const { state, cancel, abort, resumed, reason, output, endedAtMs } = entry;
  return {
    ...at(entry),
    state,
    ...cancel !== undefined && { cancel, abort },
    ...resumed && { resumed },
    ...reason !== undefined && { reason },
    ...output !== undefined && { output },
    ...endedAtMs !== undefined && { endedAtMs },
  };
}

/** The record that says how an instance stands in the changelog. */
export function headRecord(instance: Instance, head: Head, nowMs: number): OutgoingRecord {
  return outgoing(instance.id, Buffer.from(outputText(head)), nowMs, instanceHeader(instance));
}

/**
 * The records that state again what stands under keys, all that belongs to an instance in one group: whoever reads a
 * changelog that has been compacted cannot tell what had been overwritten, and comes to the same.
 */
export function restated(
  state: PartitionState,
  keys: Iterable<string>,
  nowMs: number,
): OutgoingRecord[][] {
  const byId = Map.groupBy(keys, (key) => readKey(key).id);
  return [...byId].map(([id, keys]) => {
    const entry = state.entries.get(id);
    return [
      ...keys.filter((key) => !state.stands(readKey(key))).map((key) => outgoing(key, null, nowMs)),
      ...entry?.hasHead ? [headRecord(entry.instance, headOf(entry), nowMs)] : [],
      ...[...state.recordsOf(id)].flatMap((of) =>
        [...of.records.values()].map((record) => progressRecord(id, record, of, nowMs))
      ),
    ];
  });
}

/** The end of a called instance, as it stands with its caller; cancelled if it has not ended. */
export function endingOf(entry: Entry, nowMs: number): Ending {
  const { state, endedAtMs = nowMs, reason, output } = entry;
  const progress = progressOf(entry);
  if (state === "delayed" || state === "queued" || state === "running") {
    return {
      entry,
      end: { state: "cancelled", ...at(entry), endedAtMs: nowMs },
      body: { reason: CALLER_ENDED, progress },
    };
  }
  const body = { progress, ...reason !== undefined && { reason }, ...output !== undefined && { output } };
  return { entry, end: { state, ...at(entry), endedAtMs }, body };
}

/** The reason of a result or record, as it can be kept. */
export function storable({ reason }: Pick<Result, "reason">): { readonly reason?: string } {
  return reason === undefined ? {} : { reason: storableText(reason) };
}

/**
 * Records as they can be kept.
 *
 * @throws {TypeError | RangeError} if one cannot
 */
export function storableRecords(records: readonly NodeRecord[]): NodeRecord[] {
  return records.map((record) => {
    storableOutput(checkRecord(record).output);
    return record.reason === undefined ? record : { ...record, ...storable(record) };
  });
}
