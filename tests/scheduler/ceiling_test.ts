/** Policies keep their promises whatever the limit is that was asked for, and whatever the platform does not say of its own. */
import { assert } from "@std/assert";
import { constant, type Instance, lognormal, sampleMs, seededRandom } from "../../lib/model/mod.ts";
import { parseProfile, Provider } from "../../lib/provider/mod.ts";
import { policyOf } from "../../lib/policies/mod.ts";
import { type Limits, Scheduler } from "../../lib/scheduler/mod.ts";
import { type Arrival, Simulation } from "../../lib/simulate/mod.ts";
import { EventLog } from "../programs/event_log.ts";
import { instanceOf, linear, makeScheduler, single } from "./builders.ts";
import { SaturatedLoad } from "./saturation.ts";

/** An instance whose calls take what their function declares, by chance, the same in every run. */
function arrivalOf(instance: Instance): Arrival {
  return {
    instance,
    takenAtMs: instance.submittedAtMs,
    course: (node) => ({
      runMs: sampleMs(instance.chain.nodes[node]!.fn.time!, seededRandom(`${instance.id}/${node}`)),
    }),
    durableMs: () => 0,
    called: arrivalOf,
  };
}

interface Figures {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
  readonly throttled: number;
  readonly unfinished: number;
}

/** Runs chains, and returns the times of one chain's instances and the share of calls that were throttled. */
function run(
  instances: readonly Instance[],
  chain: string,
  policy: string,
  limits: Limits,
  profile: string,
): Figures {
  const log = new EventLog();
  const simulation = new Simulation({
    arrivals: instances.toSorted((a, b) => a.submittedAtMs - b.submittedAtMs).map(arrivalOf),
    profile: parseProfile(profile),
    random: seededRandom(1),
    recorder: log,
    scheduler: new Scheduler({ policy: policyOf(policy, { by: "tenant" }), limits, random: seededRandom(1) }),
  });
  while (simulation.advance(1000));
  const submitted = new Map(
    instances.filter((i) => i.chain.name === chain).map((i) => [i.id, i.submittedAtMs]),
  );
  const took = log.ends.filter(({ instance }) => submitted.has(instance))
    .map(({ instance, endedAtMs }) => endedAtMs - submitted.get(instance)!).sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))]!;
  const throttled = log.attempts.filter(({ outcome }) => outcome === "throttled").length /
    log.attempts.length;
  return {
    p50: at(0.5),
    p90: at(0.9),
    max: took.at(-1)!,
    throttled,
    unfinished: submitted.size - took.length,
  };
}

const bulk = single("bulk", { time: lognormal("100ms", "200ms") });
const urgent = linear("urgent", 2, { time: lognormal("100ms", "200ms") });

/** More bulk than 20 slots run in half a minute, and an urgent chain each 400 ms from the fifth second on. */
const MIX = [
  ...Array.from({ length: 6000 }, (_, i) => instanceOf(bulk, `b${i}`, { priority: 5 })),
  ...Array.from(
    { length: 74 },
    (_, i) => instanceOf(urgent, `u${i}`, { priority: 0, submittedAtMs: 3000 + i * 400 }),
  ),
];

const ideals = new Map<string, Figures>();

/** The figures under the limit itself; they are reckoned once. */
function known(profile: string): Figures {
  const ideal = ideals.get(profile) ??
    run(MIX, "urgent", "strict-priority", { global: 20, fixed: true }, profile);
  ideals.set(profile, ideal);
  return ideal;
}

const HARD = "hard-limit,limit=20,cold=0ms", SILENT = "hard-limit,limit=20,queue=100000,cold=0ms";

for (const global of [1000, "auto"] as const) {
  Deno.test(`urgent chains go first under a limit of ${global} where 20 run, as under one of 20`, () => {
    const ideal = known(HARD), is = run(MIX, "urgent", "strict-priority", { global }, HARD);
    assert(is.unfinished === 0 && is.throttled <= 0.02, `${is.throttled} throttled`);
    assert(is.p50 <= 1.1 * ideal.p50 && is.p90 <= 1.1 * ideal.p90, `${JSON.stringify([is, ideal])}`);
    assert(is.max <= 1.3 * ideal.max, `${JSON.stringify([is, ideal])}`);
  });

  Deno.test(`urgent chains go first under a limit of ${global} where a platform queues what it does not run`, () => {
    const ideal = known(SILENT), is = run(MIX, "urgent", "strict-priority", { global }, SILENT);
    assert(is.p50 <= 1.25 * ideal.p50 && is.p90 <= 1.35 * ideal.p90, `${JSON.stringify([is, ideal])}`);
  });
}

