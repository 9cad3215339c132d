import { assert, assertEquals } from "@std/assert";
import { chain, constant, fn, type Instance, seededRandom } from "../model/mod.ts";
import { parseProfile } from "../provider/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { type Limits, Scheduler } from "../scheduler/mod.ts";
import { EventLog } from "../../tests/programs/event_log.ts";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import { plannedArrivals, Simulation } from "./mod.ts";
import type { Arrival } from "./arrival.ts";

interface Setup {
  readonly items?: number;
  readonly baseline?: boolean;
  readonly limits?: Limits;
  readonly profile?: string;
  readonly fails?: (instance: string, node: string) => boolean;
}

/** An instance whose nodes take what their functions declare. */
function arrivalOf(instance: Instance, fails: NonNullable<Setup["fails"]>): Arrival {
  const { id, chain: { nodes } } = instance;
  return {
    instance,
    takenAtMs: instance.submittedAtMs,
    course: (node) => ({
      runMs: (nodes[node]!.fn.time as { ms: number }).ms,
      ...fails(id, nodes[node]!.name) && { fails: "for good" },
    }),
    durableMs: () => 0,
    called: (instance) => arrivalOf(instance, fails),
  };
}

function simulatedArrivals(arrivals: Iterable<Arrival>, setup: Setup = {}): EventLog {
  const { items = 1, baseline = false, limits = {}, profile = "ideal" } = setup;
  const log = new EventLog();
  const random = seededRandom(1);
  const scheduler = baseline
    ? {}
    : { scheduler: new Scheduler({ policy: policyOf("fcfs"), limits, random }) };
  const simulation = new Simulation({
    arrivals,
    profile: parseProfile(profile),
    random,
    recorder: log,
    items,
    ...scheduler,
  });
  while (simulation.advance(1000));
  return log;
}

const simulated = (instance: Instance, setup: Setup = {}) =>
  simulatedArrivals([arrivalOf(instance, setup.fails ?? (() => false))], setup);

const work = (name: string, ms: number) => fn(name, { time: constant(ms), attempts: 1 });

/** Each attempt as `instance/node#item start-end`. */
const spans = (log: EventLog) =>
  log.attempts.map(({ instance, node, item, startedAtMs, runMs }) =>
    `${instance}:${node}${item === undefined ? "" : `#${item}`} ${startedAtMs}-${startedAtMs + runMs}`
  ).sort();

const mapping = chain("mapping", ({ call }) => {
  const list = call(work("list", 10));
  const each = call(work("each", 20), { after: list, map: "inputs.list", concurrency: 2 });
  call(work("sum", 5), { after: each, when: "$count(inputs.each) > 9" });
});

Deno.test("Simulation gives maps as many items as it is told, and counts conditions as true", () => {
  const log = simulated(instanceOf(mapping, "a"), { items: 3 });
  assertEquals(spans(log), [
    "a:each#0 10-30",
    "a:each#1 10-30",
    "a:each#2 30-50",
    "a:list 0-10",
    "a:sum 50-55",
  ]);
  assertEquals(log.ends.map(({ outcome, endedAtMs, idealMs }) => [outcome, endedAtMs, idealMs]), [
    ["completed", 55, 35],
  ]);
  assertEquals(spans(simulated(instanceOf(mapping, "a"))), ["a:each#0 10-30", "a:list 0-10", "a:sum 30-35"]);
});

Deno.test("Simulation without a scheduler triggers all items of a map at once", () => {
  const log = simulated(instanceOf(mapping, "a"), { items: 3, baseline: true });
  assertEquals(spans(log), [
    "a:each#0 10-30",
    "a:each#1 10-30",
    "a:each#2 10-30",
    "a:list 0-10",
    "a:sum 30-35",
  ]);
  assertEquals(log.outcomes(), { a: "completed" });
  const full = { profile: "hard-limit,limit=2,cold=0ms,queue=5", items: 3, baseline: true };
  assertEquals(spans(simulated(instanceOf(mapping, "a"), full)).at(-1), "a:sum 50-55", "after the last item");
});

const inner = chain("inner", ({ call }) => void call(work("last", 7), { after: call(work("first", 3)) }));
const middle = chain("middle", ({ call }) => void call(inner, { name: "deep" }));
const outer = chain("outer", ({ call }) => {
  call(inner, { name: "one", after: call(middle, { name: "many", map: "args.list" }) });
});
const saga = chain("saga", ({ call, onFailed }) => {
  call(middle, { name: "many", after: call(work("begin", 1)), map: "args.list" });
  onFailed(work("undo", 4));
});

