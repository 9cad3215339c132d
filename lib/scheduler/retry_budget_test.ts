import { assert, assertEquals, assertThrows } from "@std/assert";
import { instanceOf, makeScheduler, OK, SHAKY, single } from "../../tests/scheduler/builders.ts";
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
