import { lognormal, poisson } from "sequoia";
import type { Claim } from "../claim.ts";
import { lost, number, only, single, trials } from "./setups.ts";

/** Ninety percent of what two providers run together. */
const LOAD = {
  workload: only(single("call", lognormal("1s", "2s"))),
  arrivals: poisson(127),
  bounds: { count: 8000 },
};
const STEADY = { profile: "hard-limit,limit=100,cold=none", limit: 1000 };
const SMALL = { profile: "hard-limit,limit=50,cold=none", limit: 1000 };

export const severalProviders: Claim = {
  id: "several-providers",
  part: "beyond",
  title: "Several providers at once",
  says: "Not in the paper but for bin-packing.",
  differs: "Two providers that run 100 and 50 calls and refuse the rest, none of which is known beforehand " +
    "(--platform …,limit=1000), at 90 % of both together.",
  measures: [
    { key: "lost", name: "chains lost", unit: "%", atMost: 0 },
    { key: "throttled", name: "throttled, of all attempts", unit: "%", atMost: 2 },
    { key: "small", name: "part of the calls on the small one", unit: "%" },
    { key: "p99", name: "queueing p99, both", unit: "ms" },
    { key: "alone", name: "queueing p99, the large one alone", unit: "ms" },
  ],
  async run(seed) {
    const { both, alone } = await trials({ ...LOAD, seed, policy: "fcfs" }, {
      both: { platforms: { large: { ...STEADY, price: 1 }, small: { ...SMALL, price: 1 } } },
      alone: { platforms: { large: STEADY } },
    });
    const { functions, cost } = both.report;
    return {
      figures: {
        lost: lost(both),
        throttled: 100 * functions.throttled / functions.attempts,
        small: 100 * (cost!.byPlatform.small!.attempts - cost!.byPlatform.small!.throttled) /
          functions.completed,
        p99: number(both.report.queueing_ms.p99),
        alone: number(alone.report.queueing_ms.p99),
      },
    };
  },
};
