/** Floors in virtual time: they are met while work waits, lent when none does, and refused with the numbers if they cannot be. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { constant, type Random, seededRandom } from "../../lib/model/mod.ts";
import { policyOf } from "../../lib/policies/mod.ts";
import { type Invocation, type Limits, Scheduler } from "../../lib/scheduler/mod.ts";
import { chosen } from "../lanes.ts";
import { instanceOf, makeScheduler, OK, single, startAll } from "./builders.ts";
import { type Contender, Contention } from "./contention.ts";
import { SaturatedLoad } from "./saturation.ts";

const SEEDS = [1, 2, 3];
const exponential = (meanMs: number) => (random: Random) => -meanMs * Math.log(1 - random.next());

/** Two tenants of three chains each, and one of five: functions are shared, so that floors cut across groups. */
const CONTENDERS: readonly Contender[] = ["acme", "other", "bulk", "bulk", "bulk"].flatMap((tenant, i) =>
  [40, 200, 900].map((ms) => ({
    name: `${tenant}${i}-${ms}`,
    ms,
    drawMs: exponential(ms),
    labels: { tenant },
  }))
);

/** The attempts of tenants in flight, on average over a time, in the order of the contenders. */
function heldBy(tenant: string, heldMs: readonly number[], forMs: number): number {
  return heldMs.reduce((sum, ms, i) => CONTENDERS[i]!.labels!.tenant === tenant ? sum + ms : sum, 0) / forMs;
}

const FLOORS: Limits = { floors: { labels: { tenant: { acme: 20, other: 8 } }, chains: { "bulk4-40": 3 } } };

for (const policy of chosen(["fair-share", "strict-priority", "fcfs"])) {
  Deno.test(`floors are met in 99 % of seconds, and no slot is idle, under ${policy}`, () => {
    for (const seed of SEEDS) {
      const contention = new Contention(CONTENDERS, {
        ...{ limit: 50, seed, policy: policyOf(policy) },
        limits: FLOORS,
      });
      contention.runFor(2000); // until the floors are reached
      let met = 0, held = 0;
      const seconds = 100;
      for (let second = 0; second < seconds; second++) {
        const { heldMs } = contention.runFor(1000);
        const isMet = heldBy("acme", heldMs, 1000) >= 19.999 && heldBy("other", heldMs, 1000) >= 7.999 &&
          heldMs.at(-3)! >= 2999;
        if (isMet) met++;
        held += heldMs.reduce((sum, ms) => sum + ms);
      }
      assert(met >= 0.99 * seconds, `met in ${met} of ${seconds} seconds`);
      assert(held >= 0.98 * 50 * seconds * 1000, `${held / 1000 / seconds} of 50 slots`);
    }
  });
}

Deno.test("floors are lent while nothing of theirs waits, and come back as slots free up", () => {
  const contenders: Contender[] = [
    { name: "often", ms: 100, labels: { tenant: "often" }, wants: (nowMs) => nowMs % 200_000 >= 100_000 },
    { name: "bulk", ms: 1000, drawMs: exponential(1000) },
  ];
  for (const seed of SEEDS) {
    const floors = { labels: { tenant: { often: 10 } } };
    const contention = new Contention(contenders, {
      limit: 40,
      seed,
      policy: policyOf("fcfs"),
      limits: { floors },
    });
    let met = 0, held = 0, waited = 0;
    for (let second = 0; second < 800; second++) {
      const { heldMs: [often, bulk] } = contention.runFor(1000);
      held += often! + bulk!;
      if (second % 200 < 100) continue;
      waited++;
      if (often! >= 9999) met++;
    }
    assert(held >= 0.98 * 40 * 800 * 1000, `${held / 800_000} of 40 slots`);
    assert(met >= 0.99 * waited, `met in ${met} of ${waited} seconds`);
  }
});

/** The invocations that start one after the other, each when one of those in flight has ended. */
function startsInTurn(scheduler: Scheduler, running: Invocation[], count: number): Invocation[] {
  return Array.from({ length: count }, () => {
    scheduler.settle(running.shift()!, OK, 0);
    return scheduler.next(0)!;
  });
}

function submitMany(scheduler: Scheduler, name: string, count: number, labels = {}, priority = 0): void {
  for (let i = 0; i < count; i++) {
    scheduler.submit(
      instanceOf(single(name), `${name}${JSON.stringify(labels)}${i}`, { labels, priority }),
      0,
    );
  }
}

Deno.test("what is below its floor gets each slot that frees up, whatever others' ranks are, and no more than its floor", () => {
  const limits: Limits = { global: 10, fixed: true, floors: { labels: { tenant: { acme: 3 } } } };
  const scheduler = makeScheduler("strict-priority", limits);
  submitMany(scheduler, "urgent", 20, {}, -1);
  const running = startAll(scheduler);
  assertEquals(running.length, 10, "all slots are lent");
  submitMany(scheduler, "slow", 10, { tenant: "acme" }, 9);
  const names = startsInTurn(scheduler, running, 6).map(({ chain }) => chain);
  assertEquals(names, ["slow", "slow", "slow", "urgent", "urgent", "urgent"]);
});

Deno.test("of several floors the one of which the least part is held goes first, then the one served longest ago", () => {
  const floors = { functions: { a: 2, b: 4 }, labels: { tenant: { c: 4 } } };
  const scheduler = makeScheduler("fcfs", { global: 10, fixed: true, floors });
  for (const name of ["a", "b"]) submitMany(scheduler, name, 9);
  submitMany(scheduler, "c", 9, { tenant: "c" });
  submitMany(scheduler, "d", 9);
  const names = startAll(scheduler).map(({ chain }) => chain).join("");
  assertEquals(names, "abcbcabcbc", "a holds 0, then a half, then all of its floor");
});

