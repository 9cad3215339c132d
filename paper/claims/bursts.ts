import { burst, lognormal } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, inFlight, lost, only, single, trials, WITHOUT } from "./setups.ts";

/** As many calls as the limit allows, at once. */
const LOAD = { workload: only(single("single", lognormal("5s", "6.5s"))), arrivals: burst(1000) };

export const bursts: Claim = {
  id: "bursts",
  part: "providers",
  title: "Burst intolerance",
  says: "Bursts are slowed or refused although the limit would allow them.",
  differs:
    "The profile ramp has the numbers that AWS documented until 2023: 500 at once, 500 more a minute, up to " +
    "1,000. Sequoia does not make the provider start more: it keeps the rest, and finds out how many it starts.",
  measures: [
    { key: "without", name: "burst of 1,000, limit 1,000: lost", unit: "%", paper: "seen", atLeast: 1 },
    { key: "with", name: "… with Sequoia (--limit 1000)", unit: "%", atMost: 0 },
    { key: "throttled", name: "… calls that were throttled meanwhile", unit: "1" },
    { key: "doneMs", name: "… all done after", unit: "ms" },
    { key: "fixed", name: "… with --limit 1000,fixed: lost", unit: "%", atMost: 0 },
    { key: "fixedThrottled", name: "… calls that were throttled meanwhile", unit: "1" },
    { key: "fixedDoneMs", name: "… all done after", unit: "ms" },
  ],
  async run(seed) {
    const { without, withIt, always } = await trials({ ...LOAD, seed, profile: "ramp" }, {
      without: WITHOUT,
      withIt: { limit: 1000 },
      always: fixed(1000),
    });
    return {
      figures: {
        without: lost(without),
        with: lost(withIt),
        throttled: withIt.report.functions.throttled,
        doneMs: withIt.report.run.durationMs,
        fixed: lost(always),
        fixedThrottled: always.report.functions.throttled,
        fixedDoneMs: always.report.run.durationMs,
      },
      curves: { without: inFlight(without), withIt: inFlight(withIt), always: inFlight(always) },
    };
  },
  plots: [({ curve }) => ({
    kind: "lines",
    title: "A burst of 1,000 calls at a provider that starts 500 at once",
    x: "seconds",
    y: "calls in flight",
    lines: [
      { name: "without Sequoia", points: curve("without") },
      { name: "with --limit 1000", points: curve("withIt") },
      { name: "with --limit 1000,fixed", points: curve("always") },
    ],
  })],
};
