import { assert, assertEquals } from "@std/assert";
import { AdaptiveLimit, type AdaptiveStart } from "./adaptive_limit.ts";

/** An application that uses the whole limit, and a platform that answers when it is asked to. */
class World {
  readonly limit: AdaptiveLimit;
  nowMs = 0;
  readonly running: AdaptiveStart[] = [];

  constructor(running = 0, highest?: number) {
    this.limit = new AdaptiveLimit(running, highest);
  }

  /** Starts what may start. */
  fill(): AdaptiveStart[] {
    const started: AdaptiveStart[] = [];
    this.limit.advance(this.nowMs);
    while (this.running.length < this.limit.limit) {
      const start = this.limit.start("f", this.running.length + 1, this.nowMs);
      this.running.push(start);
      started.push(start);
    }
    this.limit.full(this.running.length, this.nowMs);
    return started;
  }

  /** Lets time pass as a program would: woken when there is something to do. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (this.fill();; this.fill()) {
      const wakeAtMs = this.limit.wakeAtMs() ?? Infinity;
      assert(wakeAtMs > this.nowMs, "a wake-up is later than now");
      if (wakeAtMs > untilMs) break;
      this.nowMs = wakeAtMs;
    }
    this.nowMs = untilMs;
  }

  refuse(start: AdaptiveStart): void {
    this.limit.throttled(start, this.running.length, this.nowMs);
    this.running.splice(this.running.indexOf(start), 1);
  }

  /** Attempts end well, and others start in their place. */
  turnOver(times: number, runMs = 100): void {
    for (let i = 0; i < times; i++) {
      this.limit.letIn(this.running.shift()!, this.nowMs, runMs);
      this.fill();
    }
  }

  /** All calls in flight end after `runMs`, and as many start again: `times` times. */
  roundTrip(runMs = 100, times = 1): void {
    for (let i = 0; i < times; i++) {
      this.pass(runMs);
      for (const start of this.running.splice(0)) this.limit.letIn(start, this.nowMs, runMs);
      this.fill();
    }
  }

  /** A platform that runs `atOnce` calls at once and lets the others wait: all calls in flight end, however long that takes. */
  queueing(atOnce: number, times: number): number[] {
    return Array.from({ length: times }, () => {
      const { limit } = this.limit;
      this.roundTrip(100 * Math.max(1, limit / atOnce));
      return limit;
    });
  }

  /** Fills a platform that takes `limit` calls at once and refuses more. */
  static at(limit: number): World {
    const world = new World();
    while (world.limit.limit <= limit) world.roundTrip();
    while (world.running.length > limit) world.refuse(world.running.at(-1)!);
    assertEquals(world.limit.limit, limit);
    return world;
  }
}

Deno.test("AdaptiveLimit doubles with each round trip until something is refused", () => {
  const world = new World();
  assertEquals(world.fill().length, 10);
  world.roundTrip();
  for (const limit of [20, 40, 80, 160]) {
    world.roundTrip();
    world.pass(10);
    assertEquals(world.limit.limit, limit);
  }
});

Deno.test("AdaptiveLimit waits for no more than ten seconds for functions that take longer", () => {
  const world = new World();
  for (const limit of [10, 20, 40]) {
    assertEquals(world.limit.limit, limit);
    world.pass(10_000);
  }
});

Deno.test("AdaptiveLimit ends a round of calls of which some were not made", () => {
  const world = new World();
  world.fill();
  for (const start of world.running.splice(0)) world.limit.leave(start, world.nowMs);
  world.roundTrip(100, 4);
  assert(world.limit.limit >= 40, `it stays at ${world.limit.limit}`);
});

Deno.test("AdaptiveLimit never exceeds its ceiling, which may change", () => {
  const world = new World(0, 15);
  world.roundTrip(100, 10);
  assertEquals(world.limit.limit, 15);
  assertEquals(world.limit.wakeAtMs(), undefined);
  world.limit.highest = 5;
  assertEquals(world.limit.limit, 5);
  world.limit.highest = 30;
  world.roundTrip(100, 10);
  assertEquals(world.limit.limit, 30);
});

Deno.test("AdaptiveLimit takes what was in flight when one was refused as the limit", () => {
  const world = World.at(50);
  assertEquals(world.running.length, 50);
  world.pass(1999);
  assertEquals(world.limit.limit, 50);
});

Deno.test("AdaptiveLimit grows only while it is the limit that keeps attempts from starting", () => {
  const world = new World();
  world.fill();
  world.limit.full(3, 0);
  assertEquals(world.limit.wakeAtMs(), undefined);
  world.limit.advance(3_600_000);
  assertEquals(world.limit.limit, 10);
});

Deno.test("AdaptiveLimit is lowered once for what was started before it was lowered", () => {
  const world = new World(64);
  world.fill();
  world.pass(100);
  for (const start of world.running.slice(-10).toReversed()) world.refuse(start);
  assertEquals(world.limit.limit, world.running.length);
});

Deno.test("AdaptiveLimit goes down by steps that double, up to a tenth, while all is refused", () => {
  const world = World.at(400);
  const steps: number[] = [];
  for (let i = 0; i < 8; i++) {
    const before = world.limit.limit;
    world.running.splice(before - 1);
    world.refuse(world.fill()[0]!);
    steps.push(before - world.limit.limit);
  }
  assertEquals(steps, [1, 2, 4, 8, 16, 32, 36, 33]);
});

Deno.test("AdaptiveLimit begins with a small step again after something was let in", () => {
  const world = World.at(400);
  const refuseOne = () => {
    const before = world.limit.limit;
    world.running.splice(before - 1);
    world.refuse(world.fill()[0]!);
    return before - world.limit.limit;
  };
  assertEquals([refuseOne(), refuseOne(), refuseOne()], [1, 2, 4]);
  world.running.splice(0, 20);
  world.limit.letIn(world.fill()[0]!, world.nowMs, 100);
  assertEquals(refuseOne(), 1);
});

