import { assertEquals, assertThrows } from "@std/assert";
import {
  instanceOf,
  makeScheduler,
  OK,
  runAll,
  single,
  startAll,
  THROTTLED,
} from "../../tests/scheduler/builders.ts";
import { constant, seededRandom } from "../model/mod.ts";
import { type Policy, PolicyError, policyOf } from "../policies/mod.ts";
import { type Limits, Scheduler } from "./mod.ts";

const PLATFORMS = [{ name: "cloud", price: 5 }, { name: "edge", price: 1 }];
const work = single("work"), elsewhere = single("elsewhere", { url: "http://127.0.0.1/elsewhere" });

function scheduler(policy: Policy, limits: Limits, instances = 6): Scheduler {
  const made = new Scheduler({ policy, limits, platforms: PLATFORMS, random: seededRandom(1) });
  for (let i = 0; i < instances; i++) made.submit(instanceOf(work, `i${i}`), 0);
  return made;
}

const places = (of: Scheduler) => startAll(of).map(({ platform }) => platform).join(" ");

Deno.test("Scheduler.next() under bin-packing fills the cheapest platform, then the next one", () => {
  const packed = policyOf("bin-packing");
  const both = { platforms: { edge: 2, cloud: 3 } };
  assertEquals(places(scheduler(packed, both)), "edge edge cloud cloud cloud");
  assertEquals(places(scheduler(packed, { platforms: { edge: 2 } })), "edge edge cloud cloud cloud cloud");
});

Deno.test("Scheduler.next() under bin-packing goes by what a call of the expected time costs", () => {
  const platforms = [{ name: "per-call", price: 10 }, { name: "per-ms", pricePerMs: 1 }];
  const made = new Scheduler({ policy: policyOf("bin-packing"), platforms, random: seededRandom(1) });
  const taking = (ms: number) => single(`of-${ms}`, { time: constant(ms) });
  made.submit(instanceOf(taking(5), "short"), 0);
  made.submit(instanceOf(taking(50), "long"), 0);
  assertEquals(startAll(made).map(({ instance, platform }) => [instance, platform]), [
    ["short", "per-ms"],
    ["long", "per-call"],
  ]);
});

Deno.test("Scheduler.next() uses platforms evenly, by their limits, if the policy does not say where", () => {
  const limits = { platforms: { cloud: 4, edge: 2 } };
  assertEquals(places(scheduler(policyOf("fcfs"), limits)), "cloud edge cloud edge cloud cloud");
  assertEquals(places(scheduler(policyOf("fcfs"), {}, 4)), "cloud edge cloud edge");
});

Deno.test("Scheduler.next() starts again where a place has become free", () => {
  const packed = scheduler(policyOf("bin-packing"), { platforms: { edge: 1, cloud: 1 } });
  const [onEdge, onCloud] = startAll(packed);
  packed.settle(onCloud!, OK, 1);
  assertEquals(places(packed), "cloud");
  packed.settle(onEdge!, OK, 2);
  assertEquals(places(packed), "edge");
});

Deno.test("Scheduler.next() starts functions with a URL of their own whatever is on the platforms", () => {
  const full = scheduler(policyOf("fcfs"), { platforms: { edge: 1, cloud: 1 } }, 3);
  full.submit(instanceOf(elsewhere, "own"), 0);
  assertEquals(startAll(full).map(({ instance, platform }) => [instance, platform]), [
    ["i0", "cloud"],
    ["i1", "edge"],
    ["own", undefined],
  ]);
});

Deno.test("Scheduler.setLimits() and setPolicy() keep what is in flight on each platform", () => {
  const packed = scheduler(policyOf("bin-packing"), { platforms: { edge: 2, cloud: 1 } }, 9);
  const [first] = startAll(packed);
  packed.setPolicy(policyOf("bin-packing+shortest-job-first"));
  assertEquals(places(packed), "");
  packed.setLimits({ platforms: { edge: 2, cloud: 3 } });
  assertEquals(places(packed), "cloud cloud");
  packed.settle(first!, OK, 0);
  assertEquals(places(packed), "edge");
});

