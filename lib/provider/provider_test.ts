import { assertEquals } from "@std/assert";
import { seededRandom } from "../model/mod.ts";
import { parseProfile } from "./profile_text.ts";
import { Provider } from "./provider.ts";
import { Drive } from "./testing.ts";

const provider = (profile: string) => new Provider(parseProfile(profile), seededRandom(1));

Deno.test("Provider.start() refuses what exceeds the limit, until something has ended", () => {
  const at = provider("hard-limit,limit=2,cold=0ms");
  const kinds = ["f", "g", "f"].map((name) => at.start(name, 0).kind);
  assertEquals(kinds, ["started", "started", "refused"]);
  assertEquals(at.running, 2);
  at.end("g", 1);
  assertEquals(at.start("h", 1).kind, "started");
  assertEquals(at.start("h", 1).kind, "refused");
});

Deno.test("Provider.start() is cold unless a container of that function is idle, and not for too long", () => {
  const at = provider("hard-limit,cold=40ms,keepalive=1m");
  assertEquals(at.start("f", 0), { kind: "started", delayMs: 40, cold: true });
  assertEquals(at.start("f", 0), { kind: "started", delayMs: 40, cold: true }, "the first container is busy");
  at.end("f", 100);
  assertEquals(at.start("g", 100), { kind: "started", delayMs: 40, cold: true }, "another function's");
  assertEquals(at.start("f", 60_100), { kind: "started", delayMs: 0, cold: false });
  at.end("f", 60_200);
  assertEquals(
    at.start("f", 120_201),
    { kind: "started", delayMs: 40, cold: true },
    "kept for a minute only",
  );
});

Deno.test("Provider.start() says how long a refused caller should wait", () => {
  const at = provider("hard-limit,limit=1,retryafter=2s");
  at.start("f", 0);
  assertEquals(at.start("f", 0), { kind: "refused", retryAfterMs: 2000 });
});

Deno.test("Provider of the profile ideal never refuses and is never cold", () => {
  const at = provider("ideal");
  for (let i = 0; i < 10_000; i++) {
    assertEquals(at.start("f", 0), { kind: "started", delayMs: 0, cold: false });
  }
});

Deno.test("Provider with a queue lets calls wait, first in, first out, and refuses what the queue does not hold", () => {
  const drive = new Drive("hard-limit,limit=1,queue=2,cold=0ms");
  for (const runMs of [30, 20, 10, 1]) drive.call({ name: "f", runMs });
  assertEquals(drive.calls("refused"), [3]);
  assertEquals([drive.provider.running, drive.provider.queued], [1, 2]);
  drive.run();
  assertEquals(
    drive.happened.filter(({ what }) => what === "taken").map(({ call, atMs }) => [call, atMs]),
    [[1, 30], [2, 50]],
  );
});

Deno.test("Provider forgets a queued call whose caller went away", () => {
  const drive = new Drive("hard-limit,limit=1,queue=2,cold=0ms");
  drive.call({ name: "f", runMs: 100 });
  drive.call({ name: "f", runMs: 100, patienceMs: 50 });
  drive.call({ name: "f", runMs: 100, patienceMs: 500 });
  drive.run(60);
  assertEquals(drive.provider.queued, 1);
  drive.call({ name: "f", runMs: 100 });
  drive.run();
  assertEquals([drive.calls("gone"), drive.calls("taken"), drive.calls("refused")], [[1], [2, 3], []]);
});

/** The number of calls that run when `calls` calls arrive at once. */
function runOf(profile: string, calls: number): number {
  const at = provider(profile);
  for (let i = 0; i < calls; i++) at.start("f", 0);
  return at.running;
}

Deno.test("Provider runs more than its limit where that is not what is enforced", () => {
  assertEquals(runOf("hard-limit,limit=10,enforced=1.2", 20), 12);
  assertEquals(runOf("hard-limit,limit=10,enforced=none", 20), 20);
  const at = provider("hard-limit,limit=10,enforced=1.5");
  at.changeLimit(20, 1);
  assertEquals(at.limitAt(1), 30);
});

Deno.test("Provider of each profile does what was observed there", () => {
  assertEquals(runOf("ibm", 1500), 1200, "1,000 are documented");
  assertEquals(runOf("gcf", 5000), 5000, "nothing is enforced");
  assertEquals(runOf("openwhisk", 100), 30);
  assertEquals(runOf("aws-lambda", 1000), 500, "of a burst");
});

Deno.test("Provider azure takes any load that grows slowly, and refuses most of a burst", () => {
  const slow = new Drive("azure");
  for (let i = 0; i < 8000; i++) slow.at(i * 60, () => slow.call({ name: "f", runMs: 3_600_000 }));
  slow.run(480_000);
  assertEquals([slow.provider.running, slow.calls("refused").length], [8000, 0]);
  const burst = new Drive("azure");
  for (let i = 0; i < 1000; i++) burst.call({ name: "f", runMs: 3_600_000 });
  assertEquals([burst.provider.running, burst.provider.queued], [18, 100]);
  assertEquals(burst.calls("refused").length, 882);
});

