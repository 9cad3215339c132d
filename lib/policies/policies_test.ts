import { assertEquals } from "@std/assert";
import {
  BROKEN,
  instanceOf,
  linear,
  makeScheduler,
  OK,
  SHAKY,
  single,
  startAll,
  words,
} from "../../tests/scheduler/builders.ts";
import { chain, constant, fn } from "../model/mod.ts";
import { policyOf } from "./mod.ts";

Deno.test("running-first finishes chains that have started before it starts new ones", () => {
  const scheduler = makeScheduler("running-first", { global: 1 });
  for (const id of ["a", "b"]) scheduler.submit(instanceOf(linear("line", 3), id), 0);
  const order = [];
  for (let task = scheduler.next(0); task; task = scheduler.next(0)) {
    scheduler.settle(task, OK, 0);
    order.push(task);
  }
  assertEquals(words(order), "a/n0 a/n1 a/n2 b/n0 b/n1 b/n2");
});

Deno.test("fcfs goes by when an invocation became ready, whatever its chain", () => {
  const scheduler = makeScheduler("fcfs", { global: 1 });
  for (const id of ["a", "b"]) scheduler.submit(instanceOf(linear("line", 2), id), 0);
  const order = [];
  for (let task = scheduler.next(0), nowMs = 1; task; task = scheduler.next(nowMs), nowMs++) {
    scheduler.settle(task, OK, nowMs);
    order.push(task);
  }
  assertEquals(words(order), "a/n0 b/n0 a/n1 b/n1");
});

Deno.test("shortest-job-first takes the chain with the least left to do", () => {
  const scheduler = makeScheduler("shortest-job-first");
  const times = { long: ["10ms", "90ms"], short: ["50ms"], middle: ["5ms", "60ms"] };
  for (const [name, line] of Object.entries(times)) {
    const made = chain(name, ({ call }) => {
      line.forEach((time, i) =>
        call(fn(`${name}${i}`, { time: constant(time) }), { after: i ? `${name}0` : [] })
      );
    });
    scheduler.submit(instanceOf(made, name), 0);
  }
  const started = startAll(scheduler);
  assertEquals(words(started), "short/short0 middle/middle0 long/long0");
  for (const task of started) scheduler.settle(task, OK, 1);
  assertEquals(words(startAll(scheduler)), "middle/middle1 long/long1");
});

Deno.test("least-attained takes the chain whose attempts have held slots for the least time, failed ones too", () => {
  const scheduler = makeScheduler("least-attained", { global: 1 });
  const took: Record<string, readonly number[]> = { a: [50, 1, 1], b: [20, 40, 1], c: [30, 10, 1] };
  for (const id of Object.keys(took)) scheduler.submit(instanceOf(linear("line", 3), id), 0);
  const order = [];
  let nowMs = 0;
  for (let task = scheduler.next(nowMs); task; task = scheduler.next(nowMs)) {
    nowMs += took[task.instance]![task.nodeIndex]!;
    scheduler.settle(task, OK, nowMs);
    order.push(task);
  }
  assertEquals(words(order), "a/n0 b/n0 c/n0 b/n1 c/n1 c/n2 a/n1 a/n2 b/n2");
  scheduler.submit(instanceOf(single("retried", { attempts: 2 }), "d"), nowMs);
  const task = scheduler.next(nowMs)!;
  assertEquals(task.attainedMs, 0);
  const { retryAtMs } = scheduler.settle(task, SHAKY, nowMs + 70);
  assertEquals(scheduler.next(retryAtMs!)!.attainedMs, 70);
});

Deno.test("least-attained goes on from what an instance held at another consumer, or before a restart", () => {
  const scheduler = makeScheduler("least-attained", { global: 1 });
  const done = (node: number, runMs: number) => ({
    ...{ node, state: "ok" as const, attempts: 1, output: OK.output, runMs },
  });
  scheduler.submit(instanceOf(linear("line", 3), "much"), 0, [done(0, 300), done(1, 400)]);
  scheduler.submit(instanceOf(linear("line", 3), "less"), 0, [done(0, 500)]);
  scheduler.submit(instanceOf(linear("line", 3), "new"), 0);
  const mapped = chain("mapped", ({ call }) => {
    call(fn("next"), { after: call(fn("item"), { map: "args.list" }) });
  });
  const items = [{ ...done(0, 600), item: 0 }, { ...done(0, 10), item: 1 }, done(0, 610)];
  scheduler.submit(instanceOf(mapped, "items"), 0, items);
  const order = [0, 1, 2, 3].map(() => {
    const task = scheduler.next(0)!;
    scheduler.settle(task, BROKEN, 0);
    return [task.instance, task.attainedMs];
  });
  assertEquals(order, [["new", 0], ["less", 500], ["items", 610], ["much", 700]]);
});

