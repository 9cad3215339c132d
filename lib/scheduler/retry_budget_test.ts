import { assert, assertEquals, assertThrows } from "@std/assert";
import { instanceOf, makeScheduler, OK, SHAKY, single, startAll } from "../../tests/scheduler/builders.ts";
import { seededRandom } from "../model/mod.ts";
import { policyOf } from "../policies/mod.ts";
import type { Invocation } from "./invocation.ts";
import { RetryBudget } from "./retry_budget.ts";
import { Scheduler } from "./scheduler.ts";

/** Number of retries that it lets go at an instant. */
function drain(budget: RetryBudget, nowMs: number): number {
  let taken = 0;
  while (budget.take(nowMs)) taken++;
  return taken;
}

Deno.test("RetryBudget.take() lets a part of all attempts go, beside the first ten", () => {
  const budget = new RetryBudget(0.2);
  assertEquals(drain(budget, 0), 10);
  for (let i = 0; i < 80; i++) budget.ended(false, false);
  assertEquals(drain(budget, 0), 20, "20 of 100");
  for (let i = 0; i < 10_000; i++) budget.ended(false, false);
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

Deno.test("RetryBudget.ended() lets one retry follow a success, and two one that was a retry", () => {
  const budget = new RetryBudget(0.2);
  drain(budget, 0);
  budget.ended(false, true);
  assertEquals(drain(budget, 0), 1);
  budget.ended(true, true);
  assertEquals(drain(budget, 0), 2);
  for (let i = 0; i < 1000; i++) budget.ended(false, true);
  assertEquals(drain(budget, 0), 100, "no more is saved up");
});

Deno.test("RetryBudget.succeeded() counts for as much as each success by itself", () => {
  const atOnce = new RetryBudget(0.2), oneByOne = new RetryBudget(0.2);
  for (const budget of [atOnce, oneByOne]) drain(budget, 0);
  atOnce.succeeded(12);
  for (let i = 0; i < 12; i++) oneByOne.ended(false, true);
  assertEquals([atOnce, oneByOne].map((budget) => drain(budget, 0)), [15, 15]);
});

Deno.test("RetryBudget lets a part of what may be in flight go without any success, if that is more", () => {
  const budget = new RetryBudget(0, { limit: 1000 });
  assertEquals(drain(budget, 0), 500);
  assertEquals([drain(budget, 100), drain(budget, 1100), drain(budget, 100_000)], [5, 50, 500]);
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

Deno.test("Scheduler.next() lets retries go for what went well before the first failure", () => {
  const chain = single("f", { attempts: 2, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  const retriesAfter = (successes: number) => {
    const scheduler = makeScheduler();
    const end = (outcome: typeof OK | typeof SHAKY) => {
      for (let task = scheduler.next(0); task; task = scheduler.next(0)) scheduler.settle(task, outcome, 0);
    };
    for (let i = 0; i < successes; i++) scheduler.submit(instanceOf(chain, `good ${i}`), 0);
    end(OK);
    for (let i = 0; i < 200; i++) scheduler.submit(instanceOf(chain, `bad ${i}`), 0);
    end(SHAKY);
    let retries = 0;
    while (scheduler.next(10)) retries++;
    return retries;
  };
  assertEquals(retriesAfter(0), 10 + 200 / 4, "those that are there at first, and a fifth of all attempts");
  assertEquals(retriesAfter(20), 10 + 20 * 5 / 4 + 200 / 4);
  assertEquals(retriesAfter(1000), 100, "no more is saved up");
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

Deno.test("Scheduler.next() shares the retries that a budget lets go between the groups of the policy", () => {
  const scheduler = makeScheduler(policyOf("fair-share", { by: "tenant" }));
  const chain = single("f", { attempts: 5, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  const submit = (tenant: string, count: number) => {
    for (let i = 0; i < count; i++) {
      scheduler.submit(instanceOf(chain, `${tenant}${i}`, { labels: { tenant } }), 0);
    }
  };
  submit("many", 500);
  submit("few", 20);
  const retried = new Map<string, number>();
  let nowMs = 0;
  const start = () => {
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      const { tenant } = task.labels as { tenant: string };
      if (task.attempt > 1) retried.set(tenant, (retried.get(tenant) ?? 0) + 1);
      scheduler.settle(task, SHAKY, nowMs);
    }
  };
  start();
  assertEquals(scheduler.heldRetries, [], "their delays are not over");
  for (nowMs = 1; nowMs < 5; nowMs++) start();
  const [held] = scheduler.heldRetries;
  assertEquals([held!.function, held!.platform], ["f", undefined]);
  assert(held!.waiting > 400, `${held!.waiting} are held back`);
  const before = new Map(retried);
  for (nowMs = 1000; nowMs <= 20_000; nowMs += 1000) start();
  const since = ["many", "few"].map((tenant) => retried.get(tenant)! - (before.get(tenant) ?? 0));
  assert(Math.abs(since[0]! - since[1]!) <= 2, `they take turns: ${since}`);
  const { waiting } = scheduler.heldRetries[0]!;
  scheduler.cancel("many499", nowMs);
  assertEquals(scheduler.heldRetries[0]!.waiting, waiting - 1);
});

Deno.test("Scheduler.next() holds the retries of one platform back for what fails there, and no others", () => {
  const platforms = [{ name: "down", price: 1 }, { name: "up", price: 2 }];
  const scheduler = new Scheduler({
    policy: policyOf("bin-packing"),
    platforms,
    limits: { platforms: { down: 60, up: 60 }, fixed: true },
    random: seededRandom(1),
  });
  const chain = single("f", { attempts: 9, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  for (let i = 0; i < 100; i++) scheduler.submit(instanceOf(chain, `${i}`), 0);
  const started: Invocation[] = [];
  for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0)) started.push(task);
  for (const task of started) scheduler.settle(task, task.platform === "down" ? SHAKY : OK, 1);
  while (scheduler.next(10) !== undefined) { /* what its budget lets go */ }
  assertEquals(scheduler.heldRetries.map(({ platform }) => platform), ["down"]);
});

Deno.test("Scheduler keeps all slots busy while a quarter of all calls fail, and nothing waits for long", () => {
  const SLOTS = 20, CALL_MS = 100, CALLS = 20_000;
  const random = seededRandom(7);
  const scheduler = makeScheduler("fcfs", { global: SLOTS });
  const chain = single("f", { attempts: 10, retry: { firstDelay: "10ms", maxDelay: "20ms" } });
  const submittedAtMs = new Map<string, number>(), tookMs: number[] = [];
  const ends: { readonly task: Invocation; readonly atMs: number }[] = [];
  const perMs = 0.63 * 0.75 * SLOTS / CALL_MS; // of first attempts: with their retries 63 % of the slots are used
  let nowMs = 0, arrivesAtMs = 0, submitted = 0, completed = 0;
  while (completed < CALLS) {
    const wakeAtMs = scheduler.wakeAtMs() ?? Infinity;
    const arrival = submitted < CALLS ? arrivesAtMs : Infinity;
    nowMs = Math.max(nowMs, Math.min(arrival, ends[0]?.atMs ?? Infinity, wakeAtMs));
    if (arrival <= nowMs) {
      submittedAtMs.set(`${submitted}`, nowMs);
      scheduler.submit(instanceOf(chain, `${submitted++}`), nowMs);
      arrivesAtMs = nowMs - Math.log(1 - random.next()) / perMs;
    }
    while (ends[0] !== undefined && ends[0].atMs <= nowMs) {
      const { task } = ends.shift()!;
      const isWell = random.next() >= 0.25;
      if (scheduler.settle(task, isWell ? OK : SHAKY, nowMs).ended?.outcome !== "completed") continue;
      completed++;
      tookMs.push(nowMs - submittedAtMs.get(task.instance)!);
    }
    for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
      ends.push({ task, atMs: nowMs + CALL_MS });
    }
  }
  tookMs.sort((a, b) => a - b);
  const p99 = tookMs[Math.floor(0.99 * tookMs.length)]!;
  const ideal = 4 * CALL_MS; // one call in 64 fails three times
  assert(p99 <= 3 * ideal, `p99 ${p99} ms, ideally ${ideal} ms`);
});

Deno.test("Scheduler.next() lets retries go that a higher limit allows, and does not ask to be woken for them at once", () => {
  const scheduler = makeScheduler("fcfs", { global: 20, fixed: true });
  const retry = { firstDelay: "1ms", maxDelay: "1ms" };
  for (let i = 0; i < 100; i++) {
    scheduler.submit(instanceOf(single("f", { attempts: 100, retry }), `${i}`), 0);
  }
  for (let nowMs = 0; nowMs < 100; nowMs++) {
    for (const task of startAll(scheduler, nowMs)) scheduler.settle(task, SHAKY, nowMs);
  }
  assert(scheduler.wakeAtMs()! > 500, "the budget is used up");
  scheduler.setLimits({ global: 2000, fixed: true });
  assert(startAll(scheduler, 500).length > 0);
  const wakeAtMs = scheduler.wakeAtMs();
  assert(wakeAtMs === undefined || wakeAtMs > 500, `it is woken at ${wakeAtMs}`);
});