Deno.test("Provider with a ramp starts the burst, and then so many a minute, up to the limit", () => {
  const drive = new Drive("ramp,limit=1000,burst=500,ramp=300/m,cold=0ms");
  const running: number[] = [];
  for (let atMs = 0; atMs <= 240_000; atMs += 100) {
    drive.at(atMs, () => {
      for (let i = 0; i < 500; i++) drive.call({ name: "f", runMs: 3_600_000 });
      if (atMs % 30_000 === 0) running.push(drive.provider.running);
    });
  }
  drive.run(240_000);
  assertEquals(running, [500, 650, 800, 950, 1000, 1000, 1000, 1000, 1000]);
});

Deno.test("Provider with a ramp uses the containers it has, and gives back what is not used", () => {
  const drive = new Drive("ramp,limit=100,burst=10,ramp=10/m,cold=0ms,keepalive=2m");
  const tryAll = () => {
    const before = drive.calls("started").length;
    for (let i = 0; i < 100; i++) drive.call({ name: "f", runMs: 1000 });
    return drive.calls("started").length - before;
  };
  // the bucket fills up while the containers are there, so that a burst comes on top of them, until they expire
  const started = [0, 60_000, 100_000, 600_000].map((atMs) => {
    drive.run(atMs);
    return tryAll();
  });
  assertEquals(started, [10, 20, 26, 10]);
});

Deno.test("Provider with a ramp and a queue starts what waits as containers can be made", () => {
  const drive = new Drive("ramp,burst=2,ramp=1,queue=10,cold=100ms");
  for (let i = 0; i < 5; i++) drive.call({ name: "f", runMs: 60_000 });
  drive.run(10_000);
  assertEquals(
    drive.happened.filter(({ what }) => what === "taken").map(({ atMs }) => Math.round(atMs)),
    [1000, 2000, 3000],
  );
});

Deno.test("Provider takes background calls within their share of the limit and at their pace", () => {
  const drive = new Drive("background,limit=10,backgroundshare=0.5,backgroundrate=2,cold=0ms");
  for (let i = 0; i < 20; i++) drive.call({ name: "f", runMs: 60_000, mode: "background" });
  const running = [0, 499, 501, 1001, 1501, 2001, 9000].map((atMs) => drive.run(atMs).provider.running);
  assertEquals(running, [1, 1, 2, 3, 4, 5, 5]);
  assertEquals(drive.provider.queued, 15);
  for (let i = 0; i < 6; i++) drive.call({ name: "f", runMs: 60_000 });
  assertEquals([drive.provider.running, drive.provider.queued], [10, 16], "the rest is for HTTP calls");
});

/**
 * The numbers of HTTP and of background calls that ended by an instant: HTTP calls that come again when they end, and 100
 * background calls at once.
 */
function backgroundDone(profile: string, httpCalls: number): number[] {
  const drive = new Drive(profile);
  const http = { name: "f", runMs: 100, then: () => drive.call(http) };
  for (let i = 0; i < httpCalls; i++) drive.call(http);
  for (let i = 0; i < 100; i++) drive.call({ name: "g", runMs: 100, mode: "background" });
  drive.run(1050);
  const { happened } = drive;
  return (["http", "background"] as const).map((mode) =>
    happened.filter((each) => each.mode === mode && each.what === "ended").length
  );
}

Deno.test("Provider with HTTP first lets background calls starve while HTTP calls take the places", () => {
  assertEquals(backgroundDone("background,limit=10,backgroundshare=1,cold=0ms", 20), [100, 0]);
  assertEquals(backgroundDone("background,limit=10,cold=0ms", 6), [60, 0], "they fill its share");
  assertEquals(
    backgroundDone("background,limit=10,backgroundshare=1,cold=0ms,httpfirst=no", 20),
    [20, 80],
    "else in the order in which they came",
  );
});

Deno.test("Provider without a background queue drops background calls beyond the limit", () => {
  const drive = new Drive("hard-limit,limit=2,cold=0ms");
  for (let i = 0; i < 5; i++) drive.call({ name: "f", runMs: 10, mode: "background" });
  assertEquals([drive.calls("started"), drive.calls("refused")], [[0, 1], [2, 3, 4]]);
});

Deno.test("Provider.changeLimit() lets more start, or no more until enough has ended", () => {
  const at = provider("hard-limit,limit=2,cold=0ms,queue=1");
  assertEquals(["f", "f", "f"].map((name) => at.start(name, 0).kind), ["started", "started", "queued"]);
  at.changeLimit(3, 1);
  assertEquals(at.take(1)?.delayMs, 0);
  at.changeLimit(1, 2);
  for (const [nowMs, kind] of [[3, "queued"], [4, "refused"]] as const) {
    at.end("f", nowMs);
    assertEquals([at.start("f", nowMs).kind, at.take(nowMs)], [kind, undefined]);
  }
  at.end("f", 5);
  assertEquals([at.take(5)?.delayMs, at.running], [0, 1]);
});
