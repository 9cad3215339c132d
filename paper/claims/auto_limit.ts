import { burst, lognormal, steps, workload } from "sequoia";
import fan7 from "../../workloads/fan7.ts";
import objectDetection from "../../workloads/object_detection.ts";
import vidpipe from "../../workloads/vidpipe.ts";
import type { Claim } from "../claim.ts";
import { fixed, inFlight, number, only, refusing, single, trials } from "./setups.ts";

/** Ten seconds of 130 %, then a minute of 70 %, of what the provider's hundred places can do. */
const LOAD = {
  workload: only(single("call", lognormal("1s", "2s"))),
  arrivals: steps(["121", "10s"], ["65", "1m"]),
};

export const autoLimit: Claim = {
  id: "auto-limit",
  part: "beyond",
  title: "A limit that is found out, against a wrong one",
  says: "Not in the paper, whose limits are fixed numbers.",
  differs:
    "A provider that runs 100 at once and refuses the rest, at 130 % for ten seconds, then 70 % for a minute. Too high a limit that is kept whatever the " +
    "provider refuses hammers it; too low a one makes the queue grow without end; auto knows nothing beforehand.",
  measures: [
    { key: "high", name: "--limit 200,fixed: throttled, of all attempts", unit: "%" },
    { key: "low", name: "--limit 50,fixed: queueing p99", unit: "ms" },
    { key: "known", name: "--limit 100,fixed: queueing p99", unit: "ms" },
    { key: "auto", name: "--limit auto: queueing p99", unit: "ms" },
    { key: "autoThrottled", name: "--limit auto: throttled, of all attempts", unit: "%", atMost: 2 },
    { key: "ceiling", name: "--limit 200: throttled, of all attempts", unit: "%", atMost: 2 },
  ],
  async run(seed) {
    const found = await trials({ ...LOAD, seed, profile: refusing(100), policy: "fcfs" }, {
      high: fixed(200),
      low: fixed(50),
      known: fixed(100),
      auto: { limit: "auto" },
      ceiling: { limit: 200 },
    });
    const throttled = ({ report: { functions } }: typeof found.high) =>
      100 * functions.throttled / functions.attempts;
    const p99 = ({ report }: typeof found.high) => number(report.queueing_ms.p99);
    return {
      figures: {
        high: throttled(found.high),
        low: p99(found.low),
        known: p99(found.known),
        auto: p99(found.auto),
        autoThrottled: throttled(found.auto),
        ceiling: throttled(found.ceiling),
      },
    };
  },
};

const MIX = {
  workload: workload({
    chains: [{ chain: fan7 }, { chain: vidpipe, share: 3 }, { chain: objectDetection }],
  }),
  arrivals: burst(400),
};

export const azureRamp: Claim = {
  id: "azure-ramp",
  part: "beyond",
  title: "A provider that starts slowly: azure's ramp",
  says:
    "Not in the paper. The profile azure starts 18 calls at once and 18 more a second, so it refuses what is below " +
    "any limit.",
  differs: "400 chains at once, from a standing start. A refused call costs no attempt and is never a drop.",
  measures: [
    { key: "fixed", name: "--limit 200,fixed: calls throttled", unit: "1" },
    { key: "ceiling", name: "--limit 200: calls throttled", unit: "1" },
    { key: "auto", name: "--limit auto: calls throttled", unit: "1" },
    { key: "chain", name: "--limit auto: submission to end, of --limit 200,fixed", unit: "×" },
    { key: "lost", name: "all three: chains lost", unit: "1", atMost: 0 },
  ],
  async run(seed) {
    const found = await trials({ ...MIX, seed, profile: "azure" }, {
      fixed: fixed(200),
      ceiling: { limit: 200 },
      auto: { limit: "auto" },
    });
    const ms = ({ report }: typeof found.auto) => number(report.chain_ms.mean);
    return {
      figures: {
        fixed: found.fixed.report.functions.throttled,
        ceiling: found.ceiling.report.functions.throttled,
        auto: found.auto.report.functions.throttled,
        chain: ms(found.auto) / ms(found.fixed),
        lost: Object.values(found).reduce(
          (sum, { report: { chains } }) => sum + chains.submitted - chains.completed,
          0,
        ),
      },
      curves: Object.fromEntries(Object.entries(found).map(([name, of]) => [name, inFlight(of)])),
    };
  },
  plots: [({ curve }) => ({
    kind: "lines",
    title: "Calls in flight at a provider that starts slowly",
    x: "seconds",
    y: "calls in flight",
    lines: [
      { name: "--limit 200,fixed", points: curve("fixed") },
      { name: "--limit 200", points: curve("ceiling") },
      { name: "--limit auto", points: curve("auto") },
    ],
  })],
};
