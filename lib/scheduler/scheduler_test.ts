import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { chains } from "../../tests/scheduler/arbitraries.ts";
import {
  BROKEN,
  instanceOf,
  linear,
  makeScheduler,
  OK,
  runAll,
  SHAKY,
  shaped,
  single,
  startAll,
  THROTTLED,
  words,
} from "../../tests/scheduler/builders.ts";
import { chain, fn, type NodeRecord, type NodeState, NULL, type Outcome } from "../model/mod.ts";
import { PolicyError } from "../policies/mod.ts";
import type { SubmissionTime } from "./contract.ts";

/** n0 first, then n1 and n2, which n3 joins. */
const DIAMOND = [[], [0], [0], [1, 2]];

function record(node: number, state: NodeRecord["state"] = "ok"): NodeRecord {
  return { node, state, attempts: 1, output: NULL };
}

Deno.test("Scheduler.next() starts a node when all before it are settled", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(shaped("diamond", DIAMOND), "a"), 0);
  const [first] = startAll(scheduler);
  assertEquals(first!.node, "n0");
  scheduler.settle(first!, OK, 1);
  const [left, right] = startAll(scheduler, 1);
  assertEquals(words([left!, right!]), "a/n1 a/n2");
  scheduler.settle(right!, OK, 2);
  assertEquals(startAll(scheduler, 2), []);
  scheduler.settle(left!, OK, 3);
  const [join] = startAll(scheduler, 3);
  assertEquals([join!.node, join!.readyAtMs, join!.submittedAtMs], ["n3", 3, 0]);
  assertEquals(scheduler.settle(join!, OK, 4).ended, { outcome: "completed" });
  assertEquals(scheduler.stats().instances, 0);
});

Deno.test("Scheduler.submit() refuses an instance that is here, and takes it again when it has ended", () => {
  const scheduler = makeScheduler();
  const instance = instanceOf(single("one"), "a");
  scheduler.submit(instance, 0);
  assertThrows(
    () => scheduler.submit(instance, 0),
    TypeError,
    "Cannot submit instance a: it is scheduled already",
  );
  assertEquals(words(runAll(scheduler)), "a/one");
  scheduler.submit(instance, 0);
  assertEquals(words(runAll(scheduler)), "a/one");
});

Deno.test("Scheduler.settle() refuses what is not running", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(single("one"), "a"), 0);
  const [task] = startAll(scheduler);
  assertEquals(scheduler.settle(task!, SHAKY, 0).verdict, "retry");
  assertThrows(() => scheduler.settle(task!, OK, 0), TypeError, "it is delayed");
  assert(scheduler.next(1e6) === task);
  scheduler.settle(task!, OK, 1e6);
  assertThrows(() => scheduler.settle(task!, OK, 1e6), TypeError, "it is settled");
});

const MAP = { kind: "map", count: 2 } as const;

