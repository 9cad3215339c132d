import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Chain, chain, constant, fn, type Instance, poisson, seededRandom } from "../model/mod.ts";
import { parseProfile } from "../provider/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { type Limits, Scheduler } from "../scheduler/mod.ts";
import { EventLog } from "../../tests/programs/event_log.ts";
import { instanceOf, linear, shaped, single } from "../../tests/scheduler/builders.ts";
import { type Arrival, plannedArrivals, Simulation, type SimulationOptions } from "./mod.ts";

interface Setup {
  readonly profile?: string;
  readonly limits?: Limits;
  readonly timedLimits?: SimulationOptions["limits"];
  readonly policy?: string;
  readonly baseline?: boolean;
  readonly shed?: boolean;
  readonly items?: number;
  readonly durableMs?: number;
  readonly fails?: (instance: string, node: number) => boolean;
}

/** An instance whose nodes take what their functions declare. */
function arrivalOf(instance: Instance, setup: Setup): Arrival {
  return {
    instance,
    takenAtMs: instance.submittedAtMs,
    course: (node) => ({
      runMs: (instance.chain.nodes[node]!.fn.time as { ms: number }).ms,
      ...setup.fails?.(instance.id, node) && { fails: "for good" },
    }),
    durableMs: () => setup.durableMs ?? 0,
    called: (instance) => arrivalOf(instance, setup),
  };
}

/** Runs instances whose nodes take what their functions declare. */
function simulated(instances: Iterable<Instance>, setup: Setup = {}): EventLog {
  const log = new EventLog();
  const arrivals = [...instances].map((instance) => arrivalOf(instance, setup));
  const { policy = "fcfs", limits = {}, shed = false, items = 1 } = setup;
  const simulation = new Simulation({
    arrivals,
    profile: parseProfile(setup.profile ?? "ideal"),
    random: seededRandom(1),
    recorder: log,
    items,
    limits: setup.timedLimits ?? [],
    ...(setup.baseline
      ? {}
      : { scheduler: new Scheduler({ policy: policyOf(policy), limits, shed, random: seededRandom(1) }) }),
  });
  while (simulation.advance(1000));
  return log;
}

const work = single("work", { time: constant(100) });
const several = (count: number, of = work, options: Partial<Instance> = {}) =>
  Array.from({ length: count }, (_, i) => instanceOf(of, `i${i}`, options));
const spans = (log: EventLog) =>
  log.attempts.map(({ startedAtMs, runMs }) => [startedAtMs, startedAtMs + runMs]);

Deno.test("Simulation puts limits in force in the course of time", () => {
  const limitFrom = (atMs: number, global: number) => ({ atMs, limits: { global, fixed: true } });
  const timedLimits = [limitFrom(-Infinity, 2), limitFrom(150, 5), limitFrom(250, 1), limitFrom(9000, 7)];
  const { attempts } = simulated(several(12), { timedLimits });
  const started = (atMs: number) => attempts.filter(({ startedAtMs }) => startedAtMs === atMs).length;
  assertEquals([0, 100, 150, 200, 250, 300].map(started), [2, 2, 3, 2, 0, 1]);
  assertEquals(attempts.length, 12);
});

Deno.test("Simulation starts what may start, and the next when that has ended", () => {
  const log = simulated(several(3), { limits: { global: 2 } });
  assertEquals(spans(log), [[0, 100], [0, 100], [100, 200]]);
  assertEquals(log.attempts.map(({ queuedMs }) => queuedMs), [0, 0, 100]);
  assertEquals(log.ends.map(({ endedAtMs, idealMs }) => [endedAtMs, idealMs]), [[100, 100], [100, 100], [
    200,
    100,
  ]]);
});

Deno.test("Simulation runs successors when what is before them has ended, and knows the longest path", () => {
  const diamond = shaped("diamond", [[], [0], [0], [1, 2]], "fail", { time: constant(50) });
  const log = simulated([instanceOf(diamond, "d", { submittedAtMs: 30 })], { limits: { global: 1 } });
  assertEquals(spans(log), [[30, 80], [80, 130], [130, 180], [180, 230]]);
  assertEquals(log.ends[0]!.idealMs, 150);
});

