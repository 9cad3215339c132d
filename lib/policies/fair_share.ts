import { ownOf } from "../model/mod.ts";
import type { Policy } from "./policy.ts";

/**
 * Shares the slots' time between chains, equally or by the weights that the workload declares: the chain that has received
 * the least for its weight is next. Work-conserving: what a chain does not use goes to the others. Between chains that
 * always have work, the greatest lag is one call of each, for their weights; calls that take longer than expected count for
 * one minute of what all receive at most. The original's `fairShareOnChains`, without its fixed quotas.
 * Costs mean chain time where chains differ in length: join it with `shortest-job-first` for that.
 *
 * @param by a label to share by instead of by chain: its values are the groups
 */
export function fairShare(by?: string): Policy {
  return {
    group: by === undefined ? (task) => task.chain : (task) => ownOf(task.labels, by) ?? "",
    weight: (group) => group.declaredWeight,
  };
}
