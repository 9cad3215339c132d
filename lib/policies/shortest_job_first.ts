import type { Policy } from "./policy.ts";

/**
 * The invocation whose chain has the least left to do, which minimises the mean chain time; long chains can starve under
 * overload. The original's `getShortestJobFirst`, with learned times instead of a table, over all that is queued instead
 * of a window of 100. Compose it with a fair policy to bound starvation: `fair-share+shortest-job-first`.
 */
export const shortestJobFirst: Policy = {
  rank: (task) => task.remainingMs,
};
