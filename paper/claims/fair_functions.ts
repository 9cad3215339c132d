import { burst, chain, fn, lognormal } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, only, pair, queueing } from "./setups.ts";

const often = fn("often", { time: lognormal("2s", "3s") }),
  seldom = fn("seldom", { time: lognormal("5s", "7s") });
/** Three calls of one function and one of another, which takes longer; more of them than can be done in a minute. */
const LOAD = {
  workload: only(chain("pair", ({ call }) => {
    for (const name of ["a", "b", "c"]) call(often, { name });
    call(seldom);
  })),
  arrivals: burst(2000),
};

export const fairFunctions: Claim = {
  id: "fair-functions",
  part: "policies",
  title: "Fair share between functions",
  says: "Functions get shares of the concurrency by how often each occurs in the queued chains.",
  differs:
    "2,000 chains that call one function three times and another, longer one once, so that shares of 3 : 1 are " +
    "fair; 40 places, the first minute. Without Sequoia the longer function takes more.",
  measures: [
    { key: "without", name: "the seldom one's share, without Sequoia", unit: "1", atLeast: 1.1 },
    { key: "with", name: "… fair-share-functions, least", unit: "1", paper: "tight", atLeast: 0.95 },
    { key: "withMost", name: "… fair-share-functions, greatest", unit: "1", paper: "tight", atMost: 1.05 },
  ],
  async run(seed) {
    const { without, withIt } = await pair({ ...LOAD, seed, profile: queueing(40) }, {
      policy: "fair-share-functions",
      ...fixed(40),
    });
    const shares = ({ firstMinuteMs }: typeof without) => {
      const [a, b] = [firstMinuteMs.get("often")!, firstMinuteMs.get("seldom")!];
      return [a / (a + b) / 0.75, b / (a + b) / 0.25];
    };
    return {
      figures: {
        without: shares(without)[1]!,
        with: Math.min(...shares(withIt)),
        withMost: Math.max(...shares(withIt)),
      },
    };
  },
};
