/** An instance as its partition knows it, and the tree that it belongs to. */
import type { Instance, JsonText, NodeRecord } from "../../../model/mod.ts";
import type { InstanceState } from "../../queue.ts";
import { placeOf } from "../../submission.ts";
import { comparePlaces, type Place } from "./records.ts";

/** An instance that has not ended, or was called by one that has not. */
export interface Entry {
  readonly instance: Instance;
  /** Its place among those of its partition that nobody has called. */
  readonly seq: number;
  readonly place: Place;
  readonly run: number;
  /** By their places in the chain. */
  readonly records: Map<number, NodeRecord>;
  /** The instances that it has called. */
  readonly called: Set<Entry>;
  caller: Entry | undefined;
  state: InstanceState;
  /** Whether it has been handed out before, so that it may have begun. */
  resumed: boolean;
  /** Whether it has a head in the changelog. */
  hasHead: boolean;
  cancel: string | undefined;
  abort: boolean;
  reason: string | undefined;
  output: JsonText | undefined;
  endedAtMs: number | undefined;
}

/** Nobody holds it any more. */
export function queueAgain(entry: Entry): void {
  entry.state = "queued";
  entry.resumed = true;
}

export function hasEnded({ state }: Pick<Entry, "state">): boolean {
  return state !== "queued" && state !== "running";
}

/** The records of an entry by node and item. */
export function progressOf(entry: Entry): NodeRecord[] {
  return [...entry.records.values()].sort((a, b) => placeOf(a) - placeOf(b));
}

/** By submission. */
export function byPlace(a: Pick<Entry, "place">, b: Pick<Entry, "place">): number {
  return comparePlaces(a.place, b.place);
}
