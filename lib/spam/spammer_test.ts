import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { EventLog } from "../../tests/programs/event_log.ts";
import { type Script, ScriptedPlatform } from "../../tests/programs/scripted_platform.ts";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { numbered } from "../../tests/programs/world.ts";
import { BROKEN, instanceOf, linear, shaped, single, THROTTLED } from "../../tests/scheduler/builders.ts";
import type { Chain, Instance } from "../model/mod.ts";
import { type ChainCallEnd, type NativeChains, PlatformError } from "../platform/mod.ts";
import { Spammer } from "./spammer.ts";

const never = new AbortController().signal;

function setup(script?: Script) {
  const clock = new VirtualClock();
  const platform = new ScriptedPlatform(clock, script);
  const log = new EventLog();
  return { clock, platform, log, spammer: new Spammer({ platform, recorder: log, clock }) };
}

/** Instances of a chain, one batch each `everyMs`. */
async function* load(clock: VirtualClock, chain: Chain, ids: readonly string[], everyMs = 0) {
  for (const id of ids) {
    const batch: Instance[] = [instanceOf(chain, id, { submittedAtMs: clock.nowMs() })];
    yield batch;
    await clock.until(clock.nowMs() + everyMs);
  }
}

/** A script that replies by the node: `{ n1: { outcome: BROKEN } }`. */
const by = (replies: Record<string, ReturnType<Script>>): Script => ({ instance, node }) =>
  replies[instance.chain.nodes[node]!.name];

Deno.test("Spammer.run() calls a successor the moment its predecessors have ended", async () => {
  const { clock, platform, log, spammer } = setup(by({ n1: { runMs: 100 }, n2: { runMs: 30 } }));
  const startMs = clock.nowMs();
  await clock.run(spammer.run(load(clock, shaped("diamond", [[], [0], [0], [1, 2]]), ["a"]), never));
  const times = platform.calls.map(({ node, startedAtMs }) => [node, startedAtMs - startMs]);
  assertEquals(times, [["n0", 0], ["n1", 10], ["n2", 10], ["n3", 110]]);
  assertEquals(platform.calls.at(-1)!.inputs, { n1: "n1#2", n2: "n2#3" });
  assertEquals(log.outcomes(), { a: "completed" });
  assertAlmostEquals(log.ends[0]!.idealMs!, 120);
  assertEquals([log.ends[0]!.endedAtMs - startMs, clock.timers], [120, 0]);
});

for (const [word, outcome] of [["throttled", THROTTLED], ["failed", BROKEN]] as const) {
  Deno.test(`Spammer.run() drops a chain of which a call is ${word}; other branches go on`, async () => {
    const { clock, platform, log, spammer } = setup(by({ n1: { outcome, runMs: 5 } }));
    await clock.run(spammer.run(load(clock, shaped("fork", [[], [0], [1], [0], [3], [2, 4]]), ["a"]), never));
    assertEquals(platform.keys(), ["a/n0", "a/n1", "a/n3", "a/n4"]);
    assertEquals(log.ends.map(({ outcome, reason }) => [outcome, reason]), [
      ["dropped", `node n1: ${outcome.reason}`],
    ]);
    assertEquals(spammer.stats(), {
      chains: { started: 1, completed: 0, dropped: 1 },
      calls: { ok: 3, throttled: 0, failed: 0, running: 0, unsent: 0, [word]: 1 },
    });
    assertEquals(spammer.firstFailure, outcome.kind === "failed" ? outcome.reason : undefined);
  });
}

Deno.test("Spammer.run() tries nothing again", async () => {
  const { clock, platform, spammer } = setup(() => ({ outcome: { ...BROKEN, retryable: true } }));
  await clock.run(spammer.run(load(clock, linear("line", 2), ["a"]), never));
  assertEquals(platform.keys(), ["a/n0"]);
});

