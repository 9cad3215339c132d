/** Limits and rates of several consumers together, in virtual time: what their platforms saw. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { numbered, type Running, World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import { chain, fn, type Outcome } from "../model/mod.ts";
import type { Limits } from "../scheduler/mod.ts";
import type { Processes } from "./processes.ts";

/** The time of a call: those in flight at a stopped consumer end before the others count with their places. */
const CALL_MS = 200;
/** Within this time the others use what a consumer had that has died, or use no more, in milliseconds. */
const FOLLOWED_MS = 2000;

/** A consumer, the platform that it calls, and what becomes of it. */
class Member {
  readonly platform: ScriptedPlatform;
  readonly running: Running;
  /** When it was killed. */
  endMs = Infinity;
  /** Resolves when it is not stopped: its record can be written and the others' be read. */
  awake: Promise<void> = Promise.resolve();

  constructor(world: World, pid: number, limits: Limits, processes?: Processes) {
    this.platform = new ScriptedPlatform(world.clock, () => ({ runMs: CALL_MS }));
    const wait = async <T>(work: () => Promise<T>) => (await this.awake, await work());
    this.running = world.start({
      ...{ platform: this.platform, limits, about: { host: "h", pid, version: "1" } },
      ...processes !== undefined && { processes },
      alter: (queue) => ({
        beat: (record) => wait(() => queue.beat(record)),
        consumers: () => wait(() => queue.consumers()),
      }),
    });
  }
}

/** Consumers of one queue that has always something to do. */
class Group {
  readonly world = new World();
  readonly members: Member[] = [];

  /** @param processes what the system tells of them (Default: nothing) */
  constructor(readonly limits: Limits, readonly processes?: Processes) {}

  join(): Member {
    const member = new Member(this.world, this.members.length, this.limits, this.processes);
    this.members.push(member);
    return member;
  }

  kill(member: Member): void {
    member.endMs = this.world.clock.nowMs();
    this.world.kill(member.running);
  }

  /** It sees no time pass for a while. */
  stop(member: Member, ms: number): void {
    const { clock } = this.world;
    member.awake = clock.until(clock.nowMs() + ms);
  }

  /** Ends those that live. */
  async end(): Promise<void> {
    const alive = this.members.filter(({ endMs }) => endMs === Infinity);
    for (const { running } of alive) running.drain.abort();
    for (const { running } of alive) await this.world.end(running);
  }

  /** The starts of all, in order. */
  starts(): number[] {
    return this.members.flatMap(({ platform }) => platform.calls.map(({ startedAtMs }) => startedAtMs)).sort((
      a,
      b,
    ) => a - b);
  }

  /** The most calls in flight at once from an instant on, without those that a dead consumer had, of a function or all. */
  most(fromMs = 0, functionName?: string): number {
    const changes = this.members.flatMap(({ platform, endMs }) =>
      platform.calls.filter((call) => functionName === undefined || call.function === functionName)
        .flatMap(({ startedAtMs }) => [
          [Math.min(startedAtMs + CALL_MS, endMs), -1] as const,
          [startedAtMs, 1] as const,
        ])
    ).sort(([a, down], [b, up]) => a - b || down - up);
    let running = 0, most = 0;
    for (const [atMs, change] of changes) {
      running += change;
      if (atMs >= fromMs) most = Math.max(most, running);
    }
    return most;
  }
}

/** The most starts in a window. */
function mostIn(windowMs: number, starts: readonly number[]): number {
  let from = 0;
  return starts.reduce((most, atMs, i) => {
    while (starts[from]! + windowMs <= atMs) from++;
    return Math.max(most, i - from + 1);
  }, 0);
}

const events = fc.array(
  fc.record({
    passMs: fc.integer({ min: 0, max: 1500 }),
    kind: fc.constantFrom("join", "join", "drain", "kill", "stop"),
    who: fc.nat(3),
  }),
  { minLength: 3, maxLength: 12 },
);

