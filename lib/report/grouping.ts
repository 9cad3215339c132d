import { type Json, ownOf, policyParts } from "../model/mod.ts";
import type { RunInfo } from "./events.ts";

/** The groups that the fairness of a run is judged by, and what they share. */
export interface Grouping {
  /** The label whose values are the groups; undefined: the groups are the chains. */
  readonly label: string | undefined;
  /** The weights that the operator gave to groups; the others have what their newest submission declares. */
  readonly weights: ReadonlyMap<string, number>;
  /** The measure of service: the time in flight, or the number of calls. */
  readonly unit: "time" | "calls";
}

/**
 * The grouping that was in force in a run, as its log says (`scheduling`): `--by`, `--weight` and `--share`.
 *
 * Policies that share between functions have weights of their own, which change with the load and are in no log: their runs are
 * judged by chains.
 *
 * @param by the label to judge by, if another is asked for
 */
export function groupingOf(run: Pick<RunInfo, "policy" | "scheduling"> | undefined, by?: string): Grouping {
  const scheduling = run?.scheduling ?? {};
  const inForce = typeof scheduling.by === "string" && !isWeighted(run?.policy) ? scheduling.by : undefined;
  const label = by ?? inForce;
  return {
    label,
    weights: label === undefined ? weightsOf(scheduling.weight) : new Map(),
    unit: scheduling.share === "calls" ? "calls" : "time",
  };
}

/** Whether a run was shared between functions, by weights that change with the load. */
export function sharesFunctions(run: Pick<RunInfo, "policy"> | undefined): boolean {
  return /^fair-share-/.test(groupsOf(run?.policy));
}

function isWeighted(policy: string | undefined): boolean {
  return groupsOf(policy) === "weighted";
}

/** The part of a policy whose groups are in force: the last one that has groups; empty: none has. */
function groupsOf(policy = ""): string {
  return policyParts(policy).findLast((name) => /^(weighted$|fair-share)/.test(name)) ?? "";
}

function weightsOf(pairs: Json | undefined): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  if (!Array.isArray(pairs)) return weights;
  for (const pair of pairs) {
    const [name, weight]: readonly Json[] = Array.isArray(pair) ? pair : [];
    if (typeof name === "string" && typeof weight === "number" && weight > 0) weights.set(name, weight);
  }
  return weights;
}

/** The value of a label of an instance; that of instances without the label is empty, as it is for policies. */
export function labelValue(labels: Readonly<Record<string, string>>, label: string): string {
  return ownOf(labels, label) ?? "";
}
