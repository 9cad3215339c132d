/** The log of a run, simulated again, gives the run. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chain, exponential, fn, poisson, seededRandom, type Workload } from "../model/mod.ts";
import { parseProfile } from "../provider/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { RUN_SCHEMA, type RunEvent } from "../record/mod.ts";
import { Scheduler } from "../scheduler/mod.ts";
import { EventLog } from "../../tests/programs/event_log.ts";
import type { Arrival } from "./arrival.ts";
import { ChainTimes, fitDelay, fitLimit } from "./fit.ts";
import { KeyedRandom, longerKey } from "./keyed_random.ts";
import { plannedArrivals, recordedArrivals, Simulation } from "./mod.ts";

const quick = fn("quick", { time: exponential("60ms"), attempts: 4 });
const slow = fn("slow", { time: exponential("150ms"), attempts: 4 });
const fan = chain("fan", ({ call }) => {
  const start = call(quick);
  call(quick, { after: [1, 2, 3].map(() => call(slow, { after: start })) });
});
const line = chain("line", ({ call }) => {
  call(slow, { after: call(quick, { after: call(quick) }) });
});
const WORKLOAD: Workload = { chains: [{ chain: fan }, { chain: line, share: 2 }] };

/** The differences of a run from its plan. */
interface Faults {
  readonly seed: number;
  /** The share of calls that fail, from 0 to 1. */
  readonly failing: number;
  /** The most that outputs take to become durable, that calls take to start, and instances to be taken. */
  readonly durableMs: number;
  readonly startMs: number;
  readonly takenMs: number;
}

/** A planned arrival with its faults: the same for a call whenever it is made. */
function withFaults(
  arrival: Arrival,
  number: number,
  { seed, failing, durableMs, startMs, takenMs }: Faults,
): Arrival {
  const chance = new KeyedRandom(seed);
  const of = (...parts: number[]) => chance.at(parts.reduce(longerKey, chance.key(number))).next();
  return {
    instance: arrival.instance,
    takenAtMs: arrival.takenAtMs + of(0) * takenMs,
    course(node, item, failures) {
      const { runMs } = arrival.course(node, item, failures);
      const times = { runMs: runMs * (1 + of(1, node, failures)), startMs: startMs * of(2, node, failures) };
      if (of(3, node, failures) >= failing) return times;
      return { ...times, fails: failures < 3 ? "this time" : "for good" };
    },
    durableMs: (node) => durableMs * of(4, node),
    called: () => arrival,
  };
}

interface Run {
  readonly policy: string;
  readonly limit: number;
  readonly profile: string;
  readonly refusalMs?: number;
}

function run(
  arrivals: Iterable<Arrival>,
  { policy, limit, profile, refusalMs = 1 }: Run,
  log = new EventLog(),
): EventLog {
  const simulation = new Simulation({
    arrivals,
    scheduler: new Scheduler({
      policy: policyOf(policy),
      limits: { global: limit },
      random: seededRandom(1),
    }),
    profile: parseProfile(profile),
    random: seededRandom(2),
    recorder: log,
    refusalMs,
  });
  while (simulation.advance(10_000));
  return log;
}

function planned(count: number, ratePerS: number, faults: Faults): Arrival[] {
  const load = {
    workload: WORKLOAD,
    arrivals: poisson(ratePerS),
    bounds: { count },
    labels: {},
    seed: "replay",
  };
  return [...plannedArrivals(load)].map((arrival, i) => withFaults(arrival, i, faults))
    .sort((a, b) => a.takenAtMs - b.takenAtMs);
}

function eventsOf({ submits, attempts, ends }: EventLog): RunEvent[] {
  return [
    { type: "run", schema: RUN_SCHEMA, command: "consume", version: "0", startedAtMs: 0 },
    ...submits.map((event): RunEvent => ({ type: "submit", ...event })),
    ...attempts.map((event): RunEvent => ({ type: "attempt", ...event })),
    ...ends.map((event): RunEvent => ({ type: "end", ...event })),
  ];
}

const callsOf = ({ attempts }: EventLog) =>
  attempts.map(({ instance, node, startedAtMs, runMs, outcome }) =>
    [instance, node, startedAtMs.toFixed(3), runMs.toFixed(3), outcome].join(" ")
  );

const chainMs = ({ ends, submits }: EventLog) => {
  const from = new Map(submits.map(({ instance, submittedAtMs }) => [instance, submittedAtMs]));
  return ends.map(({ instance, endedAtMs }) => endedAtMs - from.get(instance)!).sort((a, b) => a - b);
};
const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

const faults = fc.record({
  seed: fc.nat(2 ** 31),
  failing: fc.constantFrom(0, 0.1, 0.25),
  durableMs: fc.constant(0),
  startMs: fc.constant(0),
  takenMs: fc.constantFrom(0, 300),
});