Deno.test("Spammer.run() starts chains as they come, whatever is still running, and records all of it", async () => {
  const { clock, platform, log, spammer } = setup(() => ({ runMs: 1000 }));
  const ids = numbered(20);
  await clock.run(spammer.run(load(clock, linear("line", 2), ids, 50), never));
  assertStrictEquals(platform.most.all, 20);
  assertEquals(log.outcomes(), Object.fromEntries(ids.map((id) => [id, "completed"])));
  assertEquals([log.submits.length, log.attempts.length], [20, 40]);
  for (const { instance, node, startedAtMs, runMs, queuedMs, settled, attempt } of log.attempts) {
    const call = platform.calls.find((call) => call.instance === instance && call.node === node)!;
    assertEquals([startedAtMs, runMs], [call.startedAtMs, 1000]);
    assertEquals([queuedMs, settled, attempt], [0, true, 1]);
  }
});

Deno.test("Spammer.run() counts queueing from the intended time", async () => {
  const { clock, log, spammer } = setup();
  const late = [[instanceOf(single("f"), "a", { submittedAtMs: clock.nowMs() - 300 })]];
  await clock.run(spammer.run(asyncOf(late), never));
  assertEquals(log.attempts.map(({ queuedMs }) => queuedMs), [300]);
});

Deno.test("Spammer.pace() tells how late chains started, and which were not started", async () => {
  const clock = new VirtualClock(), platform = new ScriptedPlatform(clock, () => ({ runMs: 60_000 }));
  const lateBound = { ms: 200, part: 0 };
  const spammer = new Spammer({ platform, recorder: new EventLog(), clock, maxInFlight: 2, lateBound });
  const startMs = clock.nowMs();
  const intended = (id: string, beforeMs: number) => [
    instanceOf(single("f"), id, { submittedAtMs: startMs - beforeMs }),
  ];
  await clock.run(spammer.run(asyncOf([intended("a", 300), intended("b", 100), intended("c", 0)]), never));
  const { intended: all, late, missed, latestMs } = spammer.pace();
  assertEquals([all, late, missed, latestMs], [3, 2, 1, 300]);
});

async function* asyncOf<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

Deno.test("Spammer.run() rejects when the platform cannot be used, however long the load sleeps", async () => {
  const error = new PlatformError("cannot-listen", "no platform");
  const { clock, platform, spammer } = setup(({ instance }) =>
    instance.id === "bad" ? { error } : { runMs: 60_000 }
  );
  const startMs = clock.nowMs();
  const run = spammer.run(load(clock, single("f"), ["a", "bad", "c"], 3000), never);
  assertStrictEquals(await assertRejects(() => clock.run(run), PlatformError), error);
  assertEquals(clock.nowMs() - startMs, 3010);
  assertEquals([platform.keys(), spammer.stats().calls.running], [["a/f", "bad/f"], 0]);
  await clock.pass(10_000); // the load goes on to its next batch, and is told that nobody takes it
  assertEquals([platform.calls.length, clock.timers], [2, 0]);
});

Deno.test("Spammer.run() rejects with what its load rejects with", async () => {
  const { clock, spammer } = setup();
  const error = new TypeError("no load");
  const failing = async function* (): AsyncGenerator<Instance[]> {
    yield [instanceOf(single("f"), "a")];
    await clock.until(clock.nowMs() + 5);
    throw error;
  };
  assertStrictEquals(await assertRejects(() => clock.run(spammer.run(failing(), never)), TypeError), error);
  await clock.pass(100);
});

Deno.test("Spammer.run() that is stopped cuts off what is in flight and starts nothing more", async () => {
  const { clock, platform, log, spammer } = setup(() => ({ runMs: 60_000 }));
  const stop = new AbortController();
  clock.after(120, () => stop.abort());
  const startMs = clock.nowMs();
  await clock.run(spammer.run(load(clock, linear("line", 2), numbered(10), 50), stop.signal));
  assertEquals([clock.nowMs() - startMs, platform.calls.length], [120, 3]);
  assertEquals(log.outcomes(), { i0: "dropped", i1: "dropped", i2: "dropped" });
  await clock.pass(1000);
  assertEquals(platform.calls.length, 3);
});

