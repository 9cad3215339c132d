/** Limits of consumers before platforms that hide theirs, in virtual time, under more load than they take. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { constant, type Distribution, lognormal, meanMs, seededRandom } from "../../lib/model/mod.ts";
import { parseProfile, Provider } from "../../lib/provider/mod.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { chosen } from "../lanes.ts";
import { instanceOf, makeScheduler, OK, single, startAll, THROTTLED } from "./builders.ts";
import { type Observation, SaturatedLoad } from "./saturation.ts";

const SECOND = lognormal("1s", "3s");
const SHORT = lognormal("50ms", "150ms");
const TIMES: Readonly<Record<string, readonly Distribution[]>> = {
  "of a second": [SECOND],
  "of 50 ms": [SHORT],
  "long and short": [SECOND, SHORT, SHORT],
};

/** A hidden hard limit, which the test may change, under load. */
function hidden(limit: number, times: readonly Distribution[], travel: Distribution, seed: number) {
  const scheduler = makeScheduler("fcfs", { global: "auto" });
  const provider = new Provider({ ...parseProfile("hard-limit,cold=0ms"), limit }, seededRandom(seed));
  const load = new SaturatedLoad({ scheduler, provider, times, travel, seed });
  return { scheduler, load, change: (limit: number) => provider.changeLimit(limit, load.nowMs) };
}

/** Requests that travel are in flight as well, so there may be more in flight than run. */
function assertHolds({ inFlight, running, attempts, throttled }: Observation, limit: number, share: number) {
  assert(inFlight >= 0.9 * limit, `${inFlight} in flight of ${limit}`);
  assert(running < limit + 1e-6, `${running} run of ${limit}`);
  assert(throttled <= share * attempts, `${throttled} of ${attempts} attempts were throttled`);
}

const FOUND = Object.entries(TIMES).flatMap(([name, times]) =>
  [constant(0), lognormal("5ms", "20ms")].flatMap((travel) =>
    [10, 50, 400].map((limit) => ({ name, times, travel, limit }))
  )
);

for (const { name, times, travel, limit } of chosen(FOUND)) {
  const how = travel.kind === "constant" ? "at once" : "over a network";
  Deno.test(`auto finds a limit of ${limit}, halved and doubled, for functions ${name} ${how}`, () => {
    for (const seed of chosen([1, 2])) {
      const { change, load } = hidden(limit, times, travel, seed);
      load.run(30_000);
      assertHolds(load.run(40_000), limit, 0.02);
      for (const next of [limit / 2, limit]) {
        change(next);
        load.run(15_000);
        assertHolds(load.run(10_000), next, 0.04); // few attempts: one throttle more or less
      }
    }
  });
}

for (const waits of ["1s", "3s", "10s", "1m"]) {
  for (const functions of [1, 3]) {
    Deno.test(`auto keeps to a limit at which a platform asks ${functions} functions to wait for ${waits}`, () => {
      const profile = parseProfile(`hard-limit,limit=20,cold=0ms,retryafter=${waits}`);
      const load = new SaturatedLoad({
        scheduler: makeScheduler("fcfs", { global: "auto" }),
        provider: new Provider(profile, seededRandom(1)),
        times: Array.from({ length: functions }, () => SHORT),
        travel: constant(3),
        seed: 1,
      });
      load.run(90_000);
      const { running, attempts, throttled } = load.run(600_000);
      assert(running >= 0.8 * 20, `${running} run of 20`);
      assert(throttled <= 0.02 * attempts, `${throttled} of ${attempts} attempts were throttled`);
    });
  }
}

for (const limit of [1, 3, 1000, 3000]) {
  Deno.test(`auto holds a limit of ${limit}`, () => {
    const { load } = hidden(limit, [SECOND], lognormal("5ms", "20ms"), 1);
    load.run(30_000);
    assertHolds(load.run(limit < 10 ? 600_000 : 30_000), limit, 0.02);
  });
}

Deno.test("auto holds any limit, for functions of any time, however long they travel", () => {
  const limits = fc.integer({ min: 10, max: 200 });
  const medians = fc.integer({ min: 20, max: 2000 });
  fc.assert(
    fc.property(limits, medians, fc.integer({ min: 1, max: 10 }), fc.nat(), (limit, medianMs, p99, seed) => {
      const time = lognormal(medianMs, medianMs * p99);
      const { load } = hidden(limit, [time], lognormal(medianMs / 100, medianMs / 25), seed);
      load.run(Math.max(30_000, 20 * meanMs(time))); // it learns once in a round trip
      assertHolds(load.run(Math.max(60_000, 40 * meanMs(time))), limit, 0.02);
    }),
    { numRuns: 30 },
  );
});

