/**
 * Simulations beside what queueing theory says of the same systems: mean waiting times, within 2 % at 1,000,000 jobs; and
 * beside the same load under a limit that is fixed, where it is a ceiling.
 */
import { assert } from "@std/assert";
import {
  chain,
  constant,
  type Distribution,
  exponential,
  fn,
  lognormal,
  meanMs,
  poisson,
  seededRandom,
  type WorkloadChain,
} from "../../lib/mod.ts";
import { policyOf, Scheduler } from "../../lib/scheduler/public.ts";
import { parseProfile } from "../../lib/provider/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { plannedArrivals, Simulation } from "../../lib/simulate/mod.ts";
import { runs } from "../lanes.ts";

const FULL = 1_000_000, JOBS = runs(FULL);
/** The error of a mean falls with the square root of the number of jobs, in steps: on its way it may be half as much again. */
const WITHIN = JOBS < FULL ? 1.5 * 0.02 * Math.sqrt(FULL / JOBS) : 0.02;

/** A class of jobs: how many arrive a second, and how long they take. */
interface JobClass {
  readonly name: string;
  readonly ratePerS: number;
  readonly time: Distribution;
  readonly priority?: number;
}

/** The mean waiting time of each class, in milliseconds, of Poisson arrivals at a number of servers. */
function meanWaits(
  classes: readonly JobClass[],
  servers: number,
  policy: string,
  seed: string,
  { fixed = true, count = JOBS } = {},
): Map<string, number> {
  const chains = classes.map(({ name, ratePerS, time, priority }): WorkloadChain => ({
    chain: chain(name, ({ call }) => {
      call(fn(name, { time }));
    }),
    share: ratePerS,
    ...(priority === undefined ? {} : { priority }),
  }));
  const sums = new Map(classes.map(({ name }) => [name, { waits: 0, jobs: 0 }]));
  const arrivals = poisson(classes.reduce((sum, { ratePerS }) => sum + ratePerS, 0));
  const load = { workload: { chains }, arrivals, bounds: { count }, seed, labels: {} };
  const simulation = new Simulation({
    arrivals: plannedArrivals(load),
    scheduler: new Scheduler({
      policy: policyOf(policy),
      limits: { global: servers, fixed },
      random: seededRandom(1),
    }),
    profile: parseProfile("ideal"),
    random: seededRandom(1),
    recorder: {
      ...noRecorder,
      attempt: ({ chain, queuedMs }) => {
        const sum = sums.get(chain)!;
        sum.waits += queuedMs;
        sum.jobs++;
      },
    },
  });
  while (simulation.advance(1_000_000));
  const jobs = [...sums.values()].reduce((all, { jobs }) => all + jobs, 0);
  assert(jobs === count, `${jobs} jobs ran`);
  return new Map([...sums].map(([name, { waits, jobs }]) => [name, waits / jobs]));
}

function assertNear(measured: number, expected: number, what: string): void {
  const error = measured / expected - 1;
  assert(
    Math.abs(error) <= WITHIN,
    `${what}: ${measured.toFixed(2)} ms instead of ${expected.toFixed(2)} ms (${(100 * error).toFixed(2)} %)`,
  );
}

/** The part of time that classes keep one server busy. */
function utilisation(classes: readonly JobClass[]): number {
  return classes.reduce((sum, { ratePerS, time }) => sum + ratePerS * meanMs(time) / 1000, 0);
}

/** The mean of the square of a time, in ms². */
function secondMoment(time: Distribution): number {
  switch (time.kind) {
    case "constant":
      return time.ms ** 2;
    case "exponential":
      return 2 * time.meanMs ** 2;
    case "lognormal": { // exp(2μ + 2σ²), and p99 = exp(μ + 2.3263 σ)
      const sigma = Math.log(time.p99Ms / time.medianMs) / 2.3263478740408408;
      return time.medianMs ** 2 * Math.exp(2 * sigma ** 2);
    }
    case "uniform":
      return (time.minMs ** 2 + time.minMs * time.maxMs + time.maxMs ** 2) / 3;
    case "quantiles":
      throw new Error("The second moment of quantiles is not asked for here");
  }
}

/** The mean time until the job in service ends, as an arrival finds it: Σ λ E[S²] ÷ 2 (Pollaczek–Khinchine). */
function residualMs(classes: readonly JobClass[]): number {
  return classes.reduce((sum, { ratePerS, time }) => sum + ratePerS / 1000 * secondMoment(time) / 2, 0);
}

