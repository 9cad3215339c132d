import type { Instance } from "../model/mod.ts";

/** An instance that arrives, and how long each of its nodes takes to run. */
export interface Arrival {
  /** What arrives, at its `submittedAtMs`. */
  readonly instance: Instance;
  /** How long a node runs, in milliseconds; the same whenever it is asked. */
  runMs(node: number): number;
  /** Whether a node fails, whatever is tried. */
  fails(node: number): boolean;
}
