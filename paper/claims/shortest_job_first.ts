import { poisson } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, number, pair, queueing } from "./setups.ts";
import lengths from "../workloads/lengths.ts";

/** Chains of one second, five, ten and sixteen, at 110 % of twenty places. */
const LOAD = {
  workload: lengths,
  arrivals: poisson(6.5),
  bounds: { count: 2000 },
};

export const shortestJobFirst: Claim = {
  id: "shortest-job-first",
  part: "policies",
  title: "The shortest job first",
  says:
    "The shortest job first lowers queueing times where chains differ in length; over all experiments by up to 6.4×.",
  differs:
    "Chains of one second, five, ten and sixteen at 110 % of 20 places, without Sequoia in one line. The more they " +
    "differ in length, the more there is to gain. Over real HTTP a caller cannot tell the provider's line from the run, " +
    "so queueing times and slowdowns are not compared there.",
  measures: [
    { key: "without", name: "queueing time of functions, mean", unit: "ms" },
    { key: "with", name: "… with shortest-job-first", unit: "ms" },
    { key: "queueing", name: "queueing time lower by", unit: "×", paper: "≤ 6.4×", atLeast: 1.5 },
    { key: "chain", name: "submission to end better by", unit: "×", atLeast: 1 },
    { key: "slowdown", name: "slowdown better by", unit: "×", atLeast: 1 },
  ],
  async run(seed) {
    const { without, withIt, ratio } = await pair({ ...LOAD, seed, profile: queueing(20) }, {
      policy: "shortest-job-first",
      ...fixed(20),
    });
    return {
      figures: {
        without: number(without.report.queueing_ms.mean),
        with: number(withIt.report.queueing_ms.mean),
        queueing: ratio(({ report }) => number(report.queueing_ms.mean)),
        chain: ratio(({ report }) => number(report.chain_ms.mean)),
        slowdown: ratio(({ report }) => number(report.slowdown.mean)),
      },
    };
  },
};