/** A spammer at a platform that runs chains by itself, as a script says. */
function atNative(
  run: (
    told: (end: ChainCallEnd) => void,
    clock: VirtualClock,
    stop: AbortSignal,
  ) => Promise<string | undefined>,
) {
  const { clock, platform, log } = setup();
  const native: NativeChains = {
    takes: ({ nodes }) => nodes.length > 1,
    run: (_, told, signal) => run(told, clock, signal),
  };
  const spammer = new Spammer({ platform: Object.assign(platform, { native }), recorder: log, clock });
  return { clock, platform, log, spammer };
}

/** The end of a call that went well. */
const fine = (node: number, atMs: number, runMs: number): ChainCallEnd => ({
  node,
  atMs,
  queuedMs: 0,
  runMs,
  status: 200,
  cold: false,
});

Deno.test("Spammer.run() leaves chains to a platform that runs them, and records what it tells of them", async () => {
  const running: number[] = [];
  const { clock, platform, log, spammer } = atNative(async (told, clock) => {
    const look = () => running.push(spammer.stats().calls.running);
    look();
    await clock.until(clock.nowMs() + 10);
    told(fine(0, 0, 10));
    look();
    await clock.until(clock.nowMs() + 35);
    told({ ...fine(2, 15, 20), queuedMs: 5, cold: true });
    told({ ...fine(1, 10, 0), status: 429, lost: "refused" });
    look();
    return undefined;
  });
  const startMs = clock.nowMs(), fork = shaped("fork", [[], [0], [0], [1, 2]]);
  const late = [[instanceOf(fork, "a", { submittedAtMs: startMs - 300 })]];
  await clock.run(spammer.run(asyncOf(late), never));
  assertEquals([platform.calls.length, running], [0, [1, 2, 0]]);
  assertEquals(
    log.attempts.map((
      { node, startedAtMs, runMs, queuedMs, outcome, status, cold },
    ) => [node, startedAtMs - startMs, runMs, queuedMs, outcome, status, cold]),
    [
      ["n0", 0, 10, 300, "ok", 200, false],
      ["n2", 15, 20, 5, "ok", 200, true],
      ["n1", 10, 0, 0, "throttled", 429, false],
    ],
  );
  assertEquals(log.ends.map(({ outcome, reason, endedAtMs }) => [outcome, reason, endedAtMs - startMs]), [
    ["dropped", "node n1: refused", 35],
  ]);
  assertEquals(spammer.stats(), {
    chains: { started: 1, completed: 0, dropped: 1 },
    calls: { ok: 2, throttled: 1, failed: 0, running: 0, unsent: 0 },
  });
});

Deno.test("Spammer.run() records for how long the platform kept an HTTP call in its line, and takes that for no part of the ideal", async () => {
  const { clock, log, spammer } = atNative((told) => {
    told({ ...fine(0, 0, 100), providerQueuedMs: 60 });
    told(fine(1, 100, 10));
    return Promise.resolve(undefined);
  });
  await clock.run(spammer.run(load(clock, shaped("line", [[], [0]]), ["a"]), never));
  assertEquals(log.attempts.map(({ runMs, providerQueuedMs }) => [runMs, providerQueuedMs]), [
    [100, 60],
    [10, undefined],
  ]);
  assertEquals(log.ends.map(({ outcome, idealMs }) => [outcome, idealMs]), [["completed", 50]]);
});

Deno.test("Spammer.run() counts as failed what a platform does not tell of", async () => {
  const { clock, log, spammer } = atNative((told) => {
    told(fine(0, 0, 10));
    return Promise.resolve("the local platform ended");
  });
  await clock.run(spammer.run(load(clock, shaped("fork", [[], [0], [0]]), ["a"]), never));
  assertEquals(log.attempts.map(({ node, outcome, status }) => [node, outcome, status]), [
    ["n0", "ok", 200],
    ["n1", "failed", 0],
    ["n2", "failed", 0],
  ]);
  assertEquals(log.ends.map(({ reason }) => reason), ["node n1: the local platform ended"]);
  assertEquals(spammer.stats().calls, { ok: 1, throttled: 0, failed: 2, running: 0, unsent: 0 });
});