Deno.test("Simulation of a recorded run has the calls of the run: failed attempts and refusals too", async () => {
  const runs = fc.record({
    policy: fc.constantFrom("fcfs", "running-first", "fair-share", "shortest-job-first"),
    limit: fc.constantFrom(8, 20, 100),
    profile: fc.constantFrom("ideal", "hard-limit,limit=12,cold=0ms"),
  });
  await fc.assert(
    fc.asyncProperty(faults, runs, async (faults, how) => {
      const recorded = run(planned(80, 12, faults), how);
      const { arrivals } = await recordedArrivals(eventsOf(recorded), "run.json");
      assertEquals(callsOf(run(arrivals, how)), callsOf(recorded));
    }),
    { numRuns: 30 },
  );
});

/** Of a log that does not tell all: what of the output of a node became of that of another, and which call another waited for. */
const BUSY: readonly (Faults & Run)[] = [
  {
    seed: 1,
    failing: 0,
    durableMs: 40,
    startMs: 3,
    takenMs: 50,
    policy: "fcfs",
    limit: 12,
    profile: "ideal",
  },
  {
    seed: 2,
    failing: 0.12,
    durableMs: 40,
    startMs: 3,
    takenMs: 0,
    policy: "fair-share",
    limit: 12,
    profile: "ideal",
  },
  {
    seed: 3,
    failing: 0.25,
    durableMs: 10,
    startMs: 1,
    takenMs: 50,
    policy: "fair-share",
    limit: 24,
    profile: "ideal",
  },
  {
    seed: 4,
    failing: 0,
    durableMs: 10,
    startMs: 1,
    takenMs: 50,
    policy: "fcfs",
    limit: 30,
    profile: "hard-limit,limit=16,cold=0ms",
  },
  {
    seed: 5,
    failing: 0.12,
    durableMs: 2,
    startMs: 0.2,
    takenMs: 5,
    policy: "shortest-job-first",
    limit: 24,
    profile: "ideal",
  },
];

/** Near what the places can do. */
const RATES: Readonly<Record<number, number>> = { 12: 8, 24: 15, 30: 10 };

Deno.test("Simulation of a busy run has its figures, and predicts what another policy makes of the same calls", async () => {
  for (const how of BUSY) {
    const arrivals = planned(700, RATES[how.limit]!, how);
    const recorded = run(arrivals, how);
    const replayed = (await recordedArrivals(eventsOf(recorded), "run.json")).arrivals;
    for (const policy of [how.policy, "running-first"]) {
      const [was, is] = [run(arrivals, { ...how, policy }), run(replayed, { ...how, policy })].map(chainMs);
      const isSame = policy === how.policy;
      assertAlmostEquals(mean(is!) / mean(was!), 1, isSame ? 0.03 : 0.1, `mean of ${JSON.stringify(how)}`);
      const p99 = (of: number[]) => of[Math.floor(0.99 * (of.length - 1))]!;
      assertAlmostEquals(p99(is!) / p99(was!), 1, isSame ? 0.06 : 0.1, `p99 of ${JSON.stringify(how)}`);
    }
  }
});

Deno.test("fitLimit() finds the limit of a provider again that refused calls of a recorded run", async () => {
  for (const limit of [8, 12, 20]) {
    const how = { policy: "fcfs", limit: 100, profile: `hard-limit,limit=${limit},cold=0ms` };
    const faults = { seed: limit, failing: 0, durableMs: 5, startMs: 1, takenMs: 5 };
    const recorded = run(planned(300, limit * 1.6, faults), how);
    const { arrivals, providerLimit, chainMs } = await recordedArrivals(eventsOf(recorded), "run.json");
    assert(providerLimit!.refused > 0, "it is busy");
    const found = await fitLimit({ from: 1, to: 60 }, chainMs, (limit) => {
      const times = new ChainTimes();
      const log = Object.assign(new EventLog(), {
        submit: times.submit.bind(times),
        end: times.end.bind(times),
        attempt() {},
      });
      run(arrivals, { ...how, profile: `hard-limit,limit=${limit},cold=0ms` }, log);
      return Promise.resolve(times.meanMs);
    });
    assertAlmostEquals(found, limit, 1);
  }
});

Deno.test("fitDelay() finds what a consumer takes that no single call shows, and nothing where it takes nothing", async () => {
  for (const delayMs of [0, 3, 20]) {
    const found = await fitDelay(100 + delayMs * 4, (moreMs) => Promise.resolve(100 + moreMs * 4));
    assertAlmostEquals(found, delayMs, 0.5);
  }
  assertEquals(await fitDelay(50, () => Promise.resolve(60)), 0, "it takes longer than the run as it is");
});