Deno.test("Scheduler refuses places that are not attached, or are full", () => {
  const limits = { platforms: { edge: 1 } };
  const somewhere: Policy = { place: () => "somewhere" }, edge: Policy = { place: () => "edge" };
  const first = scheduler(somewhere, limits);
  const error = assertThrows(() => first.next(0), PolicyError);
  assertEquals(error.code, "bad-answer");
  assertEquals(
    error.message,
    "Cannot schedule: the policy's place answered somewhere instead of cloud or edge",
  );
  assertThrows(() => runAll(first), PolicyError);
  const second = scheduler(edge, limits);
  assertEquals(second.next(0)?.platform, "edge");
  assertThrows(() => second.next(0), PolicyError, "answered edge instead of cloud");
  assertThrows(() => scheduler(edge, { platforms: { moon: 1 } }), RangeError, "attached are cloud, edge");
  assertThrows(() => new Scheduler({ policy: edge, limits, random: seededRandom(1) }), RangeError, "none");
});

Deno.test("Scheduler.next() places a function with several URLs on the platforms that it has them for", () => {
  const some = single("some", { urls: { edge: "http://127.0.0.1/some", moon: "http://127.0.0.1/moon" } });
  const made = scheduler(policyOf("fcfs"), { platforms: { edge: 2, cloud: 2 } }, 0);
  for (let i = 0; i < 3; i++) made.submit(instanceOf(some, `some${i}`), 0);
  for (let i = 0; i < 3; i++) made.submit(instanceOf(work, `any${i}`), 0);
  const started = startAll(made);
  assertEquals(started.map(({ instance, platform }) => `${instance} ${platform}`), [
    "some0 edge",
    "some1 edge",
    "any0 cloud",
    "any1 cloud",
  ]);
  made.settle(started[2]!, OK, 1);
  assertEquals(places(made), "cloud", "what only the edge has waits on");
  made.settle(started[0]!, OK, 2);
  assertEquals(startAll(made).map(({ instance }) => instance), ["some2"]);
  const nowhere = single("nowhere", { urls: { moon: "http://127.0.0.1/moon" } });
  made.submit(instanceOf(nowhere, "lost"), 3);
  assertEquals(
    startAll(made).map(({ platform }) => platform),
    [undefined],
    "the platform says what is wrong",
  );
});

Deno.test("Scheduler.next() opens every set of platforms in which something has ended", () => {
  const onEdge = single("on-edge", { urls: { edge: "http://127.0.0.1/a" } });
  const made = scheduler(policyOf("fcfs"), { platforms: { edge: 1, cloud: 1 } }, 2);
  const started = startAll(made);
  made.submit(instanceOf(onEdge, "waits"), 0);
  assertEquals(places(made), "");
  made.settle(started.find(({ platform }) => platform === "edge")!, OK, 1);
  assertEquals(startAll(made).map(({ instance }) => instance), ["waits"]);
});

const throttledBy = (retryAfterMs?: number) =>
  ({ kind: "throttled", reason: "full", ...retryAfterMs !== undefined && { retryAfterMs } }) as const;

Deno.test("Scheduler.settle() sends what a platform throttled to another one at once", () => {
  const made = scheduler(policyOf("bin-packing"), { platforms: { edge: 3, cloud: 9 } }, 4);
  const [first] = startAll(made);
  assertEquals(first!.platform, "edge");
  assertEquals(made.settle(first!, throttledBy(60_000), 10).retryAtMs, undefined);
  const again = made.next(10)!;
  assertEquals([again.instance, again.platform, again.attempt], [first!.instance, "cloud", 2]);
  made.submit(instanceOf(work, "new"), 12);
  assertEquals(made.next(12)!.platform, "cloud", "others are not sent there for now, either");
});

