import type { Policy } from "./policy.ts";

/**
 * The most urgent invocation, by its function's priority or, for functions without one, its instance's: the lowest number
 * first, then the order of submission. Keeps the urgent fast at any load, and lets the others starve under overload. The
 * original's `strictFunctionPriority`, without its window of 100.
 */
export const strictPriority: Policy = {
  rank: (task) => task.functionPriority ?? task.priority,
};
