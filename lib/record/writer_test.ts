import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Clock } from "../model/mod.ts";
import { EventEncoder } from "./encode.ts";
import { RunLogError } from "./errors.ts";
import { mergeRunLogs } from "./merge.ts";
import { readRunLog } from "./reader.ts";
import { attempt, end, INFO, START_MS, submit } from "./testing.ts";
import { openRunLog } from "./writer.ts";

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur: number;
  args: Record<string, unknown>;
}

/** Runs `write` on a log in a new folder, and answers the file's text after each `look()` and at the end. */
async function written(
  write: (log: Awaited<ReturnType<typeof openRunLog>>, look: () => string) => void,
  clock?: Clock,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/run.json`;
  try {
    const log = await openRunLog(path, INFO, clock ? { clock } : {});
    write(log, () => Deno.readTextFileSync(path));
    await log.close();
    return Deno.readTextFileSync(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A clock that the test moves on. */
function handClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  let timers: { atMs: number; callback: () => void }[] = [];
  return {
    nowMs: () => now,
    wallMs: () => now,
    until: () => Promise.reject(new Error("the writer does not wait")),
    after(delayMs, callback) {
      const timer = { atMs: now + delayMs, callback };
      timers.push(timer);
      return () => timers = timers.filter((other) => other !== timer);
    },
    advance(ms) {
      now += ms;
      const due = timers.filter(({ atMs }) => atMs <= now);
      timers = timers.filter(({ atMs }) => atMs > now);
      due.forEach(({ callback }) => callback());
    },
  };
}

Deno.test("openRunLog() writes valid JSON, one event a line, the run first", async () => {
  const text = await written((log) => {
    log.submit(submit());
    log.attempt(attempt({ startedAtMs: 1.5, runMs: 2.25, queuedMs: 0.5, reason: 'a "reason"\n' }));
    log.end(end({ endedAtMs: 4 }));
    log.counter({ atMs: START_MS + 5, ready: 1, running: 2, limit: Infinity, throttled: 3 });
  });
  const events: TraceEvent[] = JSON.parse(text);
  assertEquals(events.length, text.trim().split("\n").length - 1);
  assertEquals(events[0]!.name, "sequoia_run");
  assertEquals(events[0]!.args.schema, "sequoia.run/1");
  assertEquals(events[0]!.args.startedAt, "2026-01-01T00:00:00.000Z");
  const call = events.find(({ ph }) => ph === "X")!;
  assertEquals([call.name, call.ts, call.dur, call.args.queuedMs], ["f", 1500, 2250, 0.5]);
  assertEquals(events.find(({ ph }) => ph === "C")!.args, { ready: 1, running: 2, throttled: 3 });
});

Deno.test("openRunLog() names chains as processes and instances as threads", async () => {
  const text = await written((log) => {
    log.attempt(attempt({ chain: "a", instance: "a1" }));
    log.attempt(attempt({ chain: "b", instance: "b1" }));
    log.attempt(attempt({ chain: "a", instance: "a1", startedAtMs: 100 }));
  });
  const events: TraceEvent[] = JSON.parse(text);
  const names = events.filter(({ name }) => name.endsWith("_name")).map(({ args }) => args.name);
  assertEquals(names, ["sequoia consume", "a", "a1", "b", "b1"]);
  const tracks = events.filter(({ ph }) => ph === "X").map(({ pid, tid }) => [pid, tid]);
  assertEquals(tracks, [[2, 1], [3, 2], [2, 1]]);
});

Deno.test("EventEncoder remembers some thousand chains, and names one again that it has forgotten", () => {
  const encoder = new EventEncoder(0);
  const pidOf = (chain: string) => {
    const text = encoder.end({ chain, instance: "i", endedAtMs: 1, outcome: "completed" });
    const pids = [...text.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    return { isNamed: text.includes("process_name"), pid: pids.at(-1) };
  };
  const [first, again] = [pidOf("c0"), pidOf("c0")];
  assertEquals([first.isNamed, again], [true, { isNamed: false, pid: first.pid }]);
  for (let i = 1; i <= 20_000; i++) pidOf(`c${i}`);
  const later = pidOf("c0");
  assert(later.isNamed && later.pid! > 20_000, "no two chains share a process");
});

Deno.test("openRunLog() gives overlapping attempts of an instance threads of their own, as viewers nest by time", async () => {
  const text = await written((log) => {
    for (const startedAtMs of [0, 10, 20, 120]) log.attempt(attempt({ startedAtMs }));
  });
  const events: TraceEvent[] = JSON.parse(text);
  assertEquals(events.filter(({ ph }) => ph === "X").map(({ tid }) => tid), [1, 2, 3, 1]);
  assertStringIncludes(text, '"a1 (3)"');
});

Deno.test("openRunLog() shows what functions said on a track of their own, within their attempts", async () => {
  const { startedAtMs: _start, ...call } = attempt();
  const text = await written((log) => {
    log.attempt(attempt({ startedAtMs: 10, runMs: 90 }));
    log.functionRun({ ...call, startedAtMs: START_MS + 30, functionMs: 50, providerQueuedMs: 20 });
  });
  const [outside, inside] = (JSON.parse(text) as TraceEvent[]).filter(({ ph }) => ph === "X");
  assertEquals([inside!.pid, inside!.ts, inside!.dur], [outside!.pid, 30_000, 50_000]);
  assertEquals(inside!.args.providerQueuedMs, 20);
  assert(inside!.tid !== outside!.tid);
});

Deno.test("openRunLog() has no negative time for what was submitted before the run", async () => {
  const text = await written((log) => log.submit(submit({ submittedAtMs: -2 })));
  const [, , , event]: TraceEvent[] = JSON.parse(text);
  assertEquals([event!.ts, event!.args.tsUs], [0, -2000]);
});

Deno.test("RunLogWriter holds events back for at most 250 ms", async () => {
  const clock = handClock();
  await written((log, look) => {
    assert(!look().includes("]"), "the first event is there at once, and the bracket is not");
    log.submit(submit());
    clock.advance(249);
    assert(!look().includes('"b"'));
    clock.advance(1);
    assertStringIncludes(look(), '"b"');
    log.end(end());
    clock.advance(250);
    assertStringIncludes(look(), '"e"');
  }, clock);
});

Deno.test("RunLogWriter holds back at most 64 KiB even if the event loop never turns", async () => {
  await written((log, look) => {
    for (let i = 0; i < 1000; i++) log.attempt(attempt({ instance: `a${i}` }));
    assert(look().length > 200_000);
  }, handClock());
});

Deno.test("openRunLog() says what is wrong with the path", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = await assertRejects(() => openRunLog(`${folder}/no/run.json`, INFO), RunLogError);
    assertEquals((missing as RunLogError).code, "not-found");
    assertEquals(
      missing.message,
      `Cannot write the run log ${folder}/no/run.json: its folder does not exist. Create the folder, or choose another path`,
    );
    const isFolder = await assertRejects(() => openRunLog(folder, INFO), RunLogError);
    assertEquals((isFolder as RunLogError).code, "is-folder");
    await Deno.writeTextFile(`${folder}/file`, "");
    const notFolder = await assertRejects(() => openRunLog(`${folder}/file/run.json`, INFO), RunLogError);
    assertEquals((notFolder as RunLogError).code, "not-found");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "RunLogWriter reports a full disk once, and goes on without a log",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const errors: RunLogError[] = [];
    const told = await openRunLog("/dev/full", INFO, { onError: (error) => errors.push(error) });
    told.submit(submit());
    told.flush();
    await told.close();
    assertEquals(errors.map(({ code }) => code), ["disk-full"]);
    assertStringIncludes(errors[0]!.message, "Cannot write the run log /dev/full: the disk is full. Free");
    const kept = await openRunLog("/dev/full", INFO);
    assertEquals((await assertRejects(() => kept[Symbol.asyncDispose](), RunLogError)).code, "disk-full");
  },
});

Deno.test("openRunLog() goes on in a new file when one is full, and loses nothing of what comes meanwhile", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/run.json`;
  try {
    const log = await openRunLog(path, { ...INFO, id: "r", queueId: "q" }, { maxBytes: 3000 });
    const ids = Array.from({ length: 24 }, (_, i) => `a${i}`);
    log.setting({ atMs: START_MS + 1, setting: "paused", value: "function f" });
    log.setting({ atMs: START_MS + 2, setting: "limit", value: "5" });
    log.setting({ atMs: START_MS + 3, setting: "resumed", value: "function f" });
    for (const [i, instance] of ids.entries()) {
      log.attempt(attempt({ instance, startedAtMs: i }));
      log.flush();
      if (i % 4 === 0) await Deno.stat(folder); // a new file can be opened meanwhile
    }
    await log.close();
    const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();
    assert(files.length >= 2 && files.length <= 5, `${files}`); // 24 events have some 8,000 bytes
    const paths = [...files.slice(0, -1).toReversed(), files.at(-1)!].map((name) => `${folder}/${name}`);
    const seen: string[] = [], runs: string[] = [], limits: number[] = [], pauses: string[] = [];
    for (const part of paths) {
      assertEquals((JSON.parse(await Deno.readTextFile(part)) as TraceEvent[])[0]!.name, "sequoia_run");
      for await (const event of readRunLog(part).events) {
        if (event.type === "attempt") seen.push(event.instance);
        if (event.type === "run") runs.push(event.id!);
        if (event.type !== "setting") continue;
        if (event.setting === "limit") limits.push(event.atMs);
        else pauses.push(event.setting);
      }
    }
    assertEquals(seen, ids);
    assertEquals(runs, paths.map((_, i) => i === 0 ? "r" : `r/${i + 1}`));
    assertEquals(limits, paths.map(() => START_MS + 2), "what is in force is said in each file");
    assertEquals(pauses, ["paused", "resumed"]);
    const merged: string[] = [];
    const logs = paths.toReversed().map((name) => ({ name, ...readRunLog(name) }));
    for await (const event of mergeRunLogs(logs).events) {
      if (event.type === "attempt") merged.push(event.instance);
    }
    assertEquals(merged, ids);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
