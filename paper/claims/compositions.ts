import { poisson, workload } from "sequoia";
import bagOfWords from "../../workloads/bag_of_words.ts";
import fan7 from "../../workloads/fan7.ts";
import vidpipe from "../../workloads/vidpipe.ts";
import type { Claim } from "../claim.ts";
import { fixed, number, queueing, trials } from "./setups.ts";

const LIMIT = 30;
/** Two tenants with the same chains; one sends half as much again, and together they want 150 % of thirty places. */
const LOAD = {
  workload: workload({
    chains: ["small", "large"].flatMap((tenant, i) =>
      [fan7, vidpipe, bagOfWords].map((chain) => ({
        chain: { ...chain, name: `${tenant}/${chain.name}` },
        labels: { tenant },
        share: i === 0 ? 1 : 1.5,
      }))
    ),
  }),
  arrivals: poisson(2.25),
  bounds: { count: 1500 },
};
const POLICIES = ["shortest-job-first", "fair-share", "fair-share+shortest-job-first"] as const;

export const compositions: Claim = {
  id: "compositions",
  part: "beyond",
  title: "Policies that are joined",
  says: "Not in the paper, which runs one policy at a time.",
  differs:
    "Two tenants with the same chains, one with half as many again, at 150 % of 30 places. fair-share --by tenant joined " +
    "with shortest-job-first keeps the shares of the one, and most of the short chain times of the other.",
  measures: POLICIES.flatMap((policy) => [
    {
      key: `share/${policy}`,
      name: `${policy}: least share of a tenant`,
      unit: "1" as const,
      ...policy === "shortest-job-first" ? {} : { atLeast: 0.95 },
    },
    { key: `slowdown/${policy}`, name: `… slowdown, mean`, unit: "×" as const },
  ]),
  async run(seed) {
    const policyOptions = { by: "tenant" };
    const found = await trials(
      { ...LOAD, seed, profile: queueing(LIMIT) },
      Object.fromEntries(POLICIES.map((policy) => [policy, { policy, policyOptions, ...fixed(LIMIT) }])),
    );
    return {
      figures: Object.fromEntries(POLICIES.flatMap((policy) => {
        const { fairness, slowdown } = found[policy]!.report;
        return [[`share/${policy}`, number(fairness.minShare)], [
          `slowdown/${policy}`,
          number(slowdown.mean),
        ]];
      })),
    };
  },
};