Deno.test("Scheduler.submit() goes on where progress ends", () => {
  fc.assert(
    fc.property(chains, fc.nat(), ([chain], bits) => {
      const settled = new Set<number>();
      chain!.nodes.forEach(({ after }, i) => {
        if (i === chain!.onFailed) return;
        if (bits & (1 << i) && after.every((before) => settled.has(before))) settled.add(i);
      });
      const scheduler = makeScheduler("running-first", { global: 2 });
      const progress = [...settled].map((node) => record(node)).reverse();
      const first = scheduler.submit(instanceOf(chain!, "a"), 0, progress);
      const ran = new Set<number>();
      const pending = [first];
      for (const { undecided = [], calls = [] } of pending) { // grows on the way
        for (const node of undecided) {
          const kind = chain!.nodes[node]!.map === undefined ? { kind: "run" } as const : MAP;
          pending.push(scheduler.decide("a", node, kind, 0)!);
        }
        for (const call of calls) {
          ran.add(call.node);
          pending.push(scheduler.settleCall("a", call, "ok", "", 0)!);
        }
        for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0)) {
          ran.add(task.nodeIndex);
          pending.push(scheduler.settle(task, OK, 0));
        }
      }
      const left = [...chain!.nodes.keys()].filter((node) => !settled.has(node) && node !== chain!.onFailed);
      assertEquals([...ran].sort((a, b) => a - b), left);
      assertEquals(first.ended, left.length === 0 ? { outcome: "completed" } : undefined);
      assertEquals(scheduler.stats().instances, 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Scheduler.submit() counts a chain with progress as started", () => {
  const scheduler = makeScheduler("running-first");
  scheduler.submit(instanceOf(linear("two", 2), "new"), 0);
  scheduler.submit(instanceOf(linear("two", 2), "old"), 0, [record(0)]);
  assertEquals(words(startAll(scheduler)), "old/n1 new/n0");
});

Deno.test("Scheduler.submit() fails what was started and must not run twice", () => {
  const chainOf = (onFailure: "fail" | "skip" | "continue") =>
    chain("c", ({ call }) => {
      call(fn("pay", { atMostOnce: true }), { onFailure });
      call(fn("thank"), { after: "pay" });
      call(fn("other"));
    });
  const table = [
    { onFailure: "fail", ran: "", skipped: [], outcome: "failed" },
    { onFailure: "skip", ran: "a/other", skipped: [1], outcome: undefined },
    { onFailure: "continue", ran: "a/other a/thank", skipped: [], outcome: undefined },
  ] as const;
  for (const { onFailure, ran, skipped, outcome } of table) {
    const scheduler = makeScheduler({ rank: (task) => task.node === "other" ? 0 : 1 });
    const settlement = scheduler.submit(instanceOf(chainOf(onFailure), "a"), 0, [record(0, "started")]);
    assertEquals(settlement.skipped, skipped);
    assertEquals(settlement.ended?.outcome, outcome);
    if (outcome) assert(/^node pay: it was running/.test(settlement.ended!.reason!));
    assertEquals(words(runAll(scheduler)), ran, onFailure);
    assertEquals(scheduler.stats().instances, 0);
  }
});

Deno.test("Scheduler.submit() starts nothing of an instance whose progress fails it", () => {
  const scheduler = makeScheduler();
  const roots = shaped("roots", [[], [], []]);
  const failed: NodeRecord = { ...record(1, "failed"), reason: "no such file" };
  const { ended } = scheduler.submit(instanceOf(roots, "a"), 0, [failed]);
  assertEquals(ended, { outcome: "failed", reason: "node n1: no such file" });
  assertEquals(scheduler.stats().ready, 0);
  assertEquals(scheduler.next(0), undefined);
});

Deno.test("Scheduler.submit() reports only those as skipped that progress does not", () => {
  const scheduler = makeScheduler();
  const progress = [record(0, "failed"), record(1, "skipped")];
  const { skipped, ended } = scheduler.submit(
    instanceOf(shaped("line", [[], [0], [1]], "skip"), "a"),
    0,
    progress,
  );
  assertEquals([skipped, ended], [[2], { outcome: "completed" }]);
});

Deno.test("Scheduler.settle() skips what comes after failures to skip", () => {
  const table: { name: string; after: number[][]; failing: string[]; ran: string; skipped: number[] }[] = [
    { name: "all of a line", after: [[], [0], [1]], failing: ["n0"], ran: "n0", skipped: [1, 2] },
    { name: "half of a join", after: DIAMOND, failing: ["n1"], ran: "n0 n1 n2", skipped: [3] },
    { name: "both of a join", after: DIAMOND, failing: ["n1", "n2"], ran: "n0 n1 n2", skipped: [3] },
    { name: "one branch", after: [[], [0], [1], [0]], failing: ["n1"], ran: "n0 n1 n3", skipped: [2] },
    { name: "a join below", after: [[], [0], [0], [1, 2]], failing: ["n0"], ran: "n0", skipped: [1, 2, 3] },
  ];
  for (const { name, after, failing, ran, skipped } of table) {
    const scheduler = makeScheduler();
    scheduler.submit(instanceOf(shaped("c", after, "skip"), "a"), 0);
    const started: string[] = [], left: number[] = [];
    for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0)) {
      started.push(task.node);
      left.push(...scheduler.settle(task, failing.includes(task.node) ? BROKEN : OK, 0).skipped);
    }
    assertEquals([started.join(" "), left], [ran, skipped], name);
    assertEquals(scheduler.stats().instances, 0, name);
  }
});

Deno.test("Scheduler.settle() ends a failed instance with the last of its attempts", () => {
  const scheduler = makeScheduler("fcfs", { global: 2 });
  scheduler.submit(instanceOf(shaped("roots", [[], [], [], [1]]), "a"), 0);
  const [first, second] = startAll(scheduler);
  assertEquals(scheduler.settle(first!, BROKEN, 1).ended, undefined);
  assertEquals(scheduler.stats().ready, 0);
  assertEquals(scheduler.next(1), undefined);
  const settlement = scheduler.settle(second!, OK, 2);
  assertEquals(settlement.ended, { outcome: "failed", reason: "node n0: it broke" });
  assertEquals(scheduler.next(2), undefined);
});