/**
 * Mean waits under non-preemptive priorities, the most urgent class first: R ÷ ((1 − σ_{k−1}) (1 − σ_k)), where σ_k is
 * the utilisation of the classes 1 to k (A. Cobham, "Priority Assignment in Waiting Line Problems", Operations Research 2,
 * 1954, equation 3).
 */
function priorityWaits(classes: readonly JobClass[]): number[] {
  const residual = residualMs(classes);
  return classes.map((_, k) =>
    residual / ((1 - utilisation(classes.slice(0, k))) * (1 - utilisation(classes.slice(0, k + 1))))
  );
}

for (const load of [0.5, 0.7]) {
  Deno.test(`M/M/1 at ${load}: the mean wait is ρ ÷ (μ − λ)`, () => {
    const job = { name: "job", ratePerS: load * 10, time: exponential("100ms") };
    const waits = meanWaits([job], 1, "fcfs", "mm1");
    assertNear(waits.get("job")!, 100 * load / (1 - load), "M/M/1");
  });
}

for (const servers of [2, 8]) {
  Deno.test(`M/M/${servers}: the mean wait is Erlang's C ÷ (cμ − λ)`, () => {
    const job = { name: "job", ratePerS: 0.7 * 10 * servers, time: exponential("100ms") };
    const waits = meanWaits([job], servers, "running-first", "mmc");
    // A. K. Erlang, "Solution of some problems in the theory of probabilities …", 1917; a = λ/μ.
    const a = 0.7 * servers;
    let term = 1, sum = 0;
    for (let k = 0; k < servers; k++) {
      sum += term;
      term *= a / (k + 1);
    }
    const c = term / (1 - a / servers) / (sum + term / (1 - a / servers));
    assertNear(waits.get("job")!, c * 100 / (servers - a), `M/M/${servers}`);
  });
}

for (
  const [servers, load, time] of [
    [2, 0.7, exponential("100ms")],
    [8, 0.7, exponential("100ms")],
    [20, 0.9, exponential("100ms")],
    [8, 0.8, lognormal("80ms", "400ms")],
  ] as const
) {
  Deno.test(`a ceiling of ${servers} costs no waiting where the platform runs that many: ${time.kind}`, () => {
    const job = { name: "job", ratePerS: load * servers * 1000 / meanMs(time), time };
    const [fixed, ceiling] = [true, false].map((fixed) =>
      meanWaits([job], servers, "running-first", "ceiling", { fixed, count: 100_000 }).get("job")!
    );
    assertNear(ceiling!, fixed!, `${servers} servers`);
  });
}

Deno.test("M/G/1: the mean wait is λ E[S²] ÷ 2 (1 − ρ) (Pollaczek–Khinchine)", () => {
  // F. Pollaczek, Math. Zeitschrift 32, 1930; A. Khinchine, Mat. Sbornik 39, 1932.
  const job = { name: "job", ratePerS: 6, time: lognormal("80ms", "300ms") };
  const waits = meanWaits([job], 1, "fcfs", "mg1");
  assertNear(waits.get("job")!, residualMs([job]) / (1 - utilisation([job])), "M/G/1");
});

Deno.test("M/M/1 with two priorities: the mean waits are Cobham's", () => {
  const classes = [
    { name: "urgent", ratePerS: 3, time: exponential("100ms"), priority: 1 },
    { name: "patient", ratePerS: 4, time: exponential("100ms"), priority: 2 },
  ];
  const waits = meanWaits(classes, 1, "strict-priority", "cobham");
  priorityWaits(classes).forEach((expected, k) => {
    assertNear(waits.get(classes[k]!.name)!, expected, `the ${classes[k]!.name} class`);
  });
});

Deno.test("M/G/1 with the shortest job first: the mean wait is Phipps's", () => {
  // T. E. Phipps, "Machine Repair as a Priority Waiting-Line Problem", Operations Research 4, 1956: Cobham's formula with
  // a class for each length, here 20 of them, and the mean of the classes' waits by their rates.
  const classes = Array.from({ length: 20 }, (_, i) => ({
    name: `job${i}`,
    ratePerS: 0.35,
    time: constant(10 * (i + 0.5)),
  }));
  const waits = meanWaits(classes, 1, "shortest-job-first", "phipps");
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const expected = priorityWaits(classes);
  assertNear(mean([...waits.values()]), mean(expected), "over all lengths");
  assertNear(waits.get("job0")!, expected[0]!, "the shortest");
  assertNear(waits.get("job19")!, expected[19]!, "the longest");
});
