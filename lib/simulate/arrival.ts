import type { Instance } from "../model/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";

/** An instance that arrives, and how long each of its nodes takes to run. */
export interface Arrival {
  /** What arrives, at its `submittedAtMs`. */
  readonly instance: Instance;
  /** How long a node, or an item of its map, runs, in milliseconds; the same whenever it is asked. */
  runMs(node: number, item?: number): number;
  /** Whether a node fails, whatever is tried. */
  fails(node: number): boolean;
  /** An instance that a node, or an item of its map, calls; its nodes' times are the same whenever it is. */
  called(instance: Instance, call: NodeCall): Arrival;
}
