import { assert, assertEquals } from "@std/assert";
import {
  BROKEN,
  instanceOf,
  makeScheduler,
  OK,
  SHAKY,
  single,
  THROTTLED,
} from "../../tests/scheduler/builders.ts";
import { failureDelayMs, fn, type Outcome, seededRandom } from "../model/mod.ts";
import { throttleDelayMs } from "./backoff.ts";

const { retry } = fn("f", { attempts: 100, retry: { firstDelay: "100ms", factor: 3, maxDelay: "2s" } });

/** Draws this often, which leaves nothing to luck with a seed. */
const DRAWS = 2000;

function drawn(draw: () => number): { least: number; most: number; mean: number } {
  const values = Array.from({ length: DRAWS }, draw);
  return {
    least: Math.min(...values),
    most: Math.max(...values),
    mean: values.reduce((a, b) => a + b) / DRAWS,
  };
}

Deno.test("failureDelayMs() is uniform from 0 to the backed-off delay", () => {
  const random = seededRandom(1);
  for (const [failures, longest] of [[1, 100], [2, 300], [3, 900], [4, 2000], [99, 2000]] as const) {
    const { least, most, mean } = drawn(() => failureDelayMs(retry, failures, random));
    assert(least >= 0 && least < 0.01 * longest && most > 0.99 * longest && most < longest);
    assert(Math.abs(mean / longest - 0.5) < 0.03);
  }
});

Deno.test("throttleDelayMs() is uniform in the upper half of the backed-off delay", () => {
  const random = seededRandom(1);
  for (const [throttles, longest] of [[1, 50], [2, 100], [7, 3200], [8, 5000], [1e6, 5000]] as const) {
    const { least, most, mean } = drawn(() => throttleDelayMs(throttles, random));
    assert(least >= 0.5 * longest && least < 0.51 * longest && most > 0.99 * longest && most < longest);
    assert(Math.abs(mean / longest - 0.75) < 0.03);
  }
});

Deno.test("Scheduler.settle() tries a failure again within its attempts", () => {
  const table: { name: string; attempts: number; outcome: Outcome; made: number }[] = [
    { name: "once", attempts: 1, outcome: SHAKY, made: 1 },
    { name: "three times", attempts: 3, outcome: SHAKY, made: 3 },
    { name: "what cannot be mended", attempts: 3, outcome: BROKEN, made: 1 },
  ];
  for (const { name, attempts, outcome, made } of table) {
    const scheduler = makeScheduler();
    scheduler.submit(instanceOf(single("f", { attempts, retry: { firstDelay: "1s" } }), "a"), 0);
    let nowMs = 0, count = 0;
    for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(nowMs)) {
      count++;
      assertEquals(task.attempt, count);
      const { verdict, retryAtMs, ended } = scheduler.settle(task, outcome, nowMs);
      assertEquals(verdict, count === made ? "failed" : "retry", name);
      assertEquals(ended?.outcome, count === made ? "failed" : undefined);
      if (retryAtMs === undefined) continue;
      assert(retryAtMs > nowMs && retryAtMs <= nowMs + 1000 * 2 ** (count - 1));
      assertEquals(scheduler.next(retryAtMs - 0.001), undefined, "not before its time");
      nowMs = retryAtMs;
    }
    assertEquals(count, made, name);
  }
});

Deno.test("Scheduler.settle() never tries again what runs at most once, but waits out its throttles", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(single("f", { atMostOnce: true }), "a"), 0);
  const task = scheduler.next(0)!;
  assertEquals(scheduler.settle(task, THROTTLED, 0).verdict, "throttled");
  assert(scheduler.next(1e4) === task);
  assertEquals(scheduler.settle(task, SHAKY, 1e4).verdict, "failed");
});

Deno.test("Scheduler.settle() repeats throttles without end, later and later", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(single("f", { attempts: 1 }), "a"), 0);
  let nowMs = 0;
  for (let throttles = 1; throttles <= 20; throttles++) {
    const { verdict, retryAtMs } = scheduler.settle(scheduler.next(nowMs)!, THROTTLED, nowMs);
    assertEquals(verdict, "throttled");
    const longest = Math.min(5000, 50 * 2 ** (throttles - 1));
    assert(retryAtMs! >= nowMs + longest / 2 && retryAtMs! <= nowMs + longest);
    nowMs = retryAtMs!;
  }
  assertEquals(scheduler.settle(scheduler.next(nowMs)!, OK, nowMs).ended, { outcome: "completed" });
  assertEquals(scheduler.stats().throttled, 20);
});

Deno.test("Scheduler.settle() counts throttles in a row only", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(single("f", { attempts: 9, retry: { firstDelay: 0 } }), "a"), 0);
  const settleNext = (outcome: Outcome, nowMs: number) =>
    scheduler.settle(scheduler.next(nowMs)!, outcome, nowMs).retryAtMs! - nowMs;
  for (let i = 0; i < 5; i++) settleNext(THROTTLED, i * 1e4);
  assertEquals(settleNext(SHAKY, 1e5), 1, "a delay lasts at least a millisecond");
  const delayMs = settleNext(THROTTLED, 2e5);
  assert(delayMs >= 25 && delayMs <= 50);
});

Deno.test("Scheduler.settle() waits as long as it is told, if that is longer", () => {
  for (const outcome of [SHAKY, THROTTLED]) {
    for (const [retryAfterMs, leastMs, mostMs] of [[60_000, 60_000, 60_000], [0, 1, 200]] as const) {
      const scheduler = makeScheduler();
      scheduler.submit(instanceOf(single("f"), "a"), 0);
      const { retryAtMs } = scheduler.settle(scheduler.next(0)!, { ...outcome, retryAfterMs }, 0);
      assert(retryAtMs! >= leastMs && retryAtMs! <= mostMs);
    }
  }
});

Deno.test("Scheduler.wakeAtMs() is when the first delay ends", () => {
  const scheduler = makeScheduler();
  assertEquals(scheduler.wakeAtMs(), undefined);
  for (const id of ["a", "b", "c"]) scheduler.submit(instanceOf(single("f"), id), 0);
  for (const retryAfterMs of [3000, 1000, 2000]) {
    scheduler.settle(scheduler.next(0)!, { ...SHAKY, retryAfterMs }, 0);
  }
  assertEquals(scheduler.wakeAtMs(), 1000);
  scheduler.cancel("b", 0);
  assertEquals(scheduler.wakeAtMs(), 2000);
  assertEquals(scheduler.next(2500)?.instance, "c");
  assertEquals(scheduler.wakeAtMs(), 3000);
  assertEquals(scheduler.next(3000)?.instance, "a");
  assertEquals(scheduler.wakeAtMs(), undefined);
});

Deno.test("Scheduler.next() puts what was delayed back where it was among what is ready", () => {
  const scheduler = makeScheduler("fcfs", { global: 1 });
  for (const [i, id] of ["a", "b", "c"].entries()) scheduler.submit(instanceOf(single("f"), id), i);
  const first = scheduler.next(3)!;
  const { retryAtMs } = scheduler.settle(first, SHAKY, 3);
  const second = scheduler.next(3)!;
  assertEquals(second.instance, "b");
  scheduler.settle(second, OK, retryAtMs!);
  assert(scheduler.next(retryAtMs!) === first);
});
