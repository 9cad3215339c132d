import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chain, fn, type Instance, instanceMaker, NULL, type Outcome, seededRandom } from "../model/mod.ts";
import { policyOf } from "../policies/mod.ts";
import { type Invocation, Scheduler, type SchedulerOptions } from "./mod.ts";

const OK: Outcome = { kind: "ok", output: NULL };
const NOBODY: Outcome = { kind: "unserved", reason: "nobody serves it" };

const charge = fn("charge", { run: () => 1 }), other = fn("other");
const pay = chain("pay", ({ call }) => void call(charge));
const rest = chain("rest", ({ call }) => void call(other));
const both = chain("both", ({ call }) => void call(charge, { after: call(other) }));

function schedulerOf(options: Partial<SchedulerOptions> = {}): Scheduler {
  return new Scheduler({ policy: policyOf("fcfs"), random: seededRandom(1), ...options });
}

function submit(scheduler: Scheduler, of: typeof pay, count: number, atMs = 0): Instance[] {
  const make = instanceMaker(seededRandom(`${of.name}${atMs}`));
  return Array.from({ length: count }, () => {
    const instance = make({ chain: of }, atMs);
    scheduler.submit(instance, atMs);
    return instance;
  });
}

/** Starts all that may start. */
function startAll(scheduler: Scheduler, nowMs: number): Invocation[] {
  const started: Invocation[] = [];
  for (let task = scheduler.next(nowMs); task; task = scheduler.next(nowMs)) started.push(task);
  return started;
}

Deno.test("Scheduler holds back what nobody serves, tries it twice a second, and goes on with the rest", () => {
  const scheduler = schedulerOf();
  submit(scheduler, pay, 5);
  submit(scheduler, rest, 2);
  const started = startAll(scheduler, 0);
  assertEquals(started.length, 7);
  for (const task of started) {
    const isServed = task.function === "other";
    const { verdict, ended } = scheduler.settle(task, isServed ? OK : NOBODY, 1);
    assertEquals([verdict, ended?.outcome], isServed ? ["ok", "completed"] : ["unserved", undefined]);
  }
  assertEquals(scheduler.unserved.map(({ function: name, reason }) => [name, reason]), [
    ["charge", "nobody serves it"],
  ]);
  submit(scheduler, rest, 1, 2);
  assertEquals(startAll(scheduler, 2).map((task) => task.function), ["other"]);
  assertEquals(scheduler.wakeAtMs(), 501);
  for (let atMs = 501; atMs < 3000; atMs += 501) {
    assertEquals(startAll(scheduler, atMs - 1), []);
    const [probe, ...more] = startAll(scheduler, atMs);
    assertEquals([probe!.attempts, more.length], [1, 0]);
    assertEquals(scheduler.settle(probe!, NOBODY, atMs + 1).verdict, "unserved");
  }
  const { retried, throttled, running, ready } = scheduler.stats();
  assertEquals([retried, throttled, running, ready], [0, 0, 1, 5]);
});

Deno.test("Scheduler.wakeAtMs() tells of what has opened since nothing could start, as time goes on between two calls", () => {
  const held = schedulerOf();
  submit(held, pay, 2);
  for (const task of startAll(held, 0)) held.settle(task, NOBODY, 0);
  const rated = schedulerOf({ limits: { rate: 1 } });
  submit(rated, rest, 2);
  assertEquals(startAll(rated, 0).length, 1);
  const closed = schedulerOf();
  submit(closed, rest, 2);
  const [first] = startAll(closed, 0);
  closed.settle(first!, { kind: "throttled", reason: "full", retryAfterMs: 1500 }, 0);
  for (const scheduler of [held, rated, closed]) {
    assertEquals(startAll(scheduler, 10), []);
    const opensAtMs = scheduler.wakeAtMs()!;
    assertEquals(startAll(scheduler, opensAtMs - 0.2), []);
    scheduler.shared.uses(opensAtMs + 0.1); // as whoever looks at limits meanwhile
    assertEquals(scheduler.wakeAtMs(), opensAtMs);
    assertEquals(startAll(scheduler, opensAtMs + 0.2).length > 0, true);
  }
});