Deno.test("Simulation waits for outputs to be durable as consumers do: not for the last, which is written with the end", () => {
  const step = (name: string) => fn(name, { time: constant(100) });
  const endOf = (of: Chain) =>
    simulated([instanceOf(of, "i")], { items: 2, durableMs: 40 }).ends.at(-1)!.endedAtMs;
  const called = chain("called", ({ call }) => void call(step("inner")));
  assertEquals(endOf(linear("line", 2, { time: constant(100) })), 240);
  assertEquals(
    endOf(chain("mapped", ({ call }) => {
      const each = call(step("each"), { map: "[1, 2]" });
      call(step("last"), { after: each });
    })),
    240,
  );
  assertEquals(endOf(chain("map", ({ call }) => void call(step("each"), { map: "[1, 2]" }))), 140);
  assertEquals(
    endOf(chain("calling", ({ call }) => {
      const before = call(called);
      call(step("last"), { after: before });
    })),
    200,
  );
});

Deno.test("Simulation tries again what the provider refused, and pays for cold containers", () => {
  const log = simulated(several(3), {
    profile: "hard-limit,limit=1,cold=40ms,keepalive=1h,retryafter=120ms",
  });
  const [first, ...others] = log.attempts.filter(({ outcome }) => outcome === "ok");
  assertEquals([first!.startedAtMs, first!.runMs, first!.cold], [0, 140, true]);
  assert(others.every(({ runMs, cold }) => runMs === 100 && !cold));
  const refused = log.attempts.filter(({ outcome }) => outcome === "throttled");
  assert(refused.length >= 2 && refused.every(({ runMs, settled }) => runMs === 1 && !settled));
  assertEquals(log.outcomes(), { i0: "completed", i1: "completed", i2: "completed" });
});

Deno.test("Simulation lets calls wait at a provider that queues them", () => {
  const log = simulated(several(3), { profile: "hard-limit,limit=1,cold=0ms,queue=5" });
  assertEquals(spans(log), [[0, 100], [0, 200], [0, 300]]);
});

Deno.test("Simulation knows what calls waited at the provider, and takes it out of the ideal time", () => {
  for (const baseline of [false, true]) {
    const log = simulated(several(3), { profile: "ideal,limit=1,queue=5", baseline });
    const waits = log.attempts.map(({ queuedMs, providerQueuedMs = 0 }) => queuedMs + providerQueuedMs);
    assertEquals(waits, [0, 100, 200]);
    assertEquals(log.ends.map(({ idealMs }) => idealMs), [100, 100, 100]);
  }
});

Deno.test("Simulation ends attempts whose caller waits no longer, while their function runs on", () => {
  const slow = single("slow", { time: constant(500), timeout: "200ms", attempts: 2 });
  const log = simulated([instanceOf(slow, "s")], { profile: "hard-limit,limit=5,cold=0ms" });
  assertEquals(log.attempts.map(({ outcome, runMs }) => [outcome, runMs]), [["failed", 200], [
    "failed",
    200,
  ]]);
  assertEquals(log.outcomes(), { s: "failed" });
  const queued = simulated(several(2, slow), {
    profile: "hard-limit,limit=1,cold=0ms,queue=5",
    baseline: true,
  });
  assertEquals(queued.attempts.map(({ outcome, runMs }) => [outcome, runMs]), [["failed", 200], [
    "failed",
    200,
  ]]);
});

Deno.test("Simulation fails what failed when it was recorded, and sheds what is too late", () => {
  const line = linear("line", 3, { time: constant(10) });
  const failed = simulated([instanceOf(line, "a")], { fails: (_, node) => node === 1 });
  assertEquals([failed.outcomes(), failed.attempts.length], [{ a: "failed" }, 2]);
  const shed = simulated(several(3, work, { deadlineMs: 150 }), { limits: { global: 1 }, shed: true });
  assertEquals(shed.outcomes(), { i0: "completed", i1: "shed", i2: "shed" });
});

