/** The claims that are tried over real HTTP too, faster than in virtual time, and most of them smaller. */
import { applicationMs, inFlight, lost, mean, midChain, number } from "../claims/setups.ts";
import type { Run } from "../trial.ts";
import { rounded } from "../results.ts";
import { type RealLoad, realRun, type RealWay, SPEED, virtualRun } from "./rig.ts";

/** An experiment: its runs, and the figures that it finds, by the keys of its claim. */
export interface RealExperiment {
  /** That of its claim. */
  readonly id: string;
  readonly runs: Readonly<Record<string, readonly [load: RealLoad, way: RealWay]>>;
  figures(runs: Readonly<Record<string, Run>>): Record<string, number>;
}

const LIMIT = 20;
const REFUSING = `hard-limit,limit=${LIMIT},cold=none,speed=${SPEED}`;
const LINES = "cold=none,queue=1000000,backgroundqueue=1000000";
const queueing = (limit: number) => `hard-limit,limit=${limit},${LINES},httpfirst=no,speed=${SPEED}`;
const QUEUEING = queueing(LIMIT);

/** The options of a consumer with a limit that is kept. */
const fixed = (policy: string, limit = LIMIT) => ["--policy", policy, "--limit", `${limit},fixed`];
/** Arrivals, as they would be if functions took their time. */
const poisson = (perS: number, seconds: number) => [
  ...["--poisson", (perS * SPEED).toFixed(3)],
  ...["--for", `${seconds / SPEED}s`],
];
/** A run without Sequoia, and the same with it. */
const pair = (load: RealLoad, policy: string, limit = LIMIT) => ({
  without: [load, undefined] as const,
  withIt: [load, fixed(policy, limit)] as const,
});

type Runs = Readonly<Record<string, Run>>;
const ratio = ({ without, withIt }: Runs, of: (run: Run) => number) => of(without!) / of(withIt!);
const queueingMs = ({ report }: Run) => number(report.queueing_ms.mean);
const chainMs = ({ report }: Run) => number(report.chain_ms.mean);
const meanApplicationMs = (run: Run) => mean(applicationMs(run));

const MIX = "paper/workloads/mix.ts";
const SINGLE = "paper/workloads/single.ts";
/** A second on the dear platform costs four times as much. */
const DEAR = [`hard-limit,limit=200,cold=none,speed=${SPEED}`, "limit=200,price-per-ms=0.000004"] as const;
const CHEAP = [`hard-limit,limit=10,cold=none,speed=${SPEED}`, "limit=10,price-per-ms=0.000001"] as const;
const PACKED = { workload: "workloads/mixed.ts", arrivals: poisson(1, 100) };
/** From when to when is looked at how many calls are in flight after a collapse, in seconds of functions that take their time. */
const AFTER = { fromS: 30, toS: 60 };