for (const baseline of [false, true]) {
  Deno.test(`Simulation runs chains that are called as instances of their own${baseline ? ", alone" : ""}`, () => {
    const log = simulated(instanceOf(outer, "a", { labels: { tenant: "t" } }), { items: 2, baseline });
    assertEquals(spans(log), [
      "a/many/0/deep:first 0-3",
      "a/many/0/deep:last 3-10",
      "a/many/1/deep:first 0-3",
      "a/many/1/deep:last 3-10",
      "a/one:first 10-13",
      "a/one:last 13-20",
    ]);
    const submitted = log.submits.map(({ instance, chain, parent, submittedAtMs, labels }) =>
      `${instance} ${chain} ${parent} ${submittedAtMs} ${labels.tenant}`
    );
    assertEquals(submitted.sort(), [
      "a outer undefined 0 t",
      "a/many/0 middle a 0 t",
      "a/many/0/deep inner a/many/0 0 t",
      "a/many/1 middle a 0 t",
      "a/many/1/deep inner a/many/1 0 t",
      "a/one inner a 10 t",
    ]);
    assert(Object.values(log.outcomes()).every((outcome) => outcome === "completed"));
    assertEquals(log.ends.find(({ instance }) => instance === "a")!.idealMs, 20);
  });
}

Deno.test("Simulation ends what has called when what it called fails, with what else was called, and undoes", () => {
  const fails = (instance: string, node: string) => instance === "a/many/0/deep" && node === "first";
  const log = simulated(instanceOf(saga, "a"), { items: 3, limits: { global: 2 }, fails });
  assertEquals(spans(log), [
    "a/many/0/deep:first 1-4",
    "a/many/1/deep:first 1-4",
    "a:begin 0-1",
    "a:undo 4-8",
  ]);
  assertEquals(log.outcomes(), {
    "a": "failed",
    "a/many/0": "failed",
    "a/many/0/deep": "failed",
    "a/many/1": "cancelled",
    "a/many/1/deep": "cancelled",
    "a/many/2": "cancelled",
    "a/many/2/deep": "cancelled",
  });
  assertEquals(
    log.ends.find(({ instance }) => instance === "a")!.reason,
    "node many: item 0: a/many/0 has failed: node deep: a/many/0/deep has failed: " +
      "node first: it failed when it was recorded",
  );
});

Deno.test("Simulation without a scheduler drops what has called with what it called; other items go on", () => {
  const fails = (instance: string, node: string) => instance === "a/many/0/deep" && node === "first";
  const log = simulated(instanceOf(saga, "a"), { items: 2, baseline: true, fails });
  assertEquals(spans(log), [
    "a/many/0/deep:first 1-4",
    "a/many/1/deep:first 1-4",
    "a/many/1/deep:last 4-11",
    "a:begin 0-1",
  ]);
  assertEquals(log.outcomes(), {
    "a": "dropped",
    "a/many/0": "dropped",
    "a/many/0/deep": "dropped",
    "a/many/1": "completed",
    "a/many/1/deep": "completed",
  });
});

const called = single("called", { time: constant(10) });
const slow = chain("slow", ({ call, onFailed }) => {
  call(called, { name: "calls", after: call(work("begin", 1)), map: "args.list" });
  onFailed(work("undo", 4));
}, { timeLimit: "5ms" });
const oneAtATime = { functions: { called: 1 } };

Deno.test("Simulation undoes what comes to its limit of time when what it called has ended", () => {
  const log = simulated(instanceOf(slow, "a"), { items: 2, limits: oneAtATime });
  assertEquals(spans(log), ["a/calls/0:called 1-11", "a:begin 0-1", "a:undo 11-15"]);
  assertEquals(log.outcomes(), { "a": "failed", "a/calls/0": "cancelled", "a/calls/1": "cancelled" });
});

Deno.test("Simulation undoes at once what comes to its limit of time while nothing of it runs", () => {
  const arrivals = [instanceOf(called, "b"), instanceOf(slow, "a")].map((instance) =>
    arrivalOf(instance, () => false)
  );
  const log = simulatedArrivals(arrivals, { limits: oneAtATime });
  assertEquals(spans(log), ["a:begin 0-1", "a:undo 5-9", "b:called 0-10"]);
  assertEquals(log.outcomes(), { "a": "failed", "a/calls/0": "cancelled", "b": "completed" });
});

Deno.test("plannedArrivals() gives items and called chains times of their own, the same with and without Sequoia", () => {
  const noisy = { kind: "exponential", meanMs: 100 } as const;
  const leaf = chain("leaf", ({ call }) => void call(fn("f", { time: noisy }), { map: "args.list" }));
  const root = chain("root", ({ call }) => void call(leaf, { map: "args.list" }));
  const load = {
    workload: { chains: [{ chain: root }] },
    arrivals: { kind: "burst", size: 20 } as const,
    bounds: {},
    labels: {},
    seed: "s",
  };
  const times = (setup: Setup) =>
    new Map(
      simulatedArrivals(plannedArrivals(load), { items: 5, ...setup }).attempts
        .map(({ instance, item, runMs }) => [`${instance} ${item}`, Math.round(1e6 * runMs)] as const)
        .sort(([a], [b]) => a < b ? -1 : 1),
    );
  const alone = times({ baseline: true });
  assertEquals(alone.size, 20 * 5 * 5);
  assertEquals(new Set(alone.values()).size, alone.size, "no two take the same time");
  assertEquals(times({ limits: { global: 7 } }), alone);
});
