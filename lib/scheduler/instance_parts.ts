import type { NodeState } from "../model/mod.ts";
import type { Delay, Ending, NodeCall } from "./contract.ts";
import type { MapRun } from "./map_run.ts";

/** How far an instance of several nodes has come. */
export interface Course {
  /** How long its attempts that have ended held their slots, together. */
  attainedMs: number;
  /** How each node has ended. */
  readonly states: (NodeState | undefined)[];
  /** How many predecessors each node waits for. */
  readonly waiting: number[];
}

/** What few instances have, or most of them only for a moment. */
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

/** What becomes of nodes when others have settled. */
export interface Reach {
  /** They may run now, if their conditions say so. */
  readonly free: readonly number[];
  /** They never will. */
  readonly skipped: readonly number[];
}

/** Nothing becomes of any. */
export const NOTHING: Reach = { free: [], skipped: [] };
