/**
 * Changes of policy and limits while 100,000 invocations wait: none is lost, and the order is the new one's. Sorting finds
 * the expected order; the oracle tests compare every decision, in small scenes with all other changes.
 */
import { assert, assertEquals } from "@std/assert";
import type { Instance } from "../../lib/model/mod.ts";
import { policyOf } from "../../lib/policies/mod.ts";
import type { FixedLimits, Invocation, Scheduler, StartRate } from "../../lib/scheduler/mod.ts";
import { instanceOf, makeScheduler, OK, single, startAll } from "./builders.ts";
import { runs } from "../lanes.ts";

const QUEUED = runs(100_000);

const chains = [70, 20, 50, 90].map((ms, priority) =>
  single(`c${ms}`, { time: { kind: "constant", ms }, priority })
);
const tenants = ["red", "green", "blue"];

const instances = Array.from({ length: QUEUED }, (_, i) =>
  instanceOf(chains[i % chains.length]!, `${i}`, {
    labels: { tenant: tenants[i % tenants.length]! },
    submittedAtMs: i,
    deadlineMs: QUEUED + (i * 7919) % QUEUED, // each its own, in no order
  }));

/** A policy written a second time: the group, if it shares, and the rank within. */
interface Expectation {
  readonly group?: (instance: Instance) => string;
  readonly rank: (instance: Instance) => number;
}

const timeOf = ({ chain }: Instance) => Number(chain.name.slice(1));
const tenantOf = ({ labels }: Instance) => labels.tenant!;

const POLICIES: Readonly<Record<string, Expectation>> = {
  "fcfs": { rank: ({ submittedAtMs }) => submittedAtMs },
  "shortest-job-first": { rank: timeOf },
  "strict-priority": { rank: ({ chain }) => chains.indexOf(chain) },
  "deadline": { rank: ({ deadlineMs }) => deadlineMs },
  "fair-share": { group: tenantOf, rank: ({ submittedAtMs }) => submittedAtMs },
  "fair-share+deadline": { group: tenantOf, rank: ({ deadlineMs }) => deadlineMs },
};

const makePolicy = (name: string) => policyOf(name, { by: "tenant" });

/** In the order of ranks, or, if they are shared, one of each group in turn; before it, that of submission. */
function inOrder(rest: readonly Instance[], { group = () => "", rank }: Expectation): Instance[] {
  const groups = Map.groupBy(rest, group);
  const lists = [...groups.values()].map((own) => own.toSorted((a, b) => rank(a) - rank(b)));
  const longest = Math.max(...lists.map((list) => list.length));
  if (lists.length === 1) return lists[0]!;
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
}

function submitAll(scheduler: Scheduler): void {
  for (const instance of instances) scheduler.submit(instance, instance.submittedAtMs);
}

/** Lets some run, one after the other. */
function runSome(scheduler: Scheduler, count: number): Instance[] {
  return Array.from({ length: count }, () => {
    const task = scheduler.next(QUEUED)!;
    scheduler.settle(task, OK, QUEUED);
    return task.of;
  });
}

/** A sequence of names in which each ordered pair of them stands side by side once: an Euler circuit. */
function everyPair(names: readonly string[]): string[] {
  const left = new Map(names.map((name) => [name, names.filter((other) => other !== name)]));
  const walk = (name: string): string[] => {
    const path: string[] = [];
    for (let next = left.get(name)!.pop(); next !== undefined; next = left.get(name)!.pop()) {
      path.unshift(...walk(next));
    }
    return [name, ...path];
  };
  return walk(names[0]!);
}

Deno.test("Scheduler.setPolicy() loses nothing of what waits and goes on in the new order, from each policy to each", () => {
  const way = everyPair(Object.keys(POLICIES));
  assertEquals(new Set(way.slice(1).map((name, i) => `${way[i]} ${name}`)).size, 6 * 5);
  const scheduler = makeScheduler(makePolicy(way[0]!));
  submitAll(scheduler);
  const left = new Set(instances);
  const check = (name: string, ran: readonly Instance[]) => {
    const expected = inOrder([...left], POLICIES[name]!).slice(0, ran.length);
    assertEquals(ran.map(({ id }) => id).join(), expected.map(({ id }) => id).join(), name);
    for (const instance of ran) assert(left.delete(instance));
  };
  check(way[0]!, runSome(scheduler, 90));
  for (const name of way.slice(1)) {
    scheduler.setPolicy(makePolicy(name));
    assertEquals(scheduler.stats().ready, left.size);
    check(name, runSome(scheduler, 90));
  }
  check(way.at(-1)!, runSome(scheduler, left.size));
  assertEquals([left.size, scheduler.stats().instances], [0, 0]);
});

