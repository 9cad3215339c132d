import type { Policy } from "./policy.ts";

/**
 * First come, first served: invocations in the order in which they became ready, as a plain queue before a provider does
 * it. Fair to no one in particular; later stages of a chain queue up behind newer chains. Not one of the original's.
 */
export const fcfs: Policy = {
  rank: (task) => task.readyAtMs,
};