Deno.test("Consumer.run() keeps with others to all limits and rates at every instant, though some join, end, die and are stopped", async () => {
  const limits = fc.record({ global: fc.integer({ min: 1, max: 9 }), f: fc.integer({ min: 1, max: 4 }) });
  await fc.assert(
    fc.asyncProperty(limits, events, async ({ global, f }, events) => {
      const rate = { starts: 20, perMs: 1000 };
      const group = new Group({ global, fixed: true, functions: { f }, functionRates: { g: rate } });
      const { world } = group, { clock } = world;
      for (const name of ["f", "g"]) await clock.run(world.push(single(name), numbered(400, name)));
      group.join();
      for (const { passMs, kind, who } of events) {
        await clock.pass(passMs);
        const member = group.members.filter(({ endMs }) => endMs === Infinity)[who];
        if (member === undefined || kind === "join") group.members.length < 6 && group.join();
        else if (kind === "drain") member.running.drain.abort();
        else if (kind === "kill") group.kill(member);
        else group.stop(member, 3000);
      }
      await clock.pass(3000);
      await group.end();
      assert(group.most() <= global, `${group.most()} of ${global}`);
      assert(group.most(0, "f") <= f, `${group.most(0, "f")} of ${f} calls of f`);
      const ofG = group.members.flatMap(({ platform: { calls } }) =>
        calls.flatMap((call) => call.function === "g" ? [call.startedAtMs] : [])
      ).sort((a, b) => a - b);
      assert(mostIn(1000, ofG) <= 20, `${mostIn(1000, ofG)} starts in a second`);
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

Deno.test("Consumer.run() uses the whole limit within two seconds of a join, an end, a death and a stop", async () => {
  const group = new Group({ global: 12, fixed: true }), { clock } = group.world;
  await clock.run(group.world.push(single("f"), numbered(5000)));
  const running = () =>
    group.members.map(({ running: { scheduler }, endMs }) => endMs < Infinity ? 0 : scheduler.running);
  const [first, second] = [group.join(), group.join()];
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [6, 6]);
  const third = group.join();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [4, 4, 4]);
  group.kill(first);
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [0, 6, 6]);
  group.stop(second, 5000);
  await clock.pass(FOLLOWED_MS + CALL_MS);
  assertEquals(running(), [0, 0, 12]);
  await clock.pass(5000);
  assertEquals(running(), [0, 6, 6]);
  third.running.drain.abort();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [0, 12, 0]);
  await group.end();
});

Deno.test("Consumer.run() begins at once after another has died, where the system tells that", async () => {
  const dead = new Set<number>();
  const group = new Group({ global: 12, fixed: true }, { space: "here", isGone: (pid) => dead.has(pid) });
  const { clock } = group.world;
  await clock.run(group.world.push(single("f"), numbered(5000)));
  const first = group.join();
  await clock.pass(1000);
  group.kill(first);
  dead.add(0);
  const second = group.join();
  await clock.pass(10);
  assertEquals(second.running.scheduler.running, 12);
  await group.end();
});

Deno.test("Consumer.run() lends its part to one that holds all there is to do, and has it back when it needs it", async () => {
  const group = new Group({ global: 8, fixed: true }), { world } = group, { clock } = world;
  const wide = chain("wide", ({ call }) => {
    for (let i = 0; i < 500; i++) call(fn("f"), { name: `n${i}` });
  });
  await clock.run(world.push(wide, ["one"])); // one instance is always one consumer's
  const running = () => group.members.map(({ running: { scheduler } }) => scheduler.running);
  const first = group.join();
  await clock.pass(10);
  group.join();
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [8, 0]);
  await clock.run(world.push(single("g"), numbered(100)));
  await clock.pass(FOLLOWED_MS);
  assertEquals(running(), [4, 4]);
  assertEquals(group.most(), 8);
  first.running.stop.abort();
  await group.end();
});

Deno.test("Consumer.run() starts work at each of three consumers in its turn where the limit is 1", async () => {
  const group = new Group({ functions: { f: 1 }, global: 100, fixed: true }),
    { world } = group,
    { clock } = world;
  for (let i = 0; i < 3; i++) group.join();
  await clock.pass(1000);
  await clock.run(world.push(single("f"), numbered(60)));
  await clock.pass(60 * CALL_MS * 1.3);
  assertEquals((await world.queue.depth()).completed, 60);
  assertEquals(group.most(), 1);
  await group.end();
});

Deno.test("Consumer.run() keeps to a rate though it is started again and again, and killed", async () => {
  for (const isKilled of [false, true]) {
    const group = new Group({ rate: { starts: 100, perMs: 60_000 } }), { world } = group, { clock } = world;
    await clock.run(world.push(single("f"), numbered(1000)));
    const fromMs = clock.nowMs();
    for (let i = 0; i < 40; i++) {
      const member = group.join();
      await clock.pass(4000);
      if (isKilled) group.kill(member);
      else {
        member.running.drain.abort();
        await world.end(member.running);
        await member.running.queue[Symbol.asyncDispose]();
        member.endMs = clock.nowMs();
      }
    }
    const starts = group.starts(), minutes = (clock.nowMs() - fromMs) / 60_000;
    assert(mostIn(60_000, starts) <= 100, `${mostIn(60_000, starts)} starts in a minute`);
    assert(starts.length > 40 * minutes, `${starts.length} starts in ${minutes} minutes`);
  }
});

Deno.test("Consumer.run() divides what the platform lets in by its refusals, under parts of one limit", async () => {
  const group = new Group({ global: 100 }), { world } = group, { clock } = world;
  await clock.run(world.push(single("f"), numbered(3000)));
  const members = [group.join(), group.join()];
  let inFlight = 0;
  for (const { platform } of members) {
    const invoke = platform.invoke.bind(platform);
    platform.invoke = async (call, signal) => {
      const outcome: Outcome = { kind: "throttled", reason: "too many" };
      if (inFlight >= 20) return { outcome, status: 429, cold: false };
      inFlight++;
      try {
        return await invoke(call, signal);
      } finally {
        inFlight--;
      }
    };
  }
  await clock.pass(30_000);
  const perS = group.starts().filter((atMs) => atMs > clock.nowMs() - 10_000).length / 10;
  assert(perS > 0.9 * 20 / CALL_MS * 1000, `${perS} calls a second`);
  await group.end();
});
