import { type Chain, chain, type Distribution, fn, lognormal, poisson, workload } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, number, queueing, trials } from "./setups.ts";

/** The times that functions really take. */
const TRUE = new Map<string, Distribution>([
  ["tiny", lognormal("0.2s", "0.4s")],
  ["short", lognormal("1s", "1.5s")],
  ["medium", lognormal("5s", "6.5s")],
  ["long", lognormal("10s", "13s")],
]);
const NAMES = [...TRUE.keys()];

/** The same chains with the times that are declared; none: nothing is. */
function declaring(times: (name: string) => Distribution | undefined): Chain[] {
  return NAMES.map((name) => {
    const time = times(name);
    return chain(name, ({ call }) => void call(fn(name, time === undefined ? {} : { time })));
  });
}

/** Declared the wrong way round: the longest as the shortest. */
const WRONG = (name: string) => TRUE.get(NAMES[NAMES.length - 1 - NAMES.indexOf(name)]!)!;

export const learnedTimes: Claim = {
  id: "learned-times",
  part: "beyond",
  title: "Run times that are learned",
  says: "Not in the paper, whose shortest-job-first looks times up in a fixed table.",
  differs:
    "shortest-job-first on four functions of 0.2 s to 10 s at 95 % of 20 places, with declared times that are " +
    "true, with none, and with those of the longest and the shortest exchanged.",
  measures: [
    { key: "fcfs", name: "submission to end, fcfs", unit: "ms" },
    { key: "true", name: "… times known", unit: "ms" },
    { key: "none", name: "… nothing declared, of times known", unit: "×", atMost: 1.1 },
    { key: "wrong", name: "… declared the wrong way round, of times known", unit: "×", atMost: 1.1 },
  ],
  async run(seed) {
    const arrivals = poisson(4.6), bounds = { count: 3000 };
    const of = (times: (name: string) => Distribution | undefined) => ({
      workload: workload({ chains: declaring(times).map((chain) => ({ chain })) }),
    });
    const load = { ...of((name) => TRUE.get(name)), arrivals, bounds, seed, profile: queueing(20) };
    const shortest = { policy: "shortest-job-first", trueTimes: TRUE, ...fixed(20) };
    const found = await trials(load, {
      fcfs: { policy: "fcfs", ...fixed(20) },
      known: shortest,
      none: { ...shortest, ...of(() => undefined) },
      wrong: { ...shortest, ...of(WRONG) },
    });
    const ms = ({ report }: typeof found.fcfs) => number(report.chain_ms.mean);
    return {
      figures: {
        fcfs: ms(found.fcfs),
        true: ms(found.known),
        none: ms(found.none) / ms(found.known),
        wrong: ms(found.wrong) / ms(found.known),
      },
    };
  },
};