Deno.test("Spammer.run() rejects when a platform that runs chains cannot be used, and calls it for chains only", async () => {
  const error = new PlatformError("cannot-listen", "no platform");
  const { clock, platform, spammer } = atNative(() => Promise.reject(error));
  await clock.run(spammer.run(load(clock, single("f"), ["one"]), never));
  assertEquals(platform.keys(), ["one/f"]);
  const run = spammer.run(load(clock, linear("line", 2), ["two"]), never);
  assertStrictEquals(await assertRejects(() => clock.run(run), PlatformError), error);
  assertEquals(spammer.stats().calls.running, 0);
});

Deno.test("Spammer.run() keeps nothing of the chains that have ended", async () => {
  const { clock, log, spammer } = setup();
  log.submit = log.end = log.attempt = () => {};
  const released = new Set<string>();
  const registry = new FinalizationRegistry<string>((id) => released.add(id));
  const watched = async function* () {
    for await (const batch of load(clock, linear("line", 2), numbered(100), 100)) {
      registry.register(batch[0]!, batch[0]!.id);
      yield batch;
    }
    for (let i = 0; i < 50 && released.size < 90; i++) {
      new Array(1_000_000).fill(i); // something to collect
      await clock.until(clock.nowMs() + 1);
    }
  };
  await clock.run(spammer.run(watched(), never));
  assert(released.size >= 90, `${released.size} of 100`);
});

Deno.test("Spammer.run() starts calls at their intended times, however long answers take", async () => {
  const { clock, platform, log, spammer } = setup(() => ({ runMs: 5000 }));
  const startMs = clock.nowMs();
  await clock.run(spammer.run(load(clock, single("f"), numbered(20), 10), never));
  assertEquals(
    platform.calls.map(({ startedAtMs }) => startedAtMs - startMs),
    numbered(20).map((_, i) => i * 10),
  );
  assertEquals(log.attempts.every(({ queuedMs }) => queuedMs === 0), true);
  const { latency_ms, start_error_ms, startsPerS } = spammer.figures();
  assertEquals([latency_ms.max, start_error_ms.max, Math.round(startsPerS!)], [5000, 0, 100]);
});

Deno.test("Spammer.run() that is late counts latency from the intended start, and records both", async () => {
  const { clock, log, spammer } = setup();
  const intendedAtMs = clock.nowMs() - 300;
  const late = async function* () {
    yield [instanceOf(single("f"), "a", { submittedAtMs: intendedAtMs })];
  };
  await clock.run(spammer.run(late(), never));
  const [{ queuedMs, startedAtMs }] = log.attempts as [typeof log.attempts[number]];
  assertEquals([queuedMs, startedAtMs - intendedAtMs], [300, 300]);
  const { latency_ms, start_error_ms } = spammer.figures();
  assertEquals([latency_ms.max, start_error_ms.max], [310, 300]);
});

Deno.test("Spammer.run() makes no call beyond those that may be in flight, and says so", async () => {
  const clock = new VirtualClock(), log = new EventLog();
  const platform = new ScriptedPlatform(clock, () => ({ runMs: 1000 }));
  const spammer = new Spammer({ platform, recorder: log, clock, maxInFlight: 3 });
  await clock.run(spammer.run(load(clock, single("f"), numbered(5), 10), never));
  assertEquals(platform.calls.length, 3);
  assertEquals(spammer.stats().calls, { ok: 3, throttled: 0, failed: 2, running: 0, unsent: 2 });
  assertEquals(
    log.attempts.filter(({ outcome }) => outcome === "failed").map(({ reason, runMs }) => [reason, runMs]),
    [
      ["not sent: 3 calls were in flight", 0],
      ["not sent: 3 calls were in flight", 0],
    ],
  );
});