Deno.test("Scheduler lets all go when one call has been answered, whatever the answer is", () => {
  for (const answer of [OK, { kind: "failed", reason: "no", retryable: false }] as Outcome[]) {
    const scheduler = schedulerOf();
    submit(scheduler, pay, 5);
    for (const task of startAll(scheduler, 0)) scheduler.settle(task, NOBODY, 0);
    const [probe] = startAll(scheduler, 500);
    scheduler.settle(probe!, answer, 510);
    assertEquals(scheduler.unserved, []);
    assertEquals(startAll(scheduler, 510).map(({ attempts }) => attempts), [1, 1, 1, 1]);
  }
});

Deno.test("Scheduler does not take an earlier call's end for an answer of who serves now", () => {
  const scheduler = schedulerOf();
  submit(scheduler, pay, 3);
  const [first, second, third] = startAll(scheduler, 0);
  scheduler.settle(first!, NOBODY, 1);
  scheduler.settle(second!, { kind: "failed", reason: "reset", retryable: true, cause: "network" }, 2);
  scheduler.settle(third!, OK, 3);
  assertEquals(scheduler.unserved.length, 1);
  assertEquals(startAll(scheduler, 499), []);
});

Deno.test("Scheduler takes a call that is not refused for two seconds for being answered", () => {
  const scheduler = schedulerOf();
  submit(scheduler, pay, 20);
  for (const task of startAll(scheduler, 0)) scheduler.settle(task, NOBODY, 0);
  const counts = [500, 1000, 1500, 2000, 2500].map((atMs) => startAll(scheduler, atMs).length);
  assertEquals(counts, [1, 1, 1, 1, 16]);
  assertEquals(scheduler.unserved, []);
});

Deno.test("Scheduler holds functions of one name and several kinds apart", () => {
  const scheduler = schedulerOf();
  const modelled = chain("modelled", ({ call }) => void call(fn("charge")));
  const called = chain("called", ({ call }) => void call(fn("charge", { url: "http://127.0.0.1:1/" })));
  submit(scheduler, pay, 1);
  scheduler.settle(scheduler.next(0)!, NOBODY, 0);
  for (const each of [modelled, called]) submit(scheduler, each, 2);
  assertEquals(startAll(scheduler, 1).map((task) => task.chain), [
    "modelled",
    "modelled",
    "called",
    "called",
  ]);
});

Deno.test("Scheduler has not started a chain whose first call nobody served: its ttl ends it, and nothing is undone", () => {
  const saga = chain("saga", ({ call, onFailed }) => {
    call(charge);
    onFailed(other);
  }, { ttl: "2s" });
  const scheduler = schedulerOf();
  submit(scheduler, saga, 1);
  let task = scheduler.next(0)!;
  assert(task.chainStarted);
  scheduler.settle(task, NOBODY, 1);
  task = scheduler.next(501)!;
  assertEquals(scheduler.wakeAtMs(), undefined, "it has started, as far as is known");
  scheduler.settle(task, NOBODY, 502);
  assert(!task.chainStarted);
  assertEquals([scheduler.next(502), scheduler.wakeAtMs()], [undefined, 1002]);
  scheduler.settle(scheduler.next(1002)!, NOBODY, 1003);
  scheduler.settle(scheduler.next(1503)!, NOBODY, 1504);
  assertEquals([scheduler.next(1504), scheduler.wakeAtMs()], [undefined, 2000]);
  assertEquals(scheduler.next(2000), undefined);
  assertEquals(scheduler.takeNews().map(({ ended }) => [ended?.outcome, ended?.reason?.slice(0, 4)]), [
    ["failed", "ttl:"],
  ]);
});

Deno.test("Scheduler ends what waits for a server when it is cancelled, and lets what undoes wait as well", () => {
  const saga = chain("saga", ({ call, onFailed }) => {
    call(other, { name: "second", after: call(other) });
    onFailed(charge);
  });
  const scheduler = schedulerOf();
  const [instance] = submit(scheduler, saga, 1);
  scheduler.settle(scheduler.next(0)!, OK, 1);
  const second = scheduler.next(1)!;
  scheduler.cancel(instance!.id, 2);
  scheduler.settle(second, OK, 3);
  const undo = scheduler.next(3)!;
  assertEquals(undo.node, "charge");
  assertEquals(scheduler.settle(undo, NOBODY, 4).verdict, "unserved");
  const again = scheduler.next(504)!;
  assertEquals(scheduler.settle(again, OK, 505).ended?.outcome, "cancelled");
  assertEquals(scheduler.stats().instances, 0);
});