Deno.test("tenants share a platform that runs 80 under a limit of 1000 as under one of 80", () => {
  const slow = linear("slow", 3, { time: lognormal("300ms", "900ms") });
  const tenants = Array.from(
    { length: 8 },
    (_, t) =>
      Array.from(
        { length: t === 0 ? 2000 : 150 },
        (_, i) => instanceOf(slow, `${t}/${i}`, { labels: { tenant: `${t}` } }),
      ),
  ).flat();
  const of = (limits: Limits) => run(tenants, "slow", "fair-share", limits, "hard-limit,limit=80,cold=0ms");
  const ideal = of({ global: 80, fixed: true }), is = of({ global: 1000 });
  assert(is.throttled <= 0.02, `${is.throttled} throttled`);
  for (const key of ["p50", "p90", "max"] as const) {
    assert(
      Math.abs(is[key] / ideal[key] - 1) <= 0.1,
      `${key}: ${is[key]}, and ${ideal[key]} under the limit itself`,
    );
  }
});

/** More load than a platform takes, in its thirtieth second. */
function saturated(profile: string, limits: Limits): SaturatedLoad {
  const scheduler = makeScheduler("fcfs", limits);
  const provider = new Provider(parseProfile(profile), seededRandom(1));
  const times = [lognormal("300ms", "900ms"), lognormal("50ms", "150ms")];
  const load = new SaturatedLoad({ scheduler, provider, times, travel: constant(3), seed: 1 });
  load.run(30_000);
  return load;
}

Deno.test("a platform that scales is used within three percent of what it would be without a controller", () => {
  for (const profile of ["ideal", "hard-limit,limit=1000"]) {
    const of = (limits: Limits) => saturated(profile, limits).run(60_000);
    const free = of({ global: 300, fixed: true }), is = of({ global: 300 });
    assert(is.completed >= 0.97 * free.completed, `${profile}: ${is.completed} of ${free.completed}`);
  }
});

Deno.test("the limit follows the ramps of platforms at two percent of throttles at most", () => {
  for (const profile of ["azure", "aws-lambda"]) {
    const load = saturated(profile, { global: "auto" });
    const early = load.run(10_000), late = load.run(30_000);
    for (const { throttled, attempts } of [early, late]) {
      assert(throttled <= 0.02 * attempts, `${profile}: ${throttled} of ${attempts}`);
    }
    assert(
      late.inFlight > 1.1 * early.inFlight,
      `${profile}: ${early.inFlight}, then ${late.inFlight} in flight`,
    );
  }
});

Deno.test("a platform that queues what it does not run is found out beside calls that take ten minutes", () => {
  const profile = parseProfile("hard-limit,limit=20,queue=100000,cold=0ms");
  const load = new SaturatedLoad({
    scheduler: makeScheduler("fair-share", { global: 1000 }),
    provider: new Provider(profile, seededRandom(1)),
    times: [lognormal("10m", "20m"), lognormal("10ms", "20ms")],
    travel: constant(1),
    seed: 1,
  });
  load.run(900_000);
  const { inFlight, completed } = load.run(300_000);
  assert(inFlight <= 3 * 20, `${inFlight} in flight where 20 run`);
  assert(completed >= 20_000, `${completed} completed`);
});

for (const chains of [3, 4]) {
  Deno.test(`strict shares of ${chains} chains are parts of what a platform runs, though rounded down they leave slots of the limit`, () => {
    const scheduler = new Scheduler({
      policy: policyOf("fair-share"),
      limits: { global: 1000 },
      strictShares: true,
      random: seededRandom(1),
    });
    const provider = new Provider(parseProfile("hard-limit,limit=40,cold=0ms"), seededRandom(1));
    const times = Array.from({ length: chains }, () => lognormal("200ms", "500ms"));
    const load = new SaturatedLoad({ scheduler, provider, times, travel: constant(2), seed: 1 });
    load.run(30_000);
    const { running, attempts, throttled } = load.run(30_000);
    assert(running >= 0.85 * 40, `${running} run of 40`);
    assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} throttled`);
  });
}
