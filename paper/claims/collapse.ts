import { lognormal, steps } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, inFlight, lost, mean, only, pair, pairLines, single } from "./setups.ts";

/** Half a minute of four times what the provider can do, then two minutes of 80 %. */
const LOAD = {
  workload: only(single("single", lognormal("2s", "3s"))),
  arrivals: steps(["200", "30s"], ["40", "2m"]),
};
const LIMIT = 100;
/** The half minute after the overload, in seconds. */
const FROM_S = 30, TO_S = 60;

export const collapse: Claim = {
  id: "collapse",
  part: "providers",
  title: "Concurrency collapse",
  says: "At AWS concurrency fell after the limit was reached, and did not come back for a while.",
  differs:
    "The profile collapse: a limit of 100 that falls to a quarter after two seconds of overload (the depth is " +
    "our choice) and rises again only without overload. Sequoia never overloads it.",
  measures: [
    {
      key: "without",
      name: "in flight in the half minute after it, of the limit",
      unit: "%",
      paper: "seen",
      atMost: 60,
    },
    { key: "lost", name: "chains lost", unit: "%" },
    { key: "with", name: "… in flight with Sequoia", unit: "%", atLeast: 95 },
    { key: "lostWith", name: "… lost with Sequoia", unit: "%", atMost: 0 },
  ],
  async run(seed) {
    const { without, withIt } = await pair({ ...LOAD, seed, profile: "collapse,cold=none" }, fixed(LIMIT));
    const curves = { without: inFlight(without), withIt: inFlight(withIt) };
    const after = (curve: typeof curves.without) =>
      100 * mean(curve.filter(([x]) => x >= FROM_S && x < TO_S).map(([, y]) => y)) / LIMIT;
    return {
      figures: {
        without: after(curves.without),
        lost: lost(without),
        with: after(curves.withIt),
        lostWith: lost(withIt),
      },
      curves,
    };
  },
  plots: [({ curve }) => ({
    kind: "lines",
    title: "Thirty seconds of overload, then 80 %",
    x: "seconds",
    y: "calls in flight",
    lines: pairLines(curve),
    mark: { at: LIMIT, words: "the limit" },
  })],
};