Deno.test("Scheduler.next() comes back to a platform that has let something in, or has rested", () => {
  const limits = { platforms: { edge: 9, cloud: 9 }, fixed: true };
  const made = scheduler(policyOf("bin-packing"), limits, 2);
  const [a, b] = startAll(made);
  made.settle(a!, throttledBy(), 10);
  assertEquals(made.next(10)!.platform, "cloud");
  made.settle(b!, OK, 12);
  made.submit(instanceOf(work, "x"), 13);
  const x = made.next(13)!;
  assertEquals(x.platform, "edge", "it has let something in");
  made.settle(x, throttledBy(), 14);
  const moved = made.next(14)!;
  made.submit(instanceOf(work, "y"), 38);
  assertEquals([moved.platform, made.next(38)!.platform], ["cloud", "cloud"]);
  made.submit(instanceOf(work, "z"), 64);
  assertEquals(made.next(64)!.platform, "edge", "50 ms are over");
});

Deno.test("Scheduler.next() starts nothing on a platform before it may be asked again, whatever it lets in", () => {
  const made = scheduler(policyOf("bin-packing"), { platforms: { edge: 2, cloud: 1 } }, 9);
  const [a, b, onCloud] = startAll(made);
  made.settle(a!, throttledBy(1000), 10);
  made.settle(b!, OK, 20);
  assertEquals(made.next(20), undefined);
  assertEquals(made.wakeAtMs(), 1010);
  made.settle(onCloud!, OK, 30);
  assertEquals(startAll(made, 30).map(({ platform }) => platform), ["cloud"]);
  assertEquals(made.next(1010)!.platform, "edge");
});

Deno.test("Scheduler.next() starts where a full platform opens before the others, once it has room again", () => {
  const limits = { platforms: { edge: 9, cloud: 1 }, fixed: true };
  const made = scheduler(policyOf("fcfs"), limits, 2);
  const started = startAll(made);
  const on = (name: string) => started.find(({ platform }) => platform === name)!;
  made.settle(on("edge"), throttledBy(1000), 10);
  assertEquals(made.next(10), undefined, "the cloud is full");
  assertEquals(made.settle(on("cloud"), throttledBy(100), 20).retryAtMs, 120);
  assertEquals(made.next(20), undefined);
  assertEquals(made.wakeAtMs(), 120);
  assertEquals(made.next(120)?.platform, "cloud");
});

Deno.test("Scheduler.next() starts more on a platform whose limit has grown, though all together may run no more", () => {
  const made = scheduler(policyOf("fcfs"), { global: 15 }, 0);
  const chain = single("f", { urls: { edge: "http://127.0.0.1/f" } });
  for (let i = 0; i < 30; i++) made.submit(instanceOf(chain, `${i}`), 0);
  assertEquals(startAll(made).length, 10);
  assertEquals(made.wakeAtMs(), 10_000, "calls that take longer say nothing until then");
  assertEquals(startAll(made, 10_000).length, 5);
});

Deno.test("Scheduler.next() asks again with one call where a platform has asked for a longer wait than is kept", () => {
  const made = makeScheduler("fcfs", { global: 8, fixed: true });
  for (let i = 0; i < 30; i++) made.submit(instanceOf(single("f"), `${i}`), 0);
  for (const task of startAll(made)) made.settle(task, throttledBy(300_000), 10);
  assertEquals(made.asked(10), [{ askedMs: 300_000, untilMs: 60_010, function: "f" }]);
  assertEquals([startAll(made, 60_009).length, made.wakeAtMs()], [0, 60_010]);
  const [first, ...others] = startAll(made, 60_010);
  assertEquals([made.asked(60_010), others], [[], []]);
  made.settle(first!, throttledBy(300_000), 60_020);
  const [second] = startAll(made, 120_020);
  made.settle(second!, OK, 120_100);
  const all = startAll(made, 120_100);
  assertEquals(all.length, 8, "it has let one in");
  for (const task of all) made.settle(task, throttledBy(90_000), 120_200);
  assertEquals(startAll(made, 180_200).length, 1);
  assertEquals(made.wakeAtMs(), 182_200);
  assertEquals(startAll(made, 182_200).length, 7, "no refusal takes that long");
});

