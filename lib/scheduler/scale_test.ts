import { assert, assertEquals } from "@std/assert";
import { BROKEN, instanceOf, makeScheduler, OK, shaped } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, fn, MAX_NODES, type NodeRecord, NULL } from "../model/mod.ts";

/** The most nodes there may be: what costs their square, or a stack frame each, shows at once. */
const LINE = Array.from({ length: MAX_NODES }, (_, i) => i === 0 ? [] : [i - 1]);
const FAN = Array.from({ length: MAX_NODES }, (_, i) => i === 0 ? [] : [0]);
const ROOTS = Array.from({ length: MAX_NODES }, () => []);

/** As a builder would make it, of one function. */
function large(name: string, after: readonly (readonly number[])[], onFailure: "fail" | "skip"): Chain {
  const one = chain(name, ({ call }) => {
    call(fn("f"), { onFailure });
  });
  const [node] = one.nodes;
  return { name, nodes: after.map((before, i) => ({ ...node!, name: `n${i}`, after: before })) };
}

Deno.test("Scheduler.settle() skips a line and a fan of the most nodes", () => {
  for (const after of [LINE, FAN]) {
    const scheduler = makeScheduler();
    scheduler.submit(instanceOf(large("c", after, "skip"), "a"), 0);
    const { skipped, ended } = scheduler.settle(scheduler.next(0)!, BROKEN, 0);
    assertEquals(skipped.length, MAX_NODES - 1);
    assertEquals(ended?.outcome, "completed");
  }
});

Deno.test("Scheduler settles a line, a fan, a join and roots of the most nodes", () => {
  const join = [...ROOTS.slice(1), Array.from({ length: MAX_NODES - 1 }, (_, i) => i)];
  for (const after of [LINE, FAN, join, ROOTS]) {
    const scheduler = makeScheduler("fair-share+shortest-job-first", { global: 100 });
    scheduler.submit(instanceOf(large("c", after, "fail"), "a"), 0);
    let settled = 0;
    for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0), settled++) {
      scheduler.settle(task, OK, 0);
    }
    assertEquals(settled, MAX_NODES);
    assertEquals(scheduler.stats().instances, 0);
  }
});

Deno.test("Scheduler.submit() resumes and Scheduler.cancel() ends a chain of the most nodes", () => {
  for (const after of [LINE, FAN, ROOTS]) {
    const scheduler = makeScheduler("running-first");
    const instance = instanceOf(large("c", after, "fail"), "a");
    const progress = after.slice(1).map((_, node): NodeRecord => ({
      node,
      state: "ok",
      attempts: 1,
      output: NULL,
    }));
    scheduler.submit(instance, 0, progress);
    assertEquals(scheduler.next(0)?.nodeIndex, MAX_NODES - 1);
    scheduler.cancel("a", 0);
    scheduler.submit({ ...instance, id: "b" }, 0);
    assertEquals(scheduler.cancel("b", 0)?.ended?.outcome, "cancelled");
    assertEquals(scheduler.stats().ready, 0);
  }
});

Deno.test("Scheduler.cancel() takes many out of the middle of the queue", () => {
  const scheduler = makeScheduler("fair-share");
  const one = shaped("one", [[]]);
  const count = 30_000;
  for (let i = 0; i < count; i++) scheduler.submit(instanceOf(one, `${i}`), 0);
  for (let i = 0; i < count; i++) if (i % 3 !== 0) scheduler.cancel(`${i}`, 0);
  assertEquals(scheduler.stats().ready, count / 3);
  for (let i = 0; i < count; i += 3) assertEquals(scheduler.next(0)?.instance, `${i}`);
  assertEquals(scheduler.next(0), undefined);
});

Deno.test("Scheduler.next() reads the weights of many groups more rarely than those of few", () => {
  for (const [groups, most] of [[100, 101], [50_000, 21]] as const) {
    let read = 0;
    const weight = () => {
      read++;
      return 1;
    };
    const scheduler = makeScheduler({ group: ({ instance }) => instance, weight }, {
      global: 1,
      fixed: true,
    });
    const one = shaped("one", [[]]);
    for (let i = 0; i < groups; i++) scheduler.submit(instanceOf(one, `${i}`), 0);
    scheduler.next(0);
    read = 0;
    for (let nowMs = 0; nowMs <= 10_000; nowMs += 50) scheduler.next(nowMs);
    assert(read >= groups && read <= most * groups, `${read} weights of ${groups} groups in ten seconds`);
  }
});