Deno.test("Simulation without a scheduler drops chains of which a call is refused; other branches go on", () => {
  const fan = shaped("fan", [[], [0], [0], [1]], "fail", { time: constant(100) });
  const log = simulated([instanceOf(fan, "a"), instanceOf(work, "b", { submittedAtMs: 50 })], {
    profile: "hard-limit,limit=2,cold=0ms",
    baseline: true,
  });
  assertEquals(log.outcomes(), { b: "completed", a: "dropped" });
  assertEquals(
    log.attempts.filter(({ instance }) => instance === "a").map(({ node, outcome }) => [node, outcome]),
    [
      ["n0", "ok"],
      ["n2", "throttled"],
      ["n1", "ok"],
      ["n3", "ok"],
    ],
  );
  assert(log.attempts.every(({ attempt, queuedMs }) => attempt === 1 && queuedMs === 0));
});

Deno.test("Simulation without a scheduler calls successors in the background where the provider has such calls", () => {
  const line = linear("line", 2, { time: constant(100) });
  const longer = single("longer", { time: constant(120) });
  const http = [50, 150, 250, 350].map((submittedAtMs, i) =>
    instanceOf(longer, `http${i}`, { submittedAtMs })
  );
  const busy = [instanceOf(line, "chain"), ...http];
  const log = simulated(busy, { profile: "background,limit=2,cold=0ms,backgroundshare=0.5", baseline: true });
  const second = log.attempts.find(({ node }) => node === "n1")!;
  assertEquals(
    [second.queuedMs, second.startedAtMs, second.runMs],
    [370, 470, 100],
    "it starves until the last HTTP call has ended",
  );
});

Deno.test("Simulation ends every instance once, and breaks no limit, whatever the provider does", () => {
  const profiles = fc.constantFrom(
    "ideal",
    "hard-limit,limit=3,cold=20ms",
    "hard-limit,limit=2,cold=0ms,queue=4",
    "ramp,limit=6,burst=2,ramp=600",
    "background,limit=3",
    "collapse,limit=4,cold=5ms",
  );
  const fan = shaped("fan", [[], [0], [0], [1, 2]], "fail", { time: constant(70) });
  const instances = fc.array(fc.tuple(fc.nat(500), fc.boolean()), { minLength: 1, maxLength: 40 }).map((
    list,
  ) =>
    list.sort(([a], [b]) => a - b).map(([submittedAtMs, isFan], i) =>
      instanceOf(isFan ? fan : work, `i${i}`, { submittedAtMs })
    )
  );
  fc.assert(
    fc.property(
      instances,
      profiles,
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      (list, profile, baseline, global) => {
        const log = simulated(list, { profile, baseline, limits: { global } });
        assertEquals(log.ends.map(({ instance }) => instance).sort(), list.map(({ id }) => id).sort());
        if (baseline) return;
        assert(log.ends.every(({ outcome }) => outcome === "completed"));
        const edges = log.attempts.flatMap(({ startedAtMs, runMs }) => [
          { atMs: startedAtMs, by: 1 },
          { atMs: startedAtMs + runMs, by: -1 },
        ]).sort((a, b) => a.atMs - b.atMs || a.by - b.by);
        let running = 0;
        for (const { by } of edges) assert((running += by) <= global);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("plannedArrivals() gives the same instances and run times for a seed, whenever they are asked for", () => {
  const noisy = chain("noisy", ({ call }) => {
    const f = fn("f", { time: { kind: "exponential", meanMs: 100 } });
    call(f, { after: call(f) });
  });
  const load = (seed: string) => ({
    workload: { chains: [{ chain: noisy }] },
    arrivals: poisson(10),
    bounds: { count: 2000 },
    labels: {},
    seed,
  });
  const all = (seed: string, order: (times: Arrival[]) => Arrival[] = (times) => times) =>
    new Map(
      order([...plannedArrivals(load(seed), 500)]).map((arrival) => [
        arrival.instance.id,
        [arrival.takenAtMs, arrival.course(1, undefined, 0).runMs, arrival.course(0, undefined, 3).runMs],
      ]),
    );
  const first = all("a");
  assertEquals(all("a", (times) => times.reverse()), first);
  const others = all("b");
  assert([...first.keys()].every((id) => !others.has(id)));
  const mean = [...first.values()].reduce((sum, [, a, b]) => sum + a! + b!, 0) / 4000;
  assertAlmostEquals(mean, 100, 5);
});