Deno.test("Scheduler.next() keeps nobody else waiting where one function is asked to wait for long", () => {
  for (const limits of [{ global: 8, fixed: true }, { global: 8 }]) {
    const made = makeScheduler("fcfs", limits);
    const submit = (name: string, id: string, atMs: number) =>
      made.submit(instanceOf(single(name), id), atMs);
    submit("busy", "b1", 0);
    submit("busy", "b2", 0);
    const [b1, b2] = startAll(made);
    made.settle(b1!, throttledBy(30_000), 10);
    made.settle(b2!, throttledBy(30_000), 10);
    submit("other", "o1", 20);
    const [o1] = startAll(made, 20);
    assertEquals(o1!.function, "other");
    made.settle(o1!, throttledBy(1500), 30);
    submit("another", "o2", 40);
    assertEquals([startAll(made, 40), made.wakeAtMs()], [[], 1530], "a short wait is for all");
    for (let atMs = 1530; atMs < 1600; atMs += 10) {
      for (const task of startAll(made, atMs)) made.settle(task, OK, atMs + 5);
    }
    assertEquals(made.stats().instances, 2);
    assertEquals(startAll(made, 30_009), []);
    const again = startAll(made, 30_010);
    assertEquals(new Set(again.map((task) => task.function)), new Set(["busy"]));
    for (const task of again) made.settle(task, throttledBy(5000), 30_030);
    submit("busy", "b3", 30_040);
    assertEquals(startAll(made, 30_040), [], "it has a door again");
    assertEquals(startAll(made, 35_030)[0]!.function, "busy");
  }
});

Deno.test("Scheduler.next() lets one function wait by itself under a fixed limit once it was refused alone three times", () => {
  const first: Policy = { rank: ({ function: name }) => name === "first" ? 0 : 1 };
  const made = makeScheduler(first, { global: 2, fixed: true });
  for (const name of ["first", "other"]) {
    for (let i = 0; i < 4; i++) made.submit(instanceOf(single(name), `${name}${i}`), 0);
  }
  let nowMs = 0;
  for (let i = 0; i < 3; i++) {
    const started = startAll(made, nowMs);
    assertEquals(started.map((task) => task.function), ["first", "first"]);
    for (const task of started) made.settle(task, THROTTLED, nowMs);
    nowMs = made.wakeAtMs()!;
  }
  const others = startAll(made, nowMs);
  assertEquals(others.map((task) => task.function), ["other", "other"]);
  nowMs = made.wakeAtMs() ?? nowMs + 5000;
  made.settle(others[0]!, OK, nowMs);
  const asking = made.next(nowMs)!;
  assertEquals(asking.function, "first", "it asks again by itself");
  made.settle(asking, OK, nowMs);
  assertEquals(made.next(nowMs)?.function, "first", "it is let in again");
});

Deno.test("Scheduler.next() forgets the waits of functions that are over, and has all wait where there are too many", () => {
  const made = makeScheduler("fcfs", { global: 500, fixed: true });
  const submit = (i: number, nowMs: number) =>
    made.submit(instanceOf(single(`f${i}`), `${nowMs} ${i}`), nowMs);
  for (let i = 0; i < 101; i++) submit(i, 0);
  for (const task of startAll(made).slice(0, 100)) made.settle(task, throttledBy(10_000), 10);
  submit(200, 20);
  const [next] = startAll(made, 20);
  assertEquals(next!.function, "f200");
  made.settle(next!, throttledBy(10_000), 30);
  submit(201, 40);
  assertEquals(startAll(made, 40), [], "there are 100 already");
  assertEquals(startAll(made, 10_030).length, 102);
});

Deno.test("Scheduler.settle() waits as it is asked to where there is no other platform, for a minute at most", () => {
  for (const [askedMs, untilMs] of [[50_000, 50_010], [3_600_000, 60_010]] as const) {
    const made = scheduler(policyOf("bin-packing"), { platforms: { edge: 1, cloud: 1 } }, 2);
    const [onEdge] = startAll(made);
    assertEquals(made.settle(onEdge!, throttledBy(askedMs), 10).retryAtMs, untilMs);
  }
});
