import { type Chain, chain, fn, lognormal, poisson, workload } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, number, queueing, trials } from "./setups.ts";

const LIMIT = 30;
const model = fn("model", { time: lognormal("1s", "4s") });

/** An agent: calls of one model one after the other. */
function agent(calls: number): Chain {
  return chain(`agent_${calls}`, ({ call }) => {
    let last: ReturnType<typeof call> | undefined;
    for (let i = 0; i < calls; i++) last = call(model, { name: `step_${i}`, ...last && { after: last } });
  });
}

/** Most make one call, few make forty. */
const CHAINS = [
  { chain: agent(1), share: 64 },
  { chain: agent(4), share: 16 },
  { chain: agent(16), share: 4 },
  { chain: agent(40), share: 1 },
];
/** The mean number of calls of a chain, and the mean seconds of a call. */
const CALLS = (64 + 16 * 4 + 4 * 16 + 40) / 85, SECONDS = 1.19;
/** Loads, in percent of what the places can do. */
const LOADS = [90, 110, 130];
const POLICIES = ["fcfs", "least-attained", "shortest-job-first"] as const;

export const leastAttained: Claim = {
  id: "least-attained",
  part: "beyond",
  title: "Least attained service, without known run times",
  says:
    "Autellix (arXiv 2502.13965) serves LLM programs by the service they have received, no run times known, and " +
    "reports 4–15× the throughput at the same latency.",
  differs:
    "Agents that call one model 1, 4, 16 or 40 times in a row, on 30 places, from 90 % to 130 % load, for three " +
    "minutes. Autellix counts programs per second at a latency per token, with preemption and a cache, which we have " +
    "not; here it is the time from submission to end over what a chain would take alone. shortest-job-first knows " +
    "each chain's length, least-attained nothing.",
  measures: [
    { key: "fcfs/110", name: "110 %: slowdown, mean: fcfs", unit: "×" },
    { key: "least-attained/110", name: "… least-attained", unit: "×" },
    { key: "shortest-job-first/110", name: "… shortest-job-first, lengths known", unit: "×" },
    { key: "ratio/110", name: "least-attained better than fcfs by", unit: "×", paper: "4–15×", atLeast: 4 },
    { key: "ratio/130", name: "130 %: … better by", unit: "×", paper: "4–15×", atLeast: 4 },
    { key: "known/110", name: "110 %: of shortest-job-first", unit: "×", atMost: 1.5 },
  ],
  async run(seed) {
    const figures: Record<string, number> = {};
    for (const load of LOADS) {
      const arrivals = poisson(load / 100 * LIMIT / CALLS / SECONDS);
      const found = await trials(
        {
          workload: workload({ chains: CHAINS }),
          arrivals,
          bounds: { forMs: 200_000 },
          seed,
          profile: queueing(LIMIT),
        },
        Object.fromEntries(POLICIES.map((policy) => [policy, { policy, ...fixed(LIMIT) }])),
      );
      const slowdown = (policy: typeof POLICIES[number]) => number(found[policy]!.report.slowdown.mean);
      for (const policy of POLICIES) figures[`${policy}/${load}`] = slowdown(policy);
      figures[`ratio/${load}`] = slowdown("fcfs") / slowdown("least-attained");
      figures[`known/${load}`] = slowdown("least-attained") / slowdown("shortest-job-first");
    }
    return { figures };
  },
  plots: [({ figure }) => ({
    kind: "lines",
    title: "Agents of 1 to 40 calls: time from submission to end, of what it would take alone",
    x: "load in percent",
    y: "×",
    lines: POLICIES.map((policy) => ({
      name: policy,
      points: LOADS.map((load) => [load, figure(`${policy}/${load}`).mean] as const),
      halfWidths: LOADS.map((load) => figure(`${policy}/${load}`).halfWidth),
    })),
  })],
};
