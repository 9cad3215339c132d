import { poisson } from "sequoia";
import type { Claim } from "../claim.ts";
import { applicationMs, fixed, mean, number, trials, WITHOUT } from "./setups.ts";
import webAndChains from "../workloads/web_and_chains.ts";

/** Calls by HTTP that take 45 % of twenty places, and chains that would take 65 %: 110 % together, for ten minutes. */
const LOAD = {
  workload: webAndChains,
  arrivals: poisson(9.8),
  bounds: { forMs: 600_000 },
};
const PROFILE = "hard-limit,limit=20,cold=none,queue=1000000,backgroundqueue=1000000,httpfirst=";

export const httpFirst: Claim = {
  id: "http",
  part: "providers",
  title: "HTTP prioritisation",
  says:
    "AWS and Azure run calls by HTTP before background ones, undocumented; the successors in a chain are " +
    "background calls. The abstract calls the run times of applications inflated, and better by up to 25× with Sequoia.",
  differs:
    "We had the paper's abstract and observations, not its plots: an application's run time is read as that of " +
    "a chain from the start of its first function to its end. Calls by HTTP take 45 % of 20 places and the chains would " +
    "take 65 %, for ten minutes, so successors wait behind ever more calls. Sequoia calls all functions by HTTP, and " +
    "finishes chains that have started.",
  measures: [
    { key: "without", name: "chain, first start to end ÷ ideal", unit: "×", paper: "seen", atLeast: 1.5 },
    { key: "fifo", name: "… were all calls in one line", unit: "×" },
    { key: "with", name: "… with Sequoia", unit: "×", atMost: 1.05 },
    { key: "ratio", name: "run time of the application, better by", unit: "×", paper: "≤ 25×", atLeast: 1.5 },
  ],
  async run(seed) {
    const load = { ...LOAD, seed, profile: `${PROFILE}yes` };
    const { without, fifo, withIt } = await trials(load, {
      without: WITHOUT,
      fifo: { ...WITHOUT, profile: `${PROFILE}no` },
      withIt: fixed(20),
    });
    const idealMs = number(withIt.report.byFunction.long!.run_ms.mean) +
      number(withIt.report.byFunction.medium!.run_ms.mean) +
      number(withIt.report.byFunction.short!.run_ms.mean);
    const [alone, line, ours] = [without, fifo, withIt].map((of) => mean(applicationMs(of, "linear")));
    return {
      figures: {
        without: alone! / idealMs,
        fifo: line! / idealMs,
        with: ours! / idealMs,
        ratio: alone! / ours!,
      },
    };
  },
};