Deno.test("Scheduler.cancel() ends at once what has nothing in flight", () => {
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(single("one"), "queued"), 0);
  scheduler.submit(instanceOf(single("two"), "delayed"), 0);
  const [, delayed] = startAll(scheduler);
  scheduler.settle(delayed!, THROTTLED, 0);
  scheduler.submit(instanceOf(single("one"), "other"), 0);
  for (const id of ["delayed", "other"]) {
    assertEquals(scheduler.cancel(id, 0)?.ended, { outcome: "cancelled", reason: "cancelled" });
  }
  assertEquals(scheduler.wakeAtMs(), undefined);
  assertEquals(scheduler.next(1e9), undefined);
  assertEquals(scheduler.cancel("nobody", 0), undefined);
  assertEquals(scheduler.cancel("other", 0), undefined);
});

Deno.test("Scheduler.cancel() lets what is in flight end, however it does, and tries nothing again", () => {
  const states: [Outcome, NodeState][] = [[OK, "ok"], [SHAKY, "failed"], [THROTTLED, "failed"]];
  for (const [outcome, verdict] of states) {
    const scheduler = makeScheduler("fcfs", { global: 1 });
    scheduler.submit(instanceOf(shaped("c", [[], [], [0]]), "a"), 0);
    const [task] = startAll(scheduler);
    assertEquals(scheduler.cancel("a", 1, "no longer wanted")?.ended, undefined);
    const settlement = scheduler.settle(task!, outcome, 2);
    assertEquals([settlement.verdict, settlement.retryAtMs], [verdict, undefined]);
    assertEquals(settlement.ended, { outcome: "cancelled", reason: "no longer wanted" });
    assertEquals(scheduler.next(1e6), undefined);
  }
});

Deno.test("Scheduler.next() ranks the other roots anew when their chain starts", () => {
  const scheduler = makeScheduler("running-first");
  const roots = shaped("roots", [[], [], []]);
  for (const id of ["a", "b"]) scheduler.submit(instanceOf(roots, id), 0);
  assertEquals(words(startAll(scheduler)), "a/n0 a/n1 a/n2 b/n0 b/n1 b/n2");

  const last = makeScheduler({ rank: (task) => task.chainStarted ? 0 : -task.submittedAtMs });
  for (const [i, id] of ["a", "b", "c"].entries()) {
    last.submit(instanceOf(roots, id, { submittedAtMs: i + 1 }), i + 1);
  }
  const order = Array.from({ length: 4 }, () => last.next(3)!);
  assertEquals(words(order), "c/n0 b/n0 a/n0 a/n1");
});

Deno.test("Scheduler.next() keeps a group's turn when a chain's start ranks its invocations anew", () => {
  const scheduler = makeScheduler({ group: (task) => task.function });
  scheduler.submit(instanceOf(shaped("roots", [[], []]), "a"), 0);
  scheduler.submit(instanceOf(single("late"), "b"), 0);
  assertEquals(words(startAll(scheduler)), "a/n0 a/n1 b/late");
});

Deno.test("Scheduler.setPolicy() puts what waits in the new order", () => {
  const scheduler = makeScheduler("fcfs");
  const chains = [30, 10, 20].map((ms) => single(`c${ms}`, { time: { kind: "constant", ms } }));
  const count = 100_000;
  for (let i = 0; i < count; i++) scheduler.submit(instanceOf(chains[i % 3]!, `${i}`), i);
  const [first, second] = [scheduler.next(count)!, scheduler.next(count)!];
  assertEquals(words([first, second]), "0/c30 1/c10");
  scheduler.setPolicy({ rank: (task) => [task.remainingMs, -task.submittedAtMs, Number(task.instance)] });
  assertEquals([scheduler.stats().ready, scheduler.stats().running], [count - 2, 2]);
  const order = startAll(scheduler, count).map((task) => [task.expectedMs, Number(task.instance)] as const);
  assertEquals(order.length, count - 2);
  assertEquals(order, order.toSorted(([a, i], [b, j]) => a - b || i - j));
  scheduler.settle(first, OK, count);
  assertEquals(scheduler.stats().running, count - 1);
});

