import type { NodeState } from "../model/mod.ts";
import type { Delay, Ending, NodeCall } from "./contract.ts";
import type { MapRun } from "./map_run.ts";

/** The progress of an instance of several nodes. */
export interface Course {
  /** Time for which its attempts that have ended held their slots, together, in milliseconds. */
  attainedMs: number;
  /** Whether all nodes that have settled are ok: then all that waits for nothing more runs, however it joins. */
  areAllOk: boolean;
  /** The end state of each node. */
  readonly states: (NodeState | undefined)[];
  /** Number of predecessors that each node waits for. */
  readonly waiting: number[];
}

/** State that few instances have, or most of them only for a moment. */
export interface Rare {
  ending: Ending | undefined;
  cleared: boolean;
  undone: boolean;
  calling: number;
  /** The maps whose items are running, by node. */
  maps: Map<number, MapRun> | undefined;
  lostTtl: boolean;
  /** Calls that another scheduler has begun. */
  begun: readonly NodeCall[] | undefined;
  /** Delays that began under another scheduler. */
  delays: readonly Delay[] | undefined;
  limitedFromMs: number | undefined;
}

/** The nodes that are affected when others have settled. */
export interface Reach {
  /** They may run now, if their conditions say so. */
  readonly free: readonly number[];
  /** They never will. */
  readonly skipped: readonly number[];
}

export const NO_NODES: readonly number[] = [];

/** Nothing becomes of any. */
export const NOTHING: Reach = { free: NO_NODES, skipped: NO_NODES };
