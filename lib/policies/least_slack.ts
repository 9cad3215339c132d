import type { Policy } from "./policy.ts";

/**
 * The invocation whose instance has the least time to spare: its deadline − now − the run time expected of the rest of its
 * chain. Now is the same for all, so the order does not change while they wait. Looks further than `deadline` where chains
 * differ in length, and depends on the run times' being known. Not one of the original's.
 */
export const leastSlack: Policy = {
  rank: (task) => task.deadlineMs - task.remainingMs,
};
