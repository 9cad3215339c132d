import { assertEquals } from "@std/assert";
import { constant, NULL } from "../model/mod.ts";
import {
  instanceOf,
  linear,
  makeScheduler,
  OK,
  runAll,
  SHAKY,
  single,
  startAll,
  words,
} from "../../tests/scheduler/builders.ts";

const line = linear("line", 2, { time: constant(100) }); // 200 ms in all

Deno.test("Scheduler.submit() refuses what cannot meet its deadline, if it is to shed", () => {
  const late = instanceOf(line, "late", { deadlineMs: 1199 });
  assertEquals(makeScheduler("fcfs", {}, true).submit(late, 1000), {
    instance: late,
    skipped: [],
    ended: {
      outcome: "cancelled",
      reason: "shed: it was expected to take 200 ms, with 199 ms to its deadline",
      shed: true,
    },
  });
  assertEquals(makeScheduler("fcfs", {}, false).submit(late, 1000).ended, undefined);
});

Deno.test("Scheduler.submit() takes what just meets its deadline, and what has none", () => {
  const scheduler = makeScheduler("fcfs", {}, true);
  const due = instanceOf(line, "due", { deadlineMs: 1200 });
  const whenever = instanceOf(line, "whenever");
  assertEquals([due, whenever].map((instance) => scheduler.submit(instance, 1000).ended), [
    undefined,
    undefined,
  ]);
  assertEquals(words(startAll(scheduler, 1000)), "due/n0 whenever/n0");
});

Deno.test("Scheduler.submit() never refuses what has begun elsewhere", () => {
  const scheduler = makeScheduler("fcfs", {}, true);
  const progress = [{ node: 0, state: "ok", attempts: 1, output: NULL }] as const;
  scheduler.submit(instanceOf(line, "begun", { deadlineMs: 10 }), 1000, progress);
  assertEquals(words(startAll(scheduler, 1000)), "begun/n1");
});

Deno.test("Scheduler.next() sheds what has waited for too long, and goes on with the next", () => {
  const scheduler = makeScheduler("fcfs", { global: 1 }, true);
  for (const [id, deadlineMs] of [["first", 300], ["second", 300], ["third", 300], ["last", 900]] as const) {
    scheduler.submit(instanceOf(line, id, { deadlineMs }), 0);
  }
  const [first] = startAll(scheduler, 0);
  assertEquals(scheduler.takeNews(), []);
  scheduler.settle(first!, OK, 101);
  assertEquals(words(runAll(scheduler, 101)), "last/n0 first/n1 last/n1");
  const refused = scheduler.takeNews();
  assertEquals(refused.map(({ instance }) => instance.id), ["second", "third"]);
  assertEquals(refused.map(({ ended }) => ended?.shed), [true, true]);
  assertEquals(scheduler.takeNews(), [], "each is told of once");
  assertEquals(scheduler.stats().instances, 0);
});

Deno.test("Scheduler.next() never sheds in mid-chain, however late it is", () => {
  const scheduler = makeScheduler("fcfs", {}, true);
  scheduler.submit(instanceOf(line, "slow", { deadlineMs: 250 }), 0);
  const [first] = startAll(scheduler, 0);
  const { retryAtMs } = scheduler.settle(first!, SHAKY, 5000);
  assertEquals(words(runAll(scheduler, retryAtMs!)), "slow/n0 slow/n1");
  assertEquals(scheduler.takeNews(), []);
});

Deno.test("Scheduler sheds by what it has learned, not only by what was declared", () => {
  const scheduler = makeScheduler("fcfs", {}, true);
  const work = single("work", { time: constant(10) });
  for (let i = 0; i < 50; i++) {
    scheduler.submit(instanceOf(work, `known${i}`), 0);
    scheduler.settle(scheduler.next(0)!, OK, 0, 400);
  }
  const { ended } = scheduler.submit(instanceOf(work, "late", { deadlineMs: 200 }), 0);
  assertEquals(ended?.shed, true);
});

Deno.test("Scheduler leaves the rates alone for what it sheds", () => {
  const scheduler = makeScheduler("fcfs", { rate: 1 }, true);
  scheduler.submit(instanceOf(line, "late", { deadlineMs: 300 }), 0);
  scheduler.submit(instanceOf(line, "whenever"), 0);
  assertEquals(words(startAll(scheduler, 200)), "whenever/n0");
});
