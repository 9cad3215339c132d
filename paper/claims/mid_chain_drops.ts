import { burst, poisson } from "sequoia";
import fan2 from "../../workloads/fan2.ts";
import fan7 from "../../workloads/fan7.ts";
import join from "../../workloads/join.ts";
import type { Claim } from "../claim.ts";
import type { Point } from "../plot.ts";
import { completedWithin, fixed, lost, midChain, number, only, pair, refusing } from "./setups.ts";

const LIMIT = 100;
const OURS = { policy: "running-first", ...fixed(LIMIT) };

/** A burst that fits, until each chain fans out. */
const FAN_OUT = { workload: only(fan2), arrivals: burst(100) };
/** About 90 % of what a hundred places can do: chains fan out and in while others do. */
const WIDE = { workload: only(fan7), arrivals: poisson(2.1), bounds: { count: 1000 } };
const FAN_IN = { workload: only(join), arrivals: poisson(5.5), bounds: { count: 1000 } };

export const midChainDrops: Claim = {
  id: "drops",
  part: "providers",
  title: "Mid-chain drops",
  says:
    "Under a hard concurrency limit functions are refused in the middle of chains, at fan-out and fan-in, after " +
    "their predecessors ran and were paid for. With Sequoia none is.",
  differs:
    "Hard limit of 100. The burst of 100 chains is within the limit until each fans out; the loads are 90 % of " +
    "what 100 places can do.",
  measures: [
    {
      key: "out",
      name: "fan-out (fan2), burst: dropped in the middle",
      unit: "%",
      paper: "seen",
      atLeast: 1,
    },
    {
      key: "wide",
      name: "fan-out (fan7), Poisson: dropped in the middle",
      unit: "%",
      paper: "seen",
      atLeast: 1,
    },
    {
      key: "in",
      name: "fan-in (join), Poisson: dropped in the middle",
      unit: "%",
      paper: "seen",
      atLeast: 1,
    },
    { key: "wasted", name: "fan7: run time that was wasted", unit: "%" },
    { key: "with", name: "all three with Sequoia: chains lost", unit: "%", paper: "0", atMost: 0 },
  ],
  async run(seed) {
    const run = (load: typeof WIDE | typeof FAN_OUT) =>
      pair({ ...load, seed, profile: refusing(LIMIT) }, OURS);
    const out = await run(FAN_OUT), wide = await run(WIDE), into = await run(FAN_IN);
    return {
      figures: {
        out: midChain(out.without),
        wide: midChain(wide.without),
        in: midChain(into.without),
        wasted: 100 * number(wide.without.report.waste.share),
        with: (lost(out.withIt) + lost(wide.withIt) + lost(into.withIt)) / 3,
      },
      curves: { without: completedWithin(wide.without), withIt: completedWithin(wide.withIt) },
    };
  },
  plots: [({ curve }) => ({
    kind: "lines",
    title: "fan7 under a hard limit: chains that completed within a time",
    x: "seconds",
    y: "% of chains",
    lines: [
      { name: "without Sequoia", points: upTo(curve("withIt"), curve("without")) },
      { name: "with Sequoia", points: curve("withIt") },
    ],
  })],
};

/** A distribution that goes on as far as another one. */
function upTo(other: readonly Point[], points: readonly Point[]): Point[] {
  return [...points, [Math.max(points.at(-1)![0], other.at(-1)![0]), points.at(-1)![1]]];
}