Deno.test("AdaptiveLimit is not brought far down by one accident when little is in flight", () => {
  const world = World.at(400);
  world.limit.throttled(world.limit.start("f", 3, world.nowMs), 3, world.nowMs);
  assertEquals(world.limit.limit, 200);
});

Deno.test("AdaptiveLimit never goes below one", () => {
  const world = new World();
  for (let i = 0; i < 50; i++) {
    world.pass(1);
    for (const start of [...world.running]) world.refuse(start);
  }
  assertEquals(world.limit.limit, 1);
});

Deno.test("AdaptiveLimit probes by one, then doubles what it adds", () => {
  const world = World.at(50);
  const sinceMs = world.nowMs;
  world.roundTrip(100, 7);
  world.pass(sinceMs + 1999 - world.nowMs);
  assertEquals(world.limit.limit, 50);
  world.pass(1);
  assertEquals(world.limit.limit, 51);
  for (const more of [2, 4, 8, 16]) {
    world.roundTrip(100, 5);
    assertEquals(world.limit.limit, 50 + more);
  }
});

Deno.test("AdaptiveLimit waits longer with a probe the fewer attempts there are to pay for it", () => {
  const holds = [300, 180, 0].map((attempts) => { // many were refused at once, which counts as three
    const world = World.at(50);
    world.turnOver(attempts);
    const sinceMs = world.nowMs;
    while (world.limit.limit === 50) world.pass(10);
    return Math.round((world.nowMs - sinceMs) / 1000);
  });
  assertEquals(holds, [2, 8, 60]);
});

Deno.test("AdaptiveLimit probes so seldom that what is asked to wait for it costs two percent", () => {
  const world = World.at(50);
  world.turnOver(1000);
  world.pass(2000);
  const probe = world.running.at(-1)!;
  world.limit.throttled(probe, 51, world.nowMs, 500);
  world.running.pop();
  world.turnOver(1000);
  world.pass(24_990);
  assertEquals(world.limit.limit, 50);
  world.pass(10);
  assertEquals(world.limit.limit, 51);
});

Deno.test("AdaptiveLimit grows more slowly where refusals take long to be heard of", () => {
  const world = new World(64);
  for (let i = 0; i < 50; i++) {
    const start = world.limit.start("f", 65, world.nowMs);
    world.nowMs += 1000;
    world.limit.throttled(start, 65, world.nowMs);
  }
  world.running.length = 0;
  while (world.limit.limit <= 32) world.roundTrip(10);
  const before = world.limit.limit;
  world.roundTrip(10, 50);
  assert(world.limit.limit - before < 20, `it grew by ${world.limit.limit - before}`);
});

Deno.test("AdaptiveLimit ends at what one machine can hold when nothing is ever refused", () => {
  const world = new World();
  world.roundTrip(100, 20);
  assertEquals(world.limit.limit, 10_000);
  assertEquals(world.limit.wakeAtMs(), undefined);
});

Deno.test("AdaptiveLimit ends where more in flight only takes longer, and follows when that changes", () => {
  const world = new World();
  world.queueing(30, 10);
  for (const atOnce of [30, 10, 60]) {
    world.queueing(atOnce, 150);
    const limits = world.queueing(atOnce, 150);
    const mean = limits.reduce((a, b) => a + b) / limits.length;
    assert(mean > 0.85 * atOnce && mean < 1.25 * atOnce, `${mean} where ${atOnce} run at once`);
    assert(Math.max(...limits) < 2 * atOnce, `${Math.max(...limits)} where ${atOnce} run at once`);
  }
});

Deno.test("AdaptiveLimit grows on where calls were slow for a while only, as containers start", () => {
  const world = new World(0, 1000);
  world.roundTrip(100, 4);
  while (world.limit.limit < 1000) {
    const { limit } = world.limit;
    world.roundTrip(500);
    world.roundTrip(100, 3);
    assert(world.limit.limit > limit, `it stays at ${limit}`);
  }
});

Deno.test("AdaptiveLimit goes back where functions have become longer by themselves", () => {
  const world = new World(0, 100);
  world.roundTrip(100, 20);
  assertEquals(world.limit.limit, 100);
  const limits = Array.from({ length: 20 }, () => (world.roundTrip(300), world.limit.limit));
  assert(Math.min(...limits) < 50, "it tries whether less is faster");
  assertEquals(limits.at(-1), 100);
  assert(limits.filter((limit) => limit < 100).length <= 4, limits.join());
});

Deno.test("AdaptiveLimit takes no longer calls for a queue where the function itself says that it ran longer", () => {
  const world = new World(0, 100);
  world.roundTrip(100, 20);
  for (const ownMs of [80, 280]) {
    for (let i = 0; i < 200; i++) world.limit.told("f", ownMs);
    world.roundTrip(ownMs + 20, 5);
    assertEquals(world.limit.limit, 100);
  }
  const limits = Array.from({ length: 5 }, () => (world.roundTrip(600), world.limit.limit));
  assert(Math.min(...limits) < 60, "what the platform adds has grown");
});

Deno.test("AdaptiveLimit does not take the first calls, which were slow as all was cold, for what is usual", () => {
  const world = new World();
  world.roundTrip(300, 2);
  world.queueing(40, 20);
  const limits = world.queueing(40, 100);
  const mean = limits.reduce((a, b) => a + b) / limits.length;
  assert(mean < 1.25 * 40, `${mean} where 40 run at once`);
});