Deno.test("auto finds any limit again within 15 s of its change, or 20 round trips", () => {
  const limits = fc.integer({ min: 20, max: 150 });
  const medians = fc.integer({ min: 20, max: 800 });
  const factors = fc.double({ min: 0.4, max: 2.5, noNaN: true });
  fc.assert(
    fc.property(limits, medians, factors, fc.nat(), (limit, medianMs, factor, seed) => {
      const time = lognormal(medianMs, medianMs * 3);
      const { change, load } = hidden(limit, [time], lognormal(medianMs / 100, medianMs / 25), seed);
      load.run(20_000 + seed % 20_000);
      const changed = Math.round(limit * factor);
      change(changed);
      load.run(Math.max(15_000, 20 * meanMs(time)));
      assertHolds(load.run(Math.max(15_000, 20 * meanMs(time))), changed, 0.03);
    }),
    { numRuns: 30 },
  );
});

Deno.test("auto brings a collapsed platform back, which a fixed limit keeps down", () => {
  const travel = lognormal("10ms", "40ms");
  const after = (kept: Limits) => {
    const provider = new Provider(parseProfile("collapse,limit=50,cold=0ms"), seededRandom(1));
    const scheduler = makeScheduler("fcfs", { global: "auto" });
    const load = new SaturatedLoad({ scheduler, provider, times: [SECOND], travel, seed: 1 });
    load.run(30_000);
    scheduler.setLimits({ global: 200, fixed: true }); // somebody asks for too much, for a while
    load.run(5000);
    assert(provider.limitAt(load.nowMs) <= 15, "it has collapsed");
    scheduler.setLimits(kept);
    load.run(60_000);
    return load.run(60_000).running;
  };
  assert(after({ global: "auto" }) >= 0.9 * 50);
  assert(after({ global: 200 }) >= 0.9 * 50, "a limit is a ceiling");
  assert(after({ global: 200, fixed: true }) <= 0.3 * 50, "the model is metastable");
});

Deno.test("auto keeps what it learned when other limits change, and starts from what runs when it is switched on", () => {
  const { scheduler, load } = hidden(50, [SECOND], constant(0), 1);
  load.run(30_000);
  assertEquals(scheduler.stats().limit, 50);
  scheduler.setLimits({ global: "auto", functions: { other: 1 } });
  assertEquals(scheduler.stats().limit, 50);
  for (const [global, limit] of [[20, 20], ["auto", 50], [70, 50]] as const) {
    scheduler.setLimits({ global });
    assertEquals(scheduler.stats().limit, limit);
  }
  scheduler.setLimits({ global: 20, fixed: true });
  load.run(10_000);
  scheduler.setLimits({ global: "auto" });
  assertEquals(scheduler.stats().limit, 20);
  assertHolds((load.run(20_000), load.run(20_000)), 50, 0.02);
});

Deno.test("auto stays as it is when limits are refused", () => {
  const scheduler = makeScheduler("fcfs", { global: "auto" });
  assertThrows(() => scheduler.setLimits({ global: 7, functions: { f: 0 } }), RangeError);
  assertEquals(scheduler.stats().limit, 10);
});

/** When the same invocation may start again after each of some throttles, beside others that are in flight: how long it waits. */
function waits(others: number, throttles: number, global: number | "auto"): number[] {
  const scheduler = makeScheduler("fcfs", { global: others + 1, fixed: true });
  for (let i = 0; i <= others; i++) scheduler.submit(instanceOf(single("f"), `${i}`), 0);
  const started = startAll(scheduler);
  scheduler.setLimits({ global });
  let task = started.shift()!;
  let nowMs = 0;
  return Array.from({ length: throttles }, () => {
    const sinceMs = nowMs;
    scheduler.settle(task, THROTTLED, nowMs);
    for (const other of started.splice(0, 10)) scheduler.settle(other, OK, nowMs);
    let next = scheduler.next(nowMs);
    for (; next === undefined; next = scheduler.next(nowMs)) nowMs = scheduler.wakeAtMs()!;
    task = next;
    return nowMs - sinceMs;
  });
}

for (const global of ["auto", 1000] as const) {
  Deno.test(`${global} lets a throttled invocation wait for the limit, not for longer with each throttle`, () => {
    assertEquals(Math.max(...waits(100, 8, global)), 0, "others have ended");
    assert(Math.max(...waits(0, 8, global)) > 2000, "one alone is all that can be held back");
  });
}
