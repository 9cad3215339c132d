import type { Policy } from "./policy.ts";

/**
 * Shares the slots' time between chains by given weights: a chain of weight 3 receives three times as much as one of weight 1
 * while both want more. Like `fair-share`, with the weights set by the operator instead of the workload. Not one
 * of the original's, whose quotas were fixed numbers. Costs what `fair-share` does.
 *
 * @param weights by chain; chains that are not named have what their workload declares
 */
export function weighted(weights: ReadonlyMap<string, number>): Policy {
  return {
    group: (task) => task.chain,
    weight: (group) => weights.get(group.name) ?? group.declaredWeight,
  };
}