Deno.test("Scheduler.setPolicy() leaves the former policy in force if the new one cannot be used", () => {
  const scheduler = makeScheduler("running-first", { global: 2 });
  for (const id of ["a", "b", "c"]) scheduler.submit(instanceOf(linear("two", 2), id), 0);
  const [first] = startAll(scheduler);
  const stats = scheduler.stats();
  const policy = { rank: ({ instance }: { instance: string }) => instance === "c" ? NaN : 0 };
  assertThrows(() => scheduler.setPolicy(policy), PolicyError);
  assertEquals(scheduler.stats(), stats);
  scheduler.settle(first!, OK, 0);
  assertEquals(scheduler.next(0)!.instance, "a");
});

Deno.test("Scheduler.setLimits() lets what is in flight beyond the limit end", () => {
  const scheduler = makeScheduler("fcfs", { global: 3 });
  for (let i = 0; i < 6; i++) scheduler.submit(instanceOf(single("one"), `${i}`), 0);
  const running = startAll(scheduler);
  scheduler.setLimits({ functions: { one: 1 } });
  assertEquals([running.length, scheduler.stats().running, scheduler.stats().limit], [3, 3, Infinity]);
  for (const task of running) {
    assertEquals(scheduler.next(0), undefined);
    scheduler.settle(task, OK, 0);
  }
  assertEquals(words(startAll(scheduler)), "3/one");
  scheduler.setLimits({});
  assertEquals(words(startAll(scheduler)), "4/one 5/one");
});

Deno.test("Scheduler.next() goes round what a limit holds back", () => {
  const chains = ["a", "b"].map((name) =>
    chain(name, ({ call }) => {
      call(fn("shared"), { name: `${name}1` });
      call(fn(`own_${name}`), { name: `${name}2` });
    })
  );
  const table = [
    { limits: {}, started: "0/a1 0/a2 1/b1 1/b2 2/a1 2/a2 3/b1 3/b2" },
    { limits: { functions: { shared: 1 } }, started: "0/a1 0/a2 1/b2 2/a2 3/b2" },
    { limits: { chains: { a: 1 } }, started: "0/a1 1/b1 1/b2 3/b1 3/b2" },
    { limits: { functions: { shared: 2 }, chains: { b: 2 } }, started: "0/a1 0/a2 1/b1 1/b2 2/a2" },
    { limits: { global: 3, functions: { shared: 1 } }, started: "0/a1 0/a2 1/b2" },
    { limits: { functions: { nothing: 1 } }, started: "0/a1 0/a2 1/b1 1/b2 2/a1 2/a2 3/b1 3/b2" },
  ];
  for (const { limits, started } of table) {
    const scheduler = makeScheduler({}, limits);
    for (let i = 0; i < 4; i++) scheduler.submit(instanceOf(chains[i % 2]!, `${i}`), 0);
    assertEquals(words(startAll(scheduler)), started, JSON.stringify(limits));
  }
});

Deno.test("Scheduler refuses limits that are no whole numbers above 0", () => {
  const scheduler = makeScheduler("fcfs", { global: 7 });
  for (const bad of [0, -1, NaN, 1.5, -Infinity]) {
    for (const limits of [{ global: bad }, { functions: { f: bad } }, { chains: { c: bad } }]) {
      const message = `to ${bad}. Write a whole number above 0`;
      assertThrows(() => makeScheduler("fcfs", limits), RangeError, message);
      assertThrows(() => scheduler.setLimits(limits), RangeError, message);
    }
  }
  assertEquals(scheduler.stats().limit, 7);
});

Deno.test("Scheduler.stats() counts what waits, is delayed and runs", () => {
  const scheduler = makeScheduler("fcfs", { global: 3, fixed: true });
  for (let i = 0; i < 5; i++) scheduler.submit(instanceOf(single("one"), `${i}`), 0);
  const [a, b] = startAll(scheduler);
  scheduler.settle(a!, THROTTLED, 0);
  scheduler.settle(b!, SHAKY, 0);
  const counters = { limit: 3, throttled: 1, retried: 1 };
  assertEquals(scheduler.stats(), { instances: 5, ready: 3, delayed: 1, running: 1, ...counters });
  scheduler.next(1e6);
  assertEquals(scheduler.stats(), { instances: 5, ready: 3, delayed: 0, running: 2, ...counters });
});

