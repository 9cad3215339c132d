import { lognormal, poisson, workload } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, number, pair, queueing, single, trials } from "./setups.ts";
import urgent from "../workloads/urgent.ts";

const LIMIT = 20;
const time = lognormal("2s", "3s");
/** A tenth is urgent; together 120 % of twenty places. */
const URGENT = {
  workload: urgent,
  arrivals: poisson(12),
  bounds: { count: 2000 },
};
/** Three classes of a third each; together 120 %. */
const CLASSES = {
  workload: workload({
    chains: ["gold", "silver", "bronze"].map((name, priority) => ({ chain: single(name, time), priority })),
  }),
  arrivals: poisson(12),
  bounds: { count: 2000 },
};

export const strictPriority: Claim = {
  id: "strict-priority",
  part: "policies",
  title: "Strict priority",
  says: "Functions or chains that are more urgent run before all others.",
  differs:
    "A tenth of the calls is urgent, at 120 % of 20 places; running calls are not interrupted, so an urgent one " +
    "waits for the next place that is free. Over real HTTP the load is the same; functions tell when they began, so the " +
    "wait at the provider counts too. There an urgent call also waits until its submission is on the disk and the " +
    "consumer has taken it from there, which counts ten times as much as functions do.",
  measures: [
    { key: "without", name: "urgent: wait p99, without Sequoia", unit: "ms" },
    { key: "with", name: "… strict-priority", unit: "ms", atMost: 1000 },
    { key: "ratio", name: "shorter by", unit: "×", paper: "seen", atLeast: 10 },
  ],
  async run(seed) {
    const { without, withIt, ratio } = await pair({ ...URGENT, seed, profile: queueing(LIMIT) }, {
      policy: "strict-priority",
      ...fixed(LIMIT),
    });
    const wait = ({ report }: typeof without) => number(report.byChain.urgent!.queueing_ms.p99);
    return { figures: { without: wait(without), with: wait(withIt), ratio: ratio(wait) } };
  },
};

export const priorityQueues: Claim = {
  id: "priority-queues",
  part: "policies",
  title: "Priority queues",
  says: "Classes are served in order.",
  differs:
    "Three classes of a third each at 120 % of 20 places: the two upper ones fit, the lowest gets the rest. With " +
    "--ageing 30s the lowest does not starve.",
  measures: [
    { key: "gold", name: "gold: wait, mean", unit: "ms", atMost: 1000 },
    { key: "silver", name: "silver: wait, mean", unit: "ms", atMost: 3000 },
    { key: "bronze", name: "bronze: wait, mean", unit: "ms", atLeast: 3000 },
    { key: "aged", name: "bronze: longest wait with --ageing 30s ÷ without", unit: "×", atMost: 1 },
  ],
  async run(seed) {
    const { withIt, ageing } = await trials({ ...CLASSES, seed, profile: queueing(LIMIT) }, {
      withIt: { policy: "priority-queues", ...fixed(LIMIT) },
      ageing: { policy: "priority-queues", policyOptions: { ageingMs: 30_000 }, ...fixed(LIMIT) },
    });
    const of = ({ report }: typeof withIt, chain: string) => report.byChain[chain]!.queueing_ms;
    return {
      figures: {
        gold: number(of(withIt, "gold").mean),
        silver: number(of(withIt, "silver").mean),
        bronze: number(of(withIt, "bronze").mean),
        aged: number(of(ageing, "bronze").max) / number(of(withIt, "bronze").max),
      },
    };
  },
};
