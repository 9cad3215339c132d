import { poisson, type Workload, workload } from "sequoia";
import fan7 from "../../workloads/fan7.ts";
import objectDetection from "../../workloads/object_detection.ts";
import vidpipe from "../../workloads/vidpipe.ts";
import type { SimulateOptions } from "sequoia/simulate";
import type { Claim, Estimated } from "../claim.ts";
import { number, refusing, trials } from "./setups.ts";

const MIX: Workload = workload({
  chains: [{ chain: fan7 }, { chain: vidpipe, share: 3 }, { chain: objectDetection }],
});
/** About 85 calls in flight. */
const LOAD = { workload: MIX, arrivals: poisson(5), bounds: { count: 1500 } };
/** The price of a second on the dear platform; the cheap one, own machines, costs a quarter. */
const DEAR = { profile: refusing(1000), limit: 1000, pricePerMs: 4e-6 };
const CHEAP = { profile: refusing(50), limit: 50, pricePerMs: 1e-6 };
const WAYS = ["all on the dear one", "spread evenly", "bin-packing"] as const;

export const binPacking: Claim = {
  id: "bin-packing",
  part: "policies",
  title: "Bin-packing over two platforms",
  says:
    "The cheap platform is filled up to its limit, and the rest goes to the next one: lower cost, at no cost of time.",
  differs:
    "A platform of 50 places at a quarter of the price, and one of 1,000, for a mix that has about 85 calls in " +
    "flight. The prices are our choice.",
  measures: [
    { key: "cost/bin-packing", name: "cost, of all on the dear one", unit: "%", atMost: 80 },
    { key: "cost/spread evenly", name: "… if calls are spread evenly", unit: "%" },
    { key: "chain", name: "submission to end, of all on the dear one", unit: "%", atMost: 102 },
  ],
  async run(seed) {
    const run: SimulateOptions = { ...LOAD, seed, policy: "fcfs", limit: 1000, limits: { fixed: true } };
    const platforms = { cheap: CHEAP, dear: DEAR };
    const found = await trials(run, {
      "all on the dear one": { platforms: { dear: DEAR } },
      "spread evenly": { platforms },
      "bin-packing": { platforms, policy: "bin-packing" },
    });
    const alone = found["all on the dear one"].report;
    const cost = (way: typeof WAYS[number]) => [
      `cost/${way}`,
      100 * found[way].report.cost!.total / alone.cost!.total,
    ];
    return {
      figures: {
        ...Object.fromEntries(WAYS.map(cost)),
        chain: 100 * number(found["bin-packing"].report.chain_ms.mean) / number(alone.chain_ms.mean),
      },
    };
  },
  plots: [({ figure }) => ({
    kind: "bars",
    title: "Cost of the same chains on two platforms",
    y: "% of all on the dear one",
    bars: ["cost"],
    groups: WAYS.map((way) => ({ name: way, values: [figure(`cost/${way}`)] satisfies Estimated[] })),
  })],
};