Deno.test("Scheduler.next() learns how long functions take", () => {
  const scheduler = makeScheduler("shortest-job-first");
  const [slow, fast] = [single("slow"), single("fast")];
  for (const [id, chain, runMs] of [["a", slow, 900], ["b", fast, 5]] as const) {
    scheduler.submit(instanceOf(chain, id), 0);
    scheduler.settle(scheduler.next(0)!, OK, runMs, runMs);
  }
  scheduler.submit(instanceOf(slow, "c"), 1000);
  scheduler.submit(instanceOf(fast, "d"), 1000);
  const order = startAll(scheduler, 1000);
  assertEquals(words(order), "d/fast c/slow");
  assertEquals(order.map((task) => task.expectedMs), [5, 900]);
});

Deno.test("Scheduler.answered() gives the place of an invocation to others, which is settled afterwards once", () => {
  const scheduler = makeScheduler("fcfs", { global: 1, functions: { n0: 1 } });
  const two = shaped("two", [[], [0]]);
  for (const id of ["a", "b"]) scheduler.submit(instanceOf(two, id), 0);
  const first = scheduler.next(0)!;
  assertEquals(scheduler.next(0), undefined);
  scheduler.answered(first, OK, 1);
  assertEquals(scheduler.stats().running, 0);
  const other = scheduler.next(1)!;
  assertEquals([other.instance, other.node], ["b", "n0"], "no successor is ready before it is settled");
  assertThrows(() => scheduler.answered(first, OK, 1), TypeError, "it is answered");
  scheduler.setLimits({ global: 2 }); // ranks all again: an answered invocation occupies nothing
  assertEquals(scheduler.stats().running, 1);
  scheduler.settle(first, OK, 2);
  assertEquals(scheduler.stats().running, 1);
  const next = scheduler.next(2)!;
  assertEquals([next.instance, next.node], ["a", "n1"]);
  assertThrows(() => scheduler.settle(first, OK, 3), TypeError, "it is settled");
  for (const task of [other, next]) scheduler.settle(task, OK, 4);
});

Deno.test("Scheduler.cancel() waits for an answered invocation to be settled", () => {
  const scheduler = makeScheduler("fcfs");
  scheduler.submit(instanceOf(shaped("two", [[], [0]]), "a"), 0);
  const first = scheduler.next(0)!;
  scheduler.answered(first, OK, 1);
  assertEquals(scheduler.cancel("a", 2)?.ended, undefined);
  assertEquals(scheduler.settle(first, OK, 3).ended, { outcome: "cancelled", reason: "cancelled" });
});

Deno.test("Scheduler.next() counts limits of time from when an instance was there, in its own time, and what it overslept", () => {
  const ttl = { ...single("one"), ttlMs: 1000 };
  const ended = (submitted: SubmissionTime | undefined, atMs: number, overslept = 0) => {
    const scheduler = makeScheduler("fcfs", { global: 1 });
    scheduler.submit(instanceOf(single("busy"), "busy"), 10_000);
    scheduler.next(10_000);
    scheduler.submit(instanceOf(ttl, "a", { submittedAtMs: 9900 }), 10_000, [], submitted);
    if (overslept > 0) scheduler.oversleep(overslept);
    scheduler.next(atMs);
    return scheduler.takeNews().length === 1;
  };
  assertEquals([10_899, 10_900].map((atMs) => ended(undefined, atMs)), [false, true]);
  const elsewhere = { submittedAtMs: 2000 }; // long ago, by a clock that differs
  assertEquals(ended(elsewhere, 10_000), true);
  const bounded = { ...elsewhere, notBeforeMs: 9950 };
  assertEquals([10_949, 10_950].map((atMs) => ended(bounded, atMs)), [false, true]);
  assertEquals([10_449, 10_450].map((atMs) => ended(bounded, atMs, 500)), [false, true]);
});

Deno.test("Scheduler takes the time in with each call, also of an instance that has ended", () => {
  const read: number[] = [];
  const made = makeScheduler({
    group: (task) => task.function,
    weight: (_, { nowMs }) => {
      read.push(nowMs);
      return 1;
    },
  });
  made.submit(instanceOf(single("f"), "a"), 0);
  const calls = [
    () => made.decide("gone", 0, { kind: "run" }, 10),
    () => made.settleCall("gone", { node: 0 }, "ok", "", 20),
    () => made.cancel("gone", 30),
    () => made.forget("gone", 40, "lost"),
  ];
  assertEquals(
    calls.map((call, i) => {
      assertEquals(call(), undefined);
      made.setPauses([{ chain: `other${i}` }]); // weights are read again
      return read.at(-1);
    }),
    [10, 20, 30, 40],
  );
});
