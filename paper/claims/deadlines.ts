import { poisson, workload } from "sequoia";
import bagOfWords from "../../workloads/bag_of_words.ts";
import objectDetection from "../../workloads/object_detection.ts";
import vidpipe from "../../workloads/vidpipe.ts";
import type { Claim } from "../claim.ts";
import { fixed, queueing, trials } from "./setups.ts";

const LIMIT = 20;
/** The mean seconds of a chain's functions together. */
const SECONDS = (15.2 + 6.1 + 1.2) / 3;
const LOADS = [70, 85, 95, 110];
const POLICIES = ["fcfs", "deadline", "least-slack"] as const;
/** Deadlines of a chain: tight for the long one, loose for the short. */
const CHAINS = workload({
  chains: [
    { chain: vidpipe, deadline: "20s" },
    { chain: objectDetection, deadline: "10s" },
    { chain: bagOfWords, deadline: "8s" },
  ],
});

export const deadlines: Claim = {
  id: "deadlines",
  part: "beyond",
  title: "Deadlines",
  says: "Not in the paper.",
  differs:
    "vidpipe with 20 s, object detection with 10 s, bag of words with 8 s, in equal numbers on 20 places. Beyond " +
    "100 % no order can meet all; --shed would refuse what is too late.",
  measures: LOADS.flatMap((load) => [
    ...POLICIES.map((policy) => ({
      key: `${policy}/${load}`,
      name: `${load} %: ${policy} misses`,
      unit: "%" as const,
    })),
    {
      key: `fewer/${load}`,
      name: "… deadline misses fewer than fcfs, with the same seed, by",
      unit: "%" as const,
    },
  ]),
  async run(seed) {
    const figures: Record<string, number> = {};
    for (const load of LOADS) {
      const arrivals = poisson(load / 100 * LIMIT / SECONDS);
      const found = await trials(
        { workload: CHAINS, arrivals, bounds: { count: 1200 }, seed, profile: queueing(LIMIT) },
        Object.fromEntries(POLICIES.map((policy) => [policy, { policy, ...fixed(LIMIT) }])),
      );
      for (const policy of POLICIES) {
        const { met, missed } = found[policy]!.report.deadlines;
        figures[`${policy}/${load}`] = 100 * missed / (met + missed);
      }
      figures[`fewer/${load}`] = figures[`fcfs/${load}`]! - figures[`deadline/${load}`]!;
    }
    return { figures };
  },
  plots: [({ figure }) => ({
    kind: "lines",
    title: "Deadlines that are missed",
    x: "load in percent",
    y: "% of chains",
    lines: POLICIES.map((policy) => ({
      name: policy,
      points: LOADS.map((load) => [load, figure(`${policy}/${load}`).mean] as const),
      halfWidths: LOADS.map((load) => figure(`${policy}/${load}`).halfWidth),
    })),
  })],
};
