import type { Policy } from "./policy.ts";

/**
 * The invocation whose instance has the earliest deadline; those without one come last. Meets all deadlines of independent jobs
 * on one server if any order does (Liu and Layland, 1973); under overload it spends capacity on instances that are late anyway.
 * Not one of the original's.
 */
export const deadline: Policy = {
  rank: (task) => task.deadlineMs,
};
