import type { Policy } from "./policy.ts";

/**
 * The instance whose attempts have held slots for the least time: chains that have received little go before those that have
 * received much, so short chains end soon although nobody knows beforehand which ones are short (least attained service, or
 * foreground-background: Nuyens and Wierman, The foreground–background queue: a survey, 2008). Not one of the original's.
 * An invocation's rank is what its instance has received when it becomes ready. Costs the long chains: under overload they
 * wait for all that is new, as new chains have received nothing.
 */
export const leastAttained: Policy = {
  rank: (task) => task.attainedMs,
};