/** All of them. */
export const REAL: readonly RealExperiment[] = [
  {
    id: "limits",
    runs: pair(
      { workload: SINGLE, arrivals: ["--count", "1200"], profile: "ibm,cold=none,speed=0.25", speed: 0.25 },
      "fcfs",
      1000,
    ),
    figures: ({ without, withIt }) => ({
      ibm: without!.report.concurrency.max,
      ibmWith: withIt!.report.concurrency.max,
    }),
  },
  {
    id: "drops",
    runs: pair(
      { workload: "workloads/fan7.ts", arrivals: poisson(0.42, 150), profile: REFUSING },
      "running-first",
    ),
    figures: ({ without, withIt }) => ({
      wide: midChain(without!),
      wasted: 100 * number(without!.report.waste.share),
      with: lost(withIt!),
    }),
  },
  {
    id: "http",
    runs: pair({
      workload: "paper/workloads/web_and_chains.ts",
      arrivals: poisson(9.8, 200),
      profile: `hard-limit,limit=${LIMIT},${LINES},speed=${SPEED}`,
    }, "running-first"),
    figures: (runs) => ({ ratio: ratio(runs, (run) => mean(applicationMs(run, "linear"))) }),
  },
  {
    id: "collapse",
    runs: pair({
      workload: SINGLE,
      arrivals: ["--arrivals", "steps:400@3s,80@6s"],
      profile: `collapse,limit=${LIMIT},cold=none,collapseafter=200ms,recovery=6s,speed=${SPEED}`,
    }, "fcfs"),
    figures: ({ without, withIt }) => {
      const after = (run: Run) =>
        100 * mean(inFlight(run).filter(([x]) => x >= AFTER.fromS && x < AFTER.toS).map(([, y]) => y)) /
        LIMIT;
      return {
        without: after(without!),
        lost: lost(without!),
        with: after(withIt!),
        lostWith: lost(withIt!),
      };
    },
  },
  {
    id: "running-first",
    runs: pair(
      { workload: "workloads/fan7.ts", arrivals: poisson(0.55, 250), profile: QUEUEING },
      "running-first",
    ),
    figures: (runs) => ({ queueing: ratio(runs, queueingMs), chain: ratio(runs, chainMs) }),
  },
  {
    id: "shortest-job-first",
    runs: pair(
      { workload: "paper/workloads/lengths.ts", arrivals: poisson(6.5, 180), profile: QUEUEING },
      "shortest-job-first",
    ),
    figures: (runs) => ({ chain: ratio(runs, chainMs) }), // nobody tells an HTTP caller of the provider's line
  },
  {
    id: "fair-chains",
    runs: pair(
      { workload: "paper/workloads/rates.ts", arrivals: poisson(13, 120), profile: queueing(30) },
      "fair-share",
      30,
    ),
    figures: ({ without, withIt }) => ({
      least: number(without!.report.fairness.minShare),
      most: number(without!.report.fairness.maxShare),
      leastWith: number(withIt!.report.fairness.minShare),
      mostWith: number(withIt!.report.fairness.maxShare),
    }),
  },
  {
    id: "strict-priority",
    runs: pair(
      {
        workload: "paper/workloads/urgent.ts",
        arrivals: ["--poisson", String(12 * SPEED), "--count", "2000"],
        profile: QUEUEING,
        tells: true,
      },
      "strict-priority",
    ),
    figures: (runs) => {
      const wait = ({ report }: Run) => number(report.byChain.urgent!.queueing_ms.p99);
      return { without: wait(runs.without!), with: wait(runs.withIt!), ratio: ratio(runs, wait) };
    },
  },
  {
    id: "bin-packing",
    runs: {
      alone: [{ ...PACKED, profile: { dear: DEAR } }, fixed("fcfs", 1000)],
      spread: [{ ...PACKED, profile: { cheap: CHEAP, dear: DEAR } }, fixed("fcfs", 1000)],
      packed: [{ ...PACKED, profile: { cheap: CHEAP, dear: DEAR } }, fixed("bin-packing", 1000)],
    },
    figures: ({ alone, spread, packed }) => {
      const cost = ({ report }: Run) => 100 * report.cost!.total / alone!.report.cost!.total;
      return {
        "cost/bin-packing": cost(packed!),
        "cost/spread evenly": cost(spread!),
        chain: 100 * chainMs(packed!) / chainMs(alone!),
      };
    },
  },
  {
    id: "mix",
    runs: {
      ...pair({
        workload: MIX,
        arrivals: poisson(1.33, 150),
        profile: `background,limit=${LIMIT},speed=${SPEED}`,
      }, "running-first"),
      refused: [{ workload: MIX, arrivals: poisson(1.09, 150), profile: REFUSING }, undefined],
      kept: [{ workload: MIX, arrivals: poisson(1.09, 150), profile: REFUSING }, fixed("running-first")],
    },
    figures: (runs) => ({
      midRefuses: midChain(runs.refused!),
      lostWith: (lost(runs.kept!) + lost(runs.withIt!)) / 2,
      "queueing/queues/110": ratio(runs, queueingMs),
      "application/queues/110": ratio(runs, meanApplicationMs),
    }),
  },
];

/** Runs an experiment over real HTTP. */
export async function realFigures(one: RealExperiment): Promise<Figures> {
  return (await figuresOf(one, realRun))!;
}

/** Runs its load in virtual time. @returns undefined: that cannot be simulated */
export async function sameLoadFigures(one: RealExperiment): Promise<Figures | undefined> {
  return await figuresOf(one, virtualRun);
}

/** The figures of an experiment, by their keys, as they are kept. */
type Figures = Readonly<Record<string, number>>;

async function figuresOf(
  { runs, figures }: RealExperiment,
  run: (load: RealLoad, way: RealWay) => Promise<Run | undefined>,
): Promise<Figures | undefined> {
  const done: Record<string, Run> = {};
  for (const [name, [load, way]] of Object.entries(runs)) {
    const found = await run(load, way);
    if (found === undefined) return undefined;
    done[name] = found;
  }
  return Object.fromEntries(Object.entries(figures(done)).map(([key, value]) => [key, rounded(value)]));
}
