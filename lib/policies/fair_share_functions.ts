import type { Policy } from "./policy.ts";

/**
 * Shares the slots' time between functions by how often each occurs in the chains that are queued or running: a function
 * that stands seven times in each chain has seven times the share of one that stands there once, so that chains move on as
 * a whole. The original's `fairShareOnFunctions`. Costs: chains with few calls are served as little as they ask for.
 */
export const fairShareFunctions: Policy = {
  group: (task) => task.function,
  weight: ({ name, demand }, { functions }) => Math.max(1, (demand ?? functions.get(name))?.unsettled ?? 1),
};
