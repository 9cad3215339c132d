import type { Random } from "../model/mod.ts";

/** One arrival of a replay. */
export interface ReplayedArrival {
  /** In milliseconds from the start of the load. */
  readonly atMs: number;
  /** The place of the chain in the workload. (Default: drawn by the chains' shares) */
  readonly entry?: number;
  /** The run time of each of its calls, in milliseconds, for simulations. (Default: drawn from that of the function) */
  readonly runMs?: number;
}

/** Arrivals that were recorded, and perhaps which chains they were of. */
export interface Replay {
  /** Tells it from the kinds of plain arrivals. */
  readonly kind: "replay";
  /** Number of arrivals. */
  readonly count: number;
  /** The arrivals in the order of time. @param random draws what was not recorded */
  arrivals(random: Random): Iterable<ReplayedArrival>;
}