Deno.test("what counts for two floors goes first for either of them", () => {
  const floors = { functions: { f: 1 }, labels: { tenant: { acme: 2 } } };
  const scheduler = makeScheduler("fcfs", { global: 4, fixed: true, floors });
  submitMany(scheduler, "other", 9);
  submitMany(scheduler, "f", 1);
  submitMany(scheduler, "g", 1, { tenant: "acme" });
  submitMany(scheduler, "f", 9, { tenant: "acme" });
  const started = startAll(scheduler).map(({ chain, labels: { tenant = "" } }) => chain + tenant);
  assertEquals(started, ["f", "gacme", "facme", "other"]);
});

Deno.test("floors give way to ceilings: what is at a limit leaves its slots to the others", () => {
  const limits: Limits = {
    global: 6,
    fixed: true,
    functions: { f: 1 },
    floors: { labels: { tenant: { acme: 4 } } },
  };
  const scheduler = makeScheduler("fcfs", limits);
  submitMany(scheduler, "other", 9);
  submitMany(scheduler, "f", 9, { tenant: "acme" });
  const started = startAll(scheduler).map(({ chain }) => chain);
  assertEquals(started, ["f", "other", "other", "other", "other", "other"]);
});

Deno.test("floors that are set while work waits and runs are in force at once, and taken back as well", () => {
  const of = (floors: Limits["floors"]): Limits => ({ global: 4, fixed: true, ...floors && { floors } });
  const scheduler = makeScheduler("fcfs", of(undefined));
  submitMany(scheduler, "other", 20);
  submitMany(scheduler, "mine", 20);
  const running = startAll(scheduler);
  scheduler.setLimits(of({ chains: { mine: 2 } }));
  const first = startsInTurn(scheduler, running, 2);
  scheduler.setLimits(of(undefined));
  const last = startsInTurn(scheduler, running, 2);
  assertEquals([...first, ...last].map(({ chain }) => chain), ["mine", "mine", "other", "other"]);
});

Deno.test("impossible floors are refused with the numbers", () => {
  const tenants = (tenant: Record<string, number>) => ({ labels: { tenant } });
  const table: readonly [limits: Limits, message: string][] = [
    [
      { global: 100, floors: tenants({ acme: 80, other: 40 }) },
      "Cannot reserve 120 slots (tenant=acme 80, tenant=other 40): the limit is 100. " +
      "Lower the floors by 20, or raise the limit to 120",
    ],
    [
      { labels: { tenant: { "*": 5 } }, floors: tenants({ acme: 20 }) },
      "Cannot reserve 20 slots for tenant=acme: its ceiling is 5. Lower the floor, or raise the ceiling",
    ],
    [
      { functions: { f: 1 }, floors: { functions: { f: 2 } } },
      "Cannot reserve 2 slots for function f: its ceiling is 1. Lower the floor, or raise the ceiling",
    ],
    [
      { floors: { chains: { c: 0.5 } } },
      "Cannot reserve 0.5 slots for chain c: a floor is a whole number above 0",
    ],
    [
      { floors: tenants({ "*": 1 }) },
      "Cannot reserve 1 slots for tenant=*: a floor is for one value. Name each",
    ],
  ];
  for (const [limits, message] of table) {
    assertThrows(() => makeScheduler("fcfs", limits), RangeError, message);
    const scheduler = makeScheduler("fcfs", {});
    assertThrows(() => scheduler.setLimits(limits), RangeError, message);
    assertEquals(scheduler.limits, {});
  }
  const across = { global: 10, floors: { functions: { f: 10 }, labels: { tenant: { acme: 10 } } } };
  makeScheduler("fcfs", across); // the same slots can be those of both
});

/** A platform that runs 12 calls at once. */
class Twelve {
  running = 0;
  readonly of = new Map<string, number>();

  start(name: string) {
    if (this.running >= 12) return { kind: "refused", retryAfterMs: 0 } as const;
    this.running++;
    this.of.set(name, (this.of.get(name) ?? 0) + 1);
    return { kind: "started", delayMs: 0, cold: false } as const;
  }

  end(name: string): void {
    this.running--;
    this.of.set(name, this.of.get(name)! - 1);
  }
}

Deno.test("a limit that is found below the floors is shared in proportion to them, and the shortage is known", () => {
  const limits: Limits = { global: 1000, floors: { functions: { f0: 10, f1: 20 } } };
  const scheduler = new Scheduler({ policy: policyOf("fcfs"), limits, random: seededRandom(1) });
  const provider = new Twelve();
  const times = [100, 100, 100].map((ms) => constant(ms));
  const load = new SaturatedLoad({ scheduler, provider, times, travel: constant(1), seed: 1 });
  assertEquals(scheduler.floorShortage, undefined, "nothing is known yet");
  load.run(30_000);
  const mean = new Map<string, number>();
  for (let i = 0; i < 1000; i++) {
    load.run(17);
    for (const [name, running] of provider.of) mean.set(name, (mean.get(name) ?? 0) + running / 1000);
  }
  assertEquals(scheduler.floorShortage?.reserved, 30);
  assert(scheduler.floorShortage!.limit <= 13);
  const [f0 = 0, f1 = 0, f2 = 0] = ["f0", "f1", "f2"].map((name) => mean.get(name));
  assert(Math.abs(f1 / f0 - 2) < 0.2, `${f0} and ${f1} of 10 and 20`);
  assert(f2 < 0.1, "what has no floor waits");
});
