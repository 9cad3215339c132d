/** The invocations that a simulation runs in a second of real time, the growth of its memory, and SimPy beside it. */
import { type Chain, chain, exponential, fn, poisson, seededRandom, type Workload } from "sequoia";
import { policyOf, Scheduler } from "sequoia/scheduler";
import { parseProfile } from "../lib/provider/mod.ts";
import { RUN_SCHEMA } from "../lib/record/mod.ts";
import { RunningReport } from "../lib/report/mod.ts";
import { plannedArrivals, Simulation } from "../lib/simulate/mod.ts";
import fan7 from "../workloads/fan7.ts";
import { type Figure, median } from "./figures.ts";

interface Setup {
  readonly of: Chain;
  readonly ratePerS: number;
  readonly instances: number;
  readonly policy: string;
  readonly profile: string;
  readonly limit: number;
}

/** About 90 % of what 100 places can do. */
const FAN: Setup = {
  of: fan7,
  ratePerS: 2.1,
  instances: 60_000,
  policy: "fair-share",
  profile: "hard-limit,limit=100",
  limit: 100,
};

const QUEUE: Setup = {
  of: chain("queue", ({ call }) => {
    call(fn("job", { time: exponential("100ms") }));
  }),
  ratePerS: 72,
  instances: 300_000,
  policy: "fcfs",
  profile: "ideal",
  limit: 8,
};

/** With all figures, as the command line does it without a log. @returns invocations, and seconds of real time */
function simulate(
  setup: Setup,
  recorder = follow(),
): { readonly invocations: number; readonly seconds: number } {
  const workload: Workload = { chains: [{ chain: setup.of }] };
  const bounds = { count: setup.instances };
  const load = { workload, arrivals: poisson(setup.ratePerS), bounds, labels: {}, seed: "bench" };
  const startedAtMs = performance.now();
  const simulation = new Simulation({
    arrivals: plannedArrivals(load),
    scheduler: new Scheduler({
      policy: policyOf(setup.policy),
      limits: { global: setup.limit },
      random: seededRandom(1),
    }),
    profile: parseProfile(setup.profile),
    random: seededRandom(2),
    recorder,
  });
  while (simulation.advance(100_000));
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { invocations: setup.instances * setup.of.nodes.length, seconds };
}

function follow(): RunningReport {
  return new RunningReport({ schema: RUN_SCHEMA, command: "simulate", version: "bench", startedAtMs: 0 });
}

function ratePerS(setup: Setup): number {
  return median([1, 2, 3].map(() => {
    const { invocations, seconds } = simulate(setup);
    return invocations / seconds;
  }));
}

/** The same M/M/8 in SimPy: arrivals by a process of their own, a resource with as many places. */
const SIMPY = `
import random, simpy, sys, time
jobs, rate, places = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
random.seed(1)
env = simpy.Environment()
servers = simpy.Resource(env, capacity=places)
waits = []
def job(arrived):
    with servers.request() as request:
        yield request
        waits.append(env.now - arrived)
        yield env.timeout(random.expovariate(10))
def source():
    for _ in range(jobs):
        yield env.timeout(random.expovariate(rate))
        env.process(job(env.now))
env.process(source())
started = time.perf_counter()
env.run()
print(len(waits) / (time.perf_counter() - started))
`;

/** Jobs a second, by the Python that PYTHON names; undefined if it or SimPy is not there. */
async function simpyPerS(): Promise<number | undefined> {
  const python = Deno.env.get("PYTHON") ?? "python3";
  const args = ["-c", SIMPY, String(QUEUE.instances), String(QUEUE.ratePerS), String(QUEUE.limit)];
  try {
    const { success, stdout } = await new Deno.Command(python, { args, stderr: "null" }).output();
    return success ? Number(new TextDecoder().decode(stdout)) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes in use after a garbage collection. */
function heapBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().heapUsed;
}

/** The growth of memory in use over a run of this number of instances. */
function growth(instances: number): number {
  const before = heapBytes();
  let most = 0, ended = 0;
  const follower = follow();
  const end = follower.end.bind(follower);
  follower.end = (event) => {
    end(event);
    if (++ended === instances - 100) most = heapBytes() - before;
  };
  simulate({ ...FAN, instances }, follower);
  return most / 2 ** 20;
}

/** Measures simulation. */
export async function simulateBench(): Promise<Figure[]> {
  ratePerS({ ...FAN, instances: 5000 }); // compiled before it is measured
  const fan = ratePerS(FAN), queue = ratePerS(QUEUE);
  const short = growth(10_000), long = growth(200_000);
  const simpy = await simpyPerS();
  return [
    { name: "fan7, fair-share, hard limit", value: fan, unit: "invocations/s", atLeast: 450_000 },
    { name: "M/M/8", value: queue, unit: "jobs/s" },
    ...(simpy === undefined
      ? [{ name: "SimPy: skipped, pip install simpy==4.1.1 (PYTHON names the python)", value: NaN, unit: "" }]
      : [
        { name: "M/M/8 in SimPy 4.1.1", value: simpy, unit: "jobs/s" },
        { name: "simulate ÷ SimPy", value: queue / simpy, unit: "" },
      ]),
    { name: "memory in use late in a run of 80,000 invocations", value: short, unit: "MiB" },
    { name: "memory in use late in a run of 1,600,000", value: long, unit: "MiB", atMost: short + 8 },
  ];
}
