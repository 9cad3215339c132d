import { constant, every } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, only, pair, single } from "./setups.ts";

/** Three hundred calls of a second, each minute: five places would do for all of them. */
const LOAD = {
  workload: only(single("single", constant("1s"))),
  arrivals: every("1m", 300),
  bounds: { count: 3000 },
};
const LIMIT = 10;

export const allocation: Claim = {
  id: "allocation",
  part: "providers",
  title: "Inefficient allocation",
  says: "Far more VMs or containers are started than the load needs.",
  differs:
    "The profile azure makes two containers for each that a call needs. Sequoia cannot change that factor; it " +
    "makes fewer calls need a container at once. The price is that calls wait within the minute.",
  measures: [
    {
      key: "without",
      name: "containers made ÷ those always busy",
      unit: "×",
      paper: "seen",
      atLeast: 10,
    },
    { key: "with", name: `… with Sequoia (--limit ${LIMIT},fixed)`, unit: "×", atMost: 10 },
    { key: "ratio", name: "fewer containers by", unit: "×" },
  ],
  async run(seed) {
    const { without, withIt } = await pair({ ...LOAD, seed, profile: "azure" }, fixed(LIMIT));
    const busy = 300 / 60;
    return {
      figures: {
        without: without.containers / busy,
        with: withIt.containers / busy,
        ratio: without.containers / withIt.containers,
      },
    };
  },
};
