import { assert, assertEquals, assertThrows } from "@std/assert";
import { instanceOf, makeScheduler, OK, SHAKY, single } from "../../tests/scheduler/builders.ts";
import type { Invocation } from "./invocation.ts";
import { RetryBudget } from "./retry_budget.ts";

/** How many retries it lets go at an instant. */
function drain(budget: RetryBudget, nowMs: number): number {
  let taken = 0;
  while (budget.take(nowMs)) taken++;
  return taken;
}

Deno.test("RetryBudget.take() lets a part of all attempts go, beside the first ten", () => {
  const budget = new RetryBudget(0.2);
  assertEquals(drain(budget, 0), 10);
  for (let i = 0; i < 80; i++) budget.earn();
  assertEquals(drain(budget, 0), 20, "20 of 100");
  for (let i = 0; i < 10_000; i++) budget.earn();
  assertEquals(drain(budget, 0), 100, "no more is saved up");
});

Deno.test("RetryBudget.take() lets one go each second, up to ten, whatever the load", () => {
  const budget = new RetryBudget(0);
  drain(budget, 1000);
  assertEquals(budget.opensAtMs(), 2000);
  assertEquals([drain(budget, 1999), drain(budget, 2000), drain(budget, 4500)], [0, 1, 2]);
  assertEquals(budget.opensAtMs(), 5000);
  assertEquals(drain(budget, 1e9), 10);
});

Deno.test("RetryBudget.reward() lets two retries follow one that went well", () => {
  const budget = new RetryBudget(0.2);
  drain(budget, 0);
  budget.reward();
  assertEquals(drain(budget, 0), 2);
  for (let i = 0; i < 1000; i++) budget.reward();
  assertEquals(drain(budget, 0), 100, "no more is saved up");
});

Deno.test("RetryBudget refuses what is no share", () => {
  for (const share of [-0.1, 1, 1.5, NaN]) assertThrows(() => new RetryBudget(share), RangeError);
});

Deno.test("Scheduler.next() holds retries to a fifth of all attempts in an outage, and loses none", () => {
  const COUNT = 1000, EVERY_MS = 20;
  const scheduler = makeScheduler();
  const chain = single("f", { attempts: 3, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  let attempts = 0, retries = 0, completed = 0;
  const start = (nowMs: number, outcome: typeof OK | typeof SHAKY) => {
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      attempts++;
      if (task.attempt > 1) retries++;
      if (scheduler.settle(task, outcome, nowMs).ended?.outcome === "completed") completed++;
    }
  };
  for (let i = 0; i < COUNT; i++) {
    scheduler.submit(instanceOf(chain, `i${i}`), i * EVERY_MS);
    start(i * EVERY_MS, SHAKY);
  }
  const free = 10 + COUNT * EVERY_MS / 1000;
  assert(retries <= 0.2 * attempts + free, `${retries} of ${attempts}`);
  assert(retries >= 0.2 * (attempts - free), `${retries} of ${attempts}: what is in the budget is used`);
  assert(scheduler.stats().delayed > 800, "the others wait");
  while (scheduler.stats().instances > 0) start(scheduler.wakeAtMs()!, OK); // the outage is over
  assert(completed > 800, `${completed} of ${COUNT} could still be mended`);
});

Deno.test("Scheduler.next() lets any number of retries go without a budget", () => {
  const chain = single("f", { attempts: 2, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  const scheduler = makeScheduler("fcfs", {}, false, 1);
  for (let i = 0; i < 100; i++) scheduler.submit(instanceOf(chain, `i${i}`), 0);
  for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0)) {
    scheduler.settle(task, SHAKY, 0);
  }
  let retried = 0;
  while (scheduler.next(10) !== undefined) retried++;
  assertEquals(retried, 100);
});

Deno.test("Scheduler.next() lets an outage of one function hold back no other's retries", () => {
  const scheduler = makeScheduler();
  const options = { attempts: 5, retry: { firstDelay: "1ms", maxDelay: "1ms" } };
  const down = single("down", options), flaky = single("flaky", options);
  const wave = (nowMs: number) => {
    const started: string[] = [];
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      started.push(task.instance);
      scheduler.settle(task, task.function === "flaky" && task.attempt > 1 ? OK : SHAKY, nowMs);
    }
    return started;
  };
  for (let i = 0; i < 200; i++) scheduler.submit(instanceOf(down, `down${i}`), 0);
  for (let nowMs = 0; nowMs < 100; nowMs++) wave(nowMs); // what its budget had is used up
  assert(scheduler.stats().delayed > 100, "they wait for the budget");
  scheduler.submit(instanceOf(flaky, "alone"), 100);
  assertEquals(wave(100), ["alone"]);
  assertEquals(scheduler.wakeAtMs(), 101);
  assertEquals(wave(101), ["alone"]);
});

Deno.test("Scheduler.next() is done with the retries of a blip soon after it is over", () => {
  const scheduler = makeScheduler("fcfs", { global: 20 });
  const chain = single("f", { attempts: 3, retry: { firstDelay: "100ms" } });
  for (let i = 0; i < 800; i++) scheduler.submit(instanceOf(chain, `i${i}`), 0);
  const CALL_MS = 50, WELL_MS = 6000;
  let nowMs = 0, running: Invocation[] = [];
  while (scheduler.stats().instances > 0) { // rounds of calls that end together
    for (const task of running) scheduler.settle(task, nowMs >= WELL_MS ? OK : SHAKY, nowMs);
    running = [];
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      running.push(task);
    }
    nowMs = running.length > 0 ? nowMs + CALL_MS : scheduler.wakeAtMs() ?? nowMs;
  }
  // 40 rounds of 20 are the least; the first retry comes within a second, then each success lets two follow.
  assert(nowMs <= WELL_MS + 1000 + 50 * CALL_MS, `${nowMs} ms`);
});
