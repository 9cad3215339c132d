import type { Policy } from "./policy.ts";

/**
 * Finishes chains that have started before it starts new ones, which keeps the number of unfinished chains and the time
 * they stay open small. The original's `currentlyRunningChains`, and as there the default. Costs the
 * newcomers: under overload chains that have not started wait long.
 */
export const runningFirst: Policy = {
  rank: (task) => task.chainStarted ? 0 : 1,
};
