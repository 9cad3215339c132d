import { poisson } from "sequoia";
import type { Claim, Estimated } from "../claim.ts";
import { fixed, number, pair, queueing } from "./setups.ts";
import rates from "../workloads/rates.ts";

/** Chains that arrive once, three and nine times as often, each of them more than its third of thirty places can do. */
const LOAD = {
  workload: rates,
  arrivals: poisson(13),
  bounds: { forMs: 120_000 },
};
const CHAINS = ["fan2", "linear", "object_detection"];

export const fairChains: Claim = {
  id: "fair-chains",
  part: "policies",
  title: "Fair share between chains",
  says: "Chains of very different arrival rates get tight shares of the concurrency.",
  differs:
    "Three chains that arrive 1 : 3 : 9 times as often, each more often than a third of 30 places can serve. A " +
    "share is the time that a chain's calls were in flight while it wanted more, of what was fair (1: its third). Over " +
    "real HTTP the load is the same, but all declared times are ten times too long: until the first calls have ended " +
    "and shown that, the chain with the longest ones gets less than its third, and that is not made up for later.",
  measures: [
    { key: "least", name: "least share, without Sequoia", unit: "1", atMost: 0.9 },
    { key: "most", name: "greatest share, without Sequoia", unit: "1", atLeast: 1.1 },
    { key: "leastWith", name: "least share, fair-share", unit: "1", paper: "tight", atLeast: 0.95 },
    { key: "mostWith", name: "greatest share, fair-share", unit: "1", paper: "tight", atMost: 1.05 },
  ],
  async run(seed) {
    const { without, withIt } = await pair({ ...LOAD, seed, profile: queueing(30) }, {
      policy: "fair-share",
      ...fixed(30),
    });
    const shares = (trial: typeof without, name: string) =>
      CHAINS.map((chain) => [`${name}/${chain}`, number(trial.report.byChain[chain]!.share)]);
    return {
      figures: {
        least: number(without.report.fairness.minShare),
        most: number(without.report.fairness.maxShare),
        leastWith: number(withIt.report.fairness.minShare),
        mostWith: number(withIt.report.fairness.maxShare),
        ...Object.fromEntries([...shares(without, "without"), ...shares(withIt, "with")]),
      },
    };
  },
  plots: [({ figure }) => ({
    kind: "bars",
    title: "What each chain got of its fair share",
    y: "share",
    bars: ["without Sequoia", "with fair-share"],
    groups: CHAINS.map((chain) => ({
      name: chain,
      values: ["without", "with"].map((name): Estimated => figure(`${name}/${chain}`)),
    })),
    mark: { at: 1, words: "fair" },
  })],
};