const LIMITS: Readonly<Record<string, FixedLimits>> = {
  all: { global: 30 },
  functions: { global: 60, functions: { c70: 5, c20: 3 } },
  chains: { global: 70, chains: { c50: 7, c90: 1 } },
  labels: { global: 80, labels: { tenant: 11 } },
  labelValues: { global: 85, labels: { tenant: { red: 3, "*": 17 } } },
  rate: { global: 90, rate: 50 },
  functionRates: { global: 100, functionRates: { c20: 20, c90: 100 } },
  several: { global: 110, functions: { c70: 15 }, labels: { tenant: 30 }, functionRates: { c50: 40 } },
};

/** The invocations that may start at one instant, by going through all in their order; `running` is beside them. */
function fitting(
  ordered: readonly Instance[],
  limits: FixedLimits,
  running: readonly Instance[],
): Instance[] {
  const { global = Infinity, functions = {}, chains = {}, labels = {}, rate, functionRates = {} } = limits;
  const burst = (perS: number | StartRate = Infinity) => {
    assert(typeof perS === "number");
    return Math.max(1, perS / 10);
  };
  const counts = new Map<string, number>();
  const started = new Map<string, number>();
  const limitsOf = ({ chain: { name }, labels: own }: Instance): [key: string, max: number][] => [
    ["all", global],
    [`function ${name}`, functions[name] ?? Infinity],
    [`chain ${name}`, chains[name] ?? Infinity],
    ...Object.entries(labels).map(([label, limit]): [string, number] => {
      const byValue = typeof limit === "number" ? { "*": limit } : limit;
      return [`label ${own[label]}`, byValue[own[label]!] ?? byValue["*"] ?? Infinity];
    }),
  ];
  const ratesOf = ({ chain: { name } }: Instance): [key: string, max: number][] => [
    ["all", burst(rate)],
    [name, burst(functionRates[name])],
  ];
  const enter = (counts: Map<string, number>, entries: readonly [string, number][]) => {
    for (const [key] of entries) counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const hasRoom = (counts: Map<string, number>, entries: readonly [string, number][]) =>
    entries.every(([key, max]) => (counts.get(key) ?? 0) < max);
  for (const instance of running) enter(counts, limitsOf(instance));
  return ordered.filter((instance) => {
    if (counts.get("all")! >= global) return false;
    const own = limitsOf(instance), rates = ratesOf(instance);
    if (!hasRoom(counts, own) || !hasRoom(started, rates)) return false;
    enter(counts, own);
    enter(started, rates);
    return true;
  });
}

Deno.test("Scheduler.setLimits() loses nothing of what waits and obeys the new limits, from each kind to each", () => {
  const scheduler = makeScheduler("deadline");
  submitAll(scheduler);
  const left = new Set(inOrder(instances, POLICIES.deadline!));
  let running: Invocation[] = [];
  let nowMs = QUEUED;
  for (const name of everyPair(Object.keys(LIMITS))) {
    const limits = LIMITS[name]!;
    scheduler.setLimits({ ...limits, fixed: true });
    assertEquals([scheduler.stats().ready, scheduler.stats().running], [left.size, running.length]);
    for (const task of running.splice(0, 40)) scheduler.settle(task, OK, nowMs);
    const expected = fitting([...left], limits, running.map((task) => task.of));
    const started = startAll(scheduler, nowMs += 10_000); // rates have been forgotten by then
    assertEquals(started.map((task) => task.of.id).join(), expected.map(({ id }) => id).join(), name);
    for (const task of started) assert(left.delete(task.of));
    running = [...running, ...started];
  }
  scheduler.setLimits({});
  for (const task of [...running, ...startAll(scheduler, nowMs)]) {
    scheduler.settle(task, OK, nowMs);
    left.delete(task.of);
  }
  assertEquals([left.size, scheduler.stats().instances], [0, 0]);
});
