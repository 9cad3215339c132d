import { poisson } from "sequoia";
import fan7 from "../../workloads/fan7.ts";
import type { Claim } from "../claim.ts";
import { applicationMs, fixed, mean, number, only, pair, queueing } from "./setups.ts";

/** 120 % of what a hundred places can do, for about ten minutes. */
const LOAD = { workload: only(fan7), arrivals: poisson(2.76), bounds: { count: 1500 } };

export const runningFirst: Claim = {
  id: "running-first",
  part: "policies",
  title: "Chains that have started first",
  says: "Finishing chains that have started lowers queueing times and the run times of applications.",
  differs:
    "fan7 at 120 % of 100 places, without Sequoia in one line at the provider, first in, first out. The provider " +
    "does as much work in both runs, so this is what order alone can do: for a fan of seven under a lasting overload " +
    "at most 4×. With a provider that puts HTTP first it is more: see the mix.",
  measures: [
    { key: "without", name: "queueing time of functions, mean", unit: "ms" },
    { key: "with", name: "… with running-first", unit: "ms" },
    { key: "queueing", name: "queueing time lower by", unit: "×", paper: "≤ 6.4×", atLeast: 1.5 },
    {
      key: "application",
      name: "run time of applications better by",
      unit: "×",
      paper: "≤ 25×",
      atLeast: 1.5,
    },
    { key: "chain", name: "submission to end better by", unit: "×" },
  ],
  async run(seed) {
    const { without, withIt, ratio } = await pair({ ...LOAD, seed, profile: queueing(100) }, {
      policy: "running-first",
      ...fixed(100),
    });
    return {
      figures: {
        without: number(without.report.queueing_ms.mean),
        with: number(withIt.report.queueing_ms.mean),
        queueing: ratio(({ report }) => number(report.queueing_ms.mean)),
        application: ratio((of) => mean(applicationMs(of))),
        chain: ratio(({ report }) => number(report.chain_ms.mean)),
      },
    };
  },
};
