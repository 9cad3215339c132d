import { poisson } from "sequoia";
import type { Claim, Found, Measure } from "../claim.ts";
import type { Plot } from "../plot.ts";
import { applicationMs, fixed, lost, mean, midChain, number, pair } from "./setups.ts";
import mix from "../workloads/mix.ts";

const LIMIT = 100;
/** The mean seconds of a chain's functions together, over the four chains. */
const SECONDS = 16.5;
/** Loads, in percent of what a hundred places can do. */
const LOADS = [50, 70, 90, 110];
/** The providers: one that refuses; two that queue and put HTTP first; AWS as the paper met it, with a tenth of its limit. */
const PROVIDERS = {
  refuses: `hard-limit,limit=${LIMIT}`,
  first: `background,limit=${LIMIT},backgroundshare=1`,
  queues: `background,limit=${LIMIT}`,
  aws: `aws-lambda,limit=${LIMIT},burst=50`,
};

/** The figures of a provider that queues, at 110 %, and what they must reach. */
function factors(
  provider: string,
  name: string,
  least: { readonly queueing?: number; readonly application?: number } = {},
): Measure[] {
  const at = (atLeast?: number) => atLeast === undefined ? {} : { atLeast };
  return [
    {
      key: `queueing/${provider}/110`,
      name: `${name}: queueing lower by`,
      unit: "×",
      paper: "≤ 6.4×",
      ...at(least.queueing),
    },
    {
      key: `application/${provider}/110`,
      name: "… run time of applications better by",
      unit: "×",
      paper: "≤ 25×",
      ...at(least.application),
    },
  ];
}

export const realisticMix: Claim = {
  id: "mix",
  part: "mix",
  title: "fan7, vidpipe, object detection and bag of words at Poisson rates",
  says:
    "With realistic workloads there are no mid-chain drops, queueing times fall by up to 6.4×, and run times of " +
    "applications improve by up to 25×.",
  differs:
    "Loads from 50 % to 110 % of 100 places, running-first, four providers: a hard limit; queues that put HTTP " +
    "first, one of which keeps half of the places for it; AWS with all that the paper saw there, at a tenth of its size. The half, " +
    "and how deep AWS collapses, are our choice, so the factors show the kind of the effect, not AWS's size of it. What " +
    "inflates run times here is what the paper observed: successors wait as background calls, and the limit collapses. " +
    "Single functions take as long as ever: nothing in the text we have says why they should take longer.",
  measures: [
    {
      key: "midRefuses",
      name: "hard limit, 90 %: dropped in the middle",
      unit: "%",
      paper: "seen",
      atLeast: 1,
    },
    {
      key: "lostWith",
      name: "all providers and loads, with Sequoia: lost",
      unit: "%",
      paper: "0",
      atMost: 0,
    },
    ...factors("first", "HTTP first, no places kept"),
    ...factors("queues", "HTTP first, half kept for it", { queueing: 6.4, application: 1.5 }),
    ...factors("aws", "AWS", { queueing: 6.4, application: 25 }),
  ],
  async run(seed) {
    const figures: Record<string, number> = { lostWith: 0 };
    for (const load of LOADS) {
      for (const [provider, profile] of Object.entries(PROVIDERS)) {
        const arrivals = poisson(load / 100 * LIMIT / SECONDS);
        const run = { workload: mix, arrivals, bounds: { count: 800 }, seed, profile };
        const { without, withIt, ratio } = await pair(run, fixed(LIMIT));
        figures[`lost/${provider}/${load}`] = lost(without);
        figures.lostWith! += lost(withIt) / LOADS.length / Object.keys(PROVIDERS).length;
        figures[`application/${provider}/${load}`] = ratio((of) => mean(applicationMs(of)));
        if (provider === "refuses") {
          if (load === 90) figures.midRefuses = midChain(without);
          continue;
        }
        const [alone, ours] = [without, withIt].map(({ report }) => number(report.queueing_ms.mean));
        figures[`queueing/${provider}/${load}`] = alone! / Math.max(ours!, 1);
      }
    }
    return { figures };
  },
  plots: [
    (found) => overLoads(found, "lost", "Chains lost without Sequoia", "% of chains", ["refuses", "aws"]),
    (found) =>
      overLoads(found, "application", "Run time of applications: better with Sequoia by", "×", [
        "first",
        "queues",
        "aws",
      ]),
  ],
};

const NAMES: Readonly<Record<string, string>> = {
  refuses: "hard limit",
  first: "HTTP first",
  queues: "half kept for HTTP",
  aws: "AWS",
};

function overLoads({ figure }: Found, key: string, title: string, y: string, providers: string[]): Plot {
  return {
    kind: "lines",
    title,
    x: "load in percent",
    y,
    lines: providers.map((provider) => {
      const estimates = LOADS.map((load) => figure(`${key}/${provider}/${load}`));
      return {
        name: NAMES[provider]!,
        points: LOADS.map((load, i) => [load, estimates[i]!.mean]),
        halfWidths: estimates.map(({ halfWidth }) => halfWidth),
      };
    }),
  };
}
