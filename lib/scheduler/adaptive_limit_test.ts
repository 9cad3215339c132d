import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { AdaptiveLimit, type AdaptiveStart } from "./adaptive_limit.ts";

/** An application that uses the whole limit, and a platform that answers at once when it is asked to. */
class World {
  readonly limit: AdaptiveLimit;
  nowMs = 0;
  readonly running: AdaptiveStart[] = [];

  constructor(running = 0) {
    this.limit = new AdaptiveLimit(running);
  }

  /** Starts what may start. */
  fill(): AdaptiveStart[] {
    const started: AdaptiveStart[] = [];
    this.limit.advance(this.nowMs);
    while (this.running.length < this.limit.limit) {
      const start = this.limit.start(this.running.length + 1, this.nowMs);
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
  turnOver(times: number): void {
    for (let i = 0; i < times; i++) {
      this.limit.letIn(this.running.shift()!);
      this.fill();
    }
  }

  /** Fills a platform that takes so many at once, and is refused one more. */
  static at(limit: number): World {
    const world = new World();
    while (world.limit.limit <= limit) world.pass(10);
    while (world.running.length > limit) world.refuse(world.running.at(-1)!);
    assertEquals(world.limit.limit, limit);
    return world;
  }
}

Deno.test("AdaptiveLimit doubles every half second until something is refused", () => {
  const world = new World();
  assertEquals(world.fill().length, 4);
  for (const limit of [8, 16, 32, 64]) {
    world.pass(500);
    assertAlmostEquals(world.limit.limit, limit, 1);
  }
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
  assertEquals(world.limit.limit, 4);
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
  world.limit.letIn(world.fill()[0]!);
  assertEquals(refuseOne(), 1);
});

Deno.test("AdaptiveLimit is not brought far down by one accident when little is in flight", () => {
  const world = World.at(400);
  world.limit.throttled(world.limit.start(3, world.nowMs), 3, world.nowMs);
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
  world.turnOver(100);
  world.pass(1000);
  assertEquals(world.limit.limit, 50);
  world.pass(1000);
  assertEquals(world.limit.limit, 51);
  for (const more of [2, 4, 8, 16]) {
    world.pass(500);
    assertEquals(world.limit.limit, 50 + more);
  }
});

Deno.test("AdaptiveLimit waits longer with a probe the fewer attempts there are to pay for it", () => {
  const holds = [100, 60, 0].map((attempts) => {
    const world = World.at(50);
    world.turnOver(attempts);
    const sinceMs = world.nowMs;
    while (world.limit.limit === 50) world.pass(10);
    return Math.round((world.nowMs - sinceMs) / 1000);
  });
  assertEquals(holds, [2, 8, 60]);
});

Deno.test("AdaptiveLimit grows more slowly where refusals take long to be heard of", () => {
  const world = new World(64);
  for (let i = 0; i < 50; i++) {
    const start = world.limit.start(65, world.nowMs);
    world.nowMs += 1000;
    world.limit.throttled(start, 65, world.nowMs);
  }
  world.running.length = 0;
  while (world.limit.limit <= 32) world.pass(10);
  const before = world.limit.limit;
  world.pass(500);
  assert(world.limit.limit - before < 20, `it grew by ${world.limit.limit - before}`);
});

Deno.test("AdaptiveLimit ends at what one machine can hold when nothing is ever refused", () => {
  const world = new World();
  world.pass(30_000);
  assertEquals(world.limit.limit, 10_000);
  assertEquals(world.limit.wakeAtMs(), undefined);
});
