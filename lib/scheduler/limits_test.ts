import { assertEquals, assertThrows } from "@std/assert";
import { instanceOf, makeScheduler, OK, single, startAll } from "../../tests/scheduler/builders.ts";
import { seededRandom } from "../model/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { shareOfLimits } from "./limit_share.ts";
import type { Limits } from "./limits.ts";
import { Scheduler } from "./scheduler.ts";

/** Number of starts by tenant, of ten instances of each. */
function startedOf(limits: Limits, tenants: readonly string[]): Record<string, number> {
  const scheduler = makeScheduler("fcfs", { ...limits, fixed: true });
  const one = single("one");
  for (let i = 0; i < 10; i++) {
    for (const tenant of tenants) {
      const labels = tenant === "" ? {} : { tenant };
      scheduler.submit(instanceOf(one, `${tenant}${i}`, { labels }), 0);
    }
  }
  const counts: Record<string, number> = {};
  for (const { labels } of startAll(scheduler)) {
    counts[labels.tenant ?? ""] = (counts[labels.tenant ?? ""] ?? 0) + 1;
  }
  return counts;
}

Deno.test("Limits of labels are of each value, of values by name, and of the others by *", () => {
  const tenants = ["acme", "other", "another", ""];
  const table: [labels: Limits["labels"], expected: Record<string, number>][] = [
    [{ tenant: 3 }, { acme: 3, other: 3, another: 3, "": 10 }],
    [{ tenant: { acme: 5, "*": 2 } }, { acme: 5, other: 2, another: 2, "": 10 }],
    [{ tenant: { acme: 5 } }, { acme: 5, other: 10, another: 10, "": 10 }],
    [{ tenant: { "*": 1, other: 4 } }, { acme: 1, other: 4, another: 1, "": 10 }],
  ];
  for (const [labels, expected] of table) assertEquals(startedOf({ labels: labels! }, tenants), expected);
});

Deno.test("Limits of functions and chains are of those by name, and of each of the others by *", () => {
  const limits = { chains: { one: 4, "*": 3 }, functions: { two: 1, "*": 2 } };
  const startedOf = (name: string, limits: Limits) => {
    const scheduler = makeScheduler("fcfs", { ...limits, fixed: true });
    for (let i = 0; i < 10; i++) scheduler.submit(instanceOf(single(name), `${i}`), 0);
    return startAll(scheduler).length;
  };
  for (const [name, chains, functions] of [["one", 4, 2], ["two", 3, 1], ["constructor", 3, 2]] as const) {
    assertEquals(startedOf(name, { chains: limits.chains }), chains);
    assertEquals(startedOf(name, limits), functions);
  }
});

Deno.test("Scheduler.setLimits() changes the limit of one value of a label", () => {
  const limits = (acme: number): Limits => ({ fixed: true, labels: { tenant: { acme, "*": 2 } } });
  const scheduler = makeScheduler("fcfs", limits(1));
  for (let i = 0; i < 5; i++) {
    scheduler.submit(instanceOf(single("one"), `${i}`, { labels: { tenant: "acme" } }), 0);
  }
  const [first] = startAll(scheduler);
  assertEquals(scheduler.stats().running, 1);
  scheduler.setLimits(limits(3));
  assertEquals(startAll(scheduler).length, 2);
  scheduler.setLimits(limits(2));
  scheduler.settle(first!, OK, 0);
  assertEquals(scheduler.next(0), undefined);
});

Deno.test("Scheduler refuses the limit of a label's value that is no whole number above 0", () => {
  for (const max of [0, -1, 1.5, NaN]) {
    const make = () => makeScheduler("fcfs", { labels: { tenant: { acme: max } } });
    assertThrows(make, RangeError, `Cannot limit what runs of tenant=acme to ${max}`);
  }
});

Deno.test("shareOfLimits() divides the limits of a label's values", () => {
  const limits = { labels: { tenant: { acme: 10, "*": 4 }, team: 6 } };
  const half = shareOfLimits(limits, { from: 0.5, to: 1 });
  assertEquals(half, { labels: { tenant: { acme: 5, "*": 2 }, team: 3 } });
});

Deno.test("Limits of labels do not count for others, whatever signs names and values are of", () => {
  const started = (limits: Limits, all: readonly Readonly<Record<string, string>>[]) => {
    const scheduler = makeScheduler("fcfs", { ...limits, fixed: true });
    all.forEach((labels, i) => scheduler.submit(instanceOf(single("one"), `${i}`, { labels }), 0));
    return startAll(scheduler).map(({ labels }) => labels);
  };
  const apart = [{ a: "b c" }, { "a b": "c" }];
  assertEquals(started({ labels: { a: 1, "a b": 1 } }, apart), apart);
  const odd = { tenant: "x\nlabel region y" }, both = { tenant: "x", region: "y" };
  const labels = { tenant: { x: 1, [odd.tenant]: 3 }, region: { y: 1 } };
  assertEquals(started({ labels }, [odd, both, both]), [odd, both]);
  const floors = { labels: { tenant: { x: 1, "x\nlabel region y": 1 }, region: { y: 1 } } };
  const other = { tenant: "other" };
  assertEquals(started({ global: 2, floors }, [odd, other, other, both]), [both, odd]);
});

Deno.test("Scheduler.setLimits() tells limits of labels apart, whatever signs names and values are of", () => {
  const scheduler = makeScheduler("fcfs", { fixed: true, labels: { a: { "b=c": 1 } } });
  scheduler.setLimits({ fixed: true, labels: { "a=b": { c: 1 } } });
  const labels = { a: "b=c" };
  for (const id of ["first", "second"]) scheduler.submit(instanceOf(single("one"), id, { labels }), 0);
  assertEquals(startAll(scheduler).length, 2);
});

Deno.test("Limits go by the labels that an instance has, not by what every object inherits", () => {
  const free = { "": 10 }, label = "constructor";
  assertEquals(startedOf({ labels: { [label]: 2 } }, [""]), free);
  assertEquals(
    startedOf({ global: 10, labels: {}, floors: { labels: { [label]: { name: 3 } } } }, [""]),
    free,
  );
});

Deno.test("Limits of platforms go by name, not by what every object inherits", () => {
  const scheduler = new Scheduler({
    policy: policyOf("fcfs"),
    limits: { global: 5, platforms: {} },
    platforms: [{ name: "constructor" }],
    random: seededRandom(1),
  });
  for (let i = 0; i < 10; i++) scheduler.submit(instanceOf(single("one"), `${i}`), 0);
  assertEquals(startAll(scheduler).length, 5);
});
