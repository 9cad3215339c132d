import { burst, lognormal, ramp } from "sequoia";
import type { Claim } from "../claim.ts";
import { fixed, inFlight, only, pair, pairLines, single } from "./setups.ts";

const LIMIT = 1000;
/** Calls that an instance of Azure takes at once: see the profile. */
const PER_INSTANCE = 18;

/** A burst of more calls than the documented limit. */
const BURST = { workload: only(single("single", lognormal("5s", "6.5s"))), arrivals: burst(1200) };
/** A load that grows slowly up to 8,000 calls in flight. */
const RAMP = {
  workload: only(single("slow", lognormal("5m", "6m"))),
  arrivals: ramp("1", { to: 40, over: "450s" }),
  bounds: { forMs: 450_000 },
};

export const inconsistentLimits: Claim = {
  id: "limits",
  part: "providers",
  title: "Inconsistent limits",
  says:
    "IBM documents 1,000 calls at once and runs a burst of 1,200; Azure, told 1,000 calls and 200 instances, runs " +
    "8,000 calls in 440 instances when the load grows slowly; Google does not limit what it documents as limited.",
  differs:
    "The providers are models whose numbers come from the paper, so the first column shows the models. With " +
    "Sequoia, --limit 1000,fixed holds at any provider, whatever that enforces.",
  measures: [
    { key: "ibm", name: "IBM: most calls at once", unit: "1", paper: "1,200", atLeast: 1001 },
    { key: "ibmWith", name: "… with Sequoia", unit: "1", atMost: LIMIT },
    {
      key: "gcf",
      name: "Google: most calls at once, where 1,000 were the limit",
      unit: "1",
      paper: "more",
      atLeast: 1001,
    },
    { key: "gcfWith", name: "… with Sequoia", unit: "1", atMost: LIMIT },
    { key: "azure", name: "Azure: most calls at once", unit: "1", paper: "8,000", atLeast: 7000 },
    { key: "instances", name: "Azure: instances", unit: "1", paper: "440" },
    { key: "azureWith", name: "… most calls at once with Sequoia", unit: "1", atMost: LIMIT },
    { key: "instancesWith", name: "… instances with Sequoia", unit: "1", atMost: 200 },
  ],
  async run(seed) {
    const ibm = await pair({ ...BURST, seed, profile: "ibm" }, fixed(LIMIT));
    const gcf = await pair({ ...BURST, seed, profile: "gcf" }, fixed(LIMIT));
    const azure = await pair({ ...RAMP, seed, profile: "azure" }, fixed(LIMIT));
    return {
      figures: {
        ibm: ibm.without.report.concurrency.max,
        ibmWith: ibm.withIt.report.concurrency.max,
        gcf: gcf.without.report.concurrency.max,
        gcfWith: gcf.withIt.report.concurrency.max,
        azure: azure.without.report.concurrency.max,
        instances: azure.without.containers / PER_INSTANCE,
        azureWith: azure.withIt.report.concurrency.max,
        instancesWith: azure.withIt.containers / PER_INSTANCE,
      },
      curves: { without: inFlight(azure.without), withIt: inFlight(azure.withIt) },
    };
  },
  plots: [({ curve }) => ({
    kind: "lines",
    title: "Azure: a load that grows slowly",
    x: "seconds",
    y: "calls in flight",
    lines: pairLines(curve),
    mark: { at: LIMIT, words: "the limit that was set" },
  })],
};