Deno.test("Scheduler puts what one platform does not serve on another at once, and holds it when none does", () => {
  const scheduler = schedulerOf({ platforms: [{ name: "a" }, { name: "b" }] });
  submit(scheduler, pay, 1);
  const first = scheduler.next(0)!;
  assertEquals(first.platform, "a");
  scheduler.settle(first, NOBODY, 1);
  const second = scheduler.next(1)!;
  assertEquals([second.platform, second.attempts, scheduler.unserved], ["b", 1, []]);
  scheduler.settle(second, NOBODY, 2);
  assertEquals([scheduler.next(2), scheduler.unserved.length], [undefined, 1]);
  const placed = new Set<string>();
  for (let atMs = 502; atMs < 5000; atMs += 501) {
    const task = scheduler.next(atMs)!;
    placed.add(task.platform!);
    scheduler.settle(task, NOBODY, atMs);
  }
  assertEquals([...placed].sort(), ["a", "b"]);
});

interface InFlight {
  readonly task: Invocation;
  readonly endsAtMs: number;
  readonly outcome: Outcome;
}

Deno.test("Scheduler loses nothing and charges nothing, whenever servers come and go", () => {
  const scenes = fc.record({
    limit: fc.integer({ min: 1, max: 20 }),
    policy: fc.constantFrom("fcfs", "running-first", "fair-share", "shortest-job-first"),
    counts: fc.tuple(...[pay, rest, both].map(() => fc.nat({ max: 12 }))),
    changes: fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 3000 }), isServed: fc.boolean() }), {
      maxLength: 8,
    }),
    runMs: fc.integer({ min: 1, max: 3000 }),
  });
  fc.assert(
    fc.property(scenes, ({ limit, policy, counts, changes, runMs }) => {
      const scheduler = schedulerOf({ policy: policyOf(policy), limits: { global: limit } });
      counts.forEach((count, i) => submit(scheduler, [pay, rest, both][i]!, count));
      const until = changes.map((_, i) =>
        changes.slice(0, i + 1).reduce((sum, { afterMs }) => sum + afterMs, 0)
      );
      const lastMs = until.at(-1) ?? 0;
      const isServed = (atMs: number) => changes[until.findIndex((endMs) => atMs < endMs)]?.isServed ?? true;
      const flying: InFlight[] = [];
      let completed = 0, doneAtMs = 0, refused = 0;
      for (let nowMs = 0;;) {
        for (const task of startAll(scheduler, nowMs)) {
          assertEquals(task.attempts, 1);
          const works = task.function === "other" || isServed(nowMs);
          if (!works) refused++;
          flying.push({ task, endsAtMs: nowMs + (works ? runMs : 1), outcome: works ? OK : NOBODY });
        }
        const nextMs = Math.min(scheduler.wakeAtMs() ?? Infinity, ...flying.map(({ endsAtMs }) => endsAtMs));
        if (nextMs === Infinity) break;
        assert(nextMs > nowMs, "time goes on");
        nowMs = nextMs;
        for (const end of flying.filter(({ endsAtMs }) => endsAtMs <= nowMs)) {
          flying.splice(flying.indexOf(end), 1);
          if (scheduler.settle(end.task, end.outcome, nowMs).ended?.outcome === "completed") completed++;
        }
        doneAtMs = nowMs;
      }
      const total = counts.reduce((sum, count) => sum + count, 0);
      assertEquals([completed, scheduler.stats().instances, scheduler.unserved], [total, 0, []]);
      assert(refused <= (changes.length + 1) * limit + lastMs / 500, `${refused} were refused`);
      const calls = total + counts[2]!, waves = Math.ceil(calls / limit) + 2;
      assert(doneAtMs <= lastMs + 1002 + waves * (runMs + 501), `it took ${doneAtMs} ms`);
    }),
  );
});