Deno.test("least-attained counts what the items of a map held, though the chain has one node", () => {
  const scheduler = makeScheduler("least-attained", { global: 1 });
  const mapped = chain("mapped", ({ call }) => {
    call(fn("item"), { map: "args.list", concurrency: 1 });
  });
  scheduler.submit(instanceOf(mapped, "m"), 0);
  scheduler.decide("m", 0, { kind: "map", count: 2 }, 0);
  scheduler.settle(scheduler.next(0)!, OK, 40);
  scheduler.submit(instanceOf(single("one"), "new"), 40);
  const first = scheduler.next(40)!;
  assertEquals(first.instance, "new");
  scheduler.settle(first, OK, 50);
  assertEquals(scheduler.next(50)!.attainedMs, 40);
});

Deno.test("least-attained counts what a chain of one node held when it is undone", () => {
  const scheduler = makeScheduler("least-attained", { global: 1 });
  const saga = chain("saga", ({ call, onFailed }) => {
    call(fn("work"));
    onFailed(fn("undo"));
  });
  scheduler.submit(instanceOf(saga, "u"), 0);
  const task = scheduler.next(0)!;
  scheduler.cancel("u", 10);
  scheduler.settle(task, OK, 40);
  const undo = scheduler.next(40)!;
  assertEquals([undo.function, undo.attainedMs], ["undo", 40]);
});

/** Runs of each group when every group always has something waiting. */
function sharesOf(
  by: string | undefined,
  groups: readonly { name: string; weight?: number }[],
  global: number,
) {
  const scheduler = makeScheduler(policyOf("fair-share", by === undefined ? {} : { by }), {
    global,
    fixed: true,
  });
  for (const { name, weight = 1 } of groups) {
    const made = single(by === undefined ? name : "same");
    for (let i = 0; i < global; i++) {
      const labels = by === undefined || name === "" ? {} : { [by]: name };
      scheduler.submit(instanceOf(made, `${name}${i}`, { weight, labels }), 0);
    }
  }
  const counts = Object.groupBy(startAll(scheduler), (task) => task.labels[by ?? ""] ?? task.chain);
  return Object.fromEntries(Object.entries(counts).map(([name, tasks]) => [name, tasks!.length]));
}

Deno.test("fair-share divides the concurrency equally, or by the declared weights", () => {
  const table = [
    { groups: [{ name: "a" }, { name: "b" }], shares: { a: 6, b: 6 } },
    { groups: [{ name: "a", weight: 2 }, { name: "b" }], shares: { a: 8, b: 4 } },
    { groups: [{ name: "a", weight: 0.5 }, { name: "b", weight: 1.5 }], shares: { a: 3, b: 9 } },
    { groups: [{ name: "a" }, { name: "b" }, { name: "c", weight: 4 }], shares: { a: 2, b: 2, c: 8 } },
  ];
  for (const { groups, shares } of table) {
    assertEquals(sharesOf(undefined, groups, 12), shares);
    assertEquals(sharesOf("tenant", groups, 12), shares);
  }
});

Deno.test("fair-share --by counts those without the label as one group", () => {
  assertEquals(sharesOf("tenant", [{ name: "a" }, { name: "" }], 4), { a: 2, same: 2 });
});

Deno.test("fair-share --by goes by the labels that an instance has, not by what every object inherits", () => {
  const scheduler = makeScheduler(policyOf("fair-share", { by: "constructor" }));
  for (const labels of [{}, { constructor: "acme" }]) {
    scheduler.submit(instanceOf(single("a"), JSON.stringify(labels), { labels }), 0);
  }
  assertEquals(startAll(scheduler).length, 2);
});

Deno.test("fair-share gives what one does not use to the others, and takes it back as attempts end", () => {
  const scheduler = makeScheduler("fair-share", { global: 4 });
  for (let i = 0; i < 9; i++) scheduler.submit(instanceOf(single("a"), `a${i}`), 0);
  const running = startAll(scheduler);
  assertEquals(running.length, 4);
  for (let i = 0; i < 3; i++) scheduler.submit(instanceOf(single("b"), `b${i}`), 0);
  const order = running.map((task) => {
    scheduler.settle(task, OK, 1);
    return scheduler.next(1)!.chain;
  });
  assertEquals(order.join(""), "bbaa");
});

Deno.test("fair-share+shortest-job-first shares between chains and takes each one's shortest", () => {
  const scheduler = makeScheduler("fair-share+shortest-job-first");
  const make = (name: string) =>
    chain(name, ({ call }) => {
      for (const ms of [30, 10, 20]) call(fn(`${name}${ms}`, { time: constant(ms) }));
    });
  for (const name of ["a", "b"]) scheduler.submit(instanceOf(make(name), name), 0);
  assertEquals(words(startAll(scheduler)), "a/a10 b/b10 a/a20 b/b20 a/a30 b/b30");
});
