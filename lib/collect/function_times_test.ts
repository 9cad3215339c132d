import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AttemptEvent, FunctionRunEvent, TimedLine } from "../record/mod.ts";
import { FunctionTimes } from "./function_times.ts";

const NOW = Date.UTC(2026, 0, 1);

function attempt(startedAtMs: number, runMs: number, number = 1): AttemptEvent {
  return {
    function: "compile",
    chain: "fan7",
    instance: "i1",
    node: "compile_386",
    attempt: number,
    startedAtMs: NOW + startedAtMs,
    runMs,
    outcome: "ok",
    settled: true,
    status: 200,
    queuedMs: 0,
    cold: false,
    platform: "http",
  };
}

const KEY = "i1/compile_386";

function setUp(aheadMs = 0) {
  const reported: FunctionRunEvent[] = [];
  const times = new FunctionTimes({
    recorder: { functionRun: (event) => void reported.push(event) },
    aheadMs: () => aheadMs,
  });
  const say = (status: TimedLine["status"], atMs: number, receivedAtMs = atMs, id = KEY) =>
    times.take({ who: "functionSide", status, id, atMs: NOW + atMs }, NOW + receivedAtMs);
  const begin = (atMs: number) => times.begin(KEY, NOW + atMs);
  /** The function runs that were recorded: attempt, the function's start, its time and its queue at the provider. */
  const figures = () =>
    reported.map((run) => [run.attempt, run.startedAtMs - NOW, run.functionMs, run.providerQueuedMs]);
  return { times, say, begin, reported, figures };
}

Deno.test("FunctionTimes says how long the function ran, and waited before, when the attempt has ended", () => {
  const { say, begin, figures } = setUp();
  const open = begin(0);
  say("start", 40);
  say("end", 90);
  assertEquals(figures(), []);
  const known = open.end(attempt(0, 100), NOW + 100);
  assertEquals(figures(), [[1, 40, 50, 40]]);
  assertEquals(known?.providerQueuedMs, 40);
  assertEquals(begin(200).end(attempt(200, 100), NOW + 300), undefined);
});

Deno.test("FunctionTimes has it learned how long functions that went well really ran", () => {
  const learned: unknown[] = [];
  const times = new FunctionTimes({
    recorder: { functionRun: () => {} },
    learn: (...what) => void learned.push(what),
  });
  for (const outcome of ["ok", "failed"] as const) {
    const open = times.begin(KEY, NOW);
    for (const [status, atMs] of [["start", 40], ["end", 90]] as const) {
      times.take({ who: "f", status, id: KEY, atMs: NOW + atMs }, NOW + atMs);
    }
    open.end({ ...attempt(0, 100), outcome }, NOW + 100);
  }
  assertEquals(learned, [["compile", 50]]);
});

Deno.test("FunctionTimes takes lines that come after the attempt's end, in any order, but not for ever", () => {
  const { times, say, begin, figures } = setUp();
  begin(0).end(attempt(0, 100), NOW + 100);
  say("end", 90, 400);
  say("start", 40, 401);
  assertEquals(figures(), [[1, 40, 50, 40]]);
  begin(1000).end(attempt(1000, 100), NOW + 1100);
  assertEquals(times.awaited, 1);
  say("start", 1040, 7000);
  say("end", 1090, 7000);
  assertEquals(figures().length, 1);
  assertEquals([times.awaited, times.stats.strange], [0, 2]);
});

Deno.test("FunctionTimes gives each attempt of an invocation its own run", () => {
  const { say, begin, figures } = setUp();
  const first = begin(0);
  say("start", 1);
  say("end", 11);
  first.end(attempt(0, 12), NOW + 12);
  const second = begin(100);
  say("start", 105);
  say("end", 125);
  second.end(attempt(100, 30, 2), NOW + 130);
  assertEquals(figures(), [[1, 1, 10, 1], [2, 105, 20, 5]]);
});

Deno.test("FunctionTimes leaves out what cannot be told apart: a run that went on into the next attempt", () => {
  const { say, begin, figures } = setUp();
  const first = begin(0);
  say("start", 10);
  first.end({ ...attempt(0, 100), outcome: "failed" }, NOW + 100);
  const second = begin(200);
  say("start", 210);
  say("end", 220);
  say("end", 230);
  second.end(attempt(200, 50, 2), NOW + 250);
  assertEquals(figures(), []);
});

Deno.test("FunctionTimes passes over what is not called here", () => {
  const { times, say, reported } = setUp();
  for (let i = 0; i < 1000; i++) say("start", i, i, `stranger/${i}`);
  assertEquals([times.stats.strange, reported.length], [1000, 0]);
});

Deno.test("FunctionTimes says when clocks do not agree, and tells no queue at the provider then", () => {
  const { times, say, begin, reported } = setUp();
  const behind = begin(0);
  say("start", -500, 20);
  say("end", -440, 80);
  behind.end(attempt(0, 100), NOW + 100);
  const ahead = begin(200);
  say("start", 260);
  say("end", 350);
  ahead.end(attempt(200, 100, 2), NOW + 300);
  assertEquals(
    reported.map(({ functionMs, providerQueuedMs, skewMs, startedAtMs }) => [
      functionMs,
      providerQueuedMs,
      skewMs,
      startedAtMs - NOW,
    ]),
    [[60, undefined, -500, 0], [90, undefined, 50, 200]],
  );
  const { skewed, worstSkewMs } = times.stats;
  assertEquals([skewed, worstSkewMs], [2, -500]);
});

Deno.test("FunctionTimes tells of an attempt at most once, and nothing below zero, whatever lines come", () => {
  const word = fc.oneof(
    fc.record({
      kind: fc.constant("line" as const),
      status: fc.constantFrom("start" as const, "end" as const),
      atMs: fc.integer({ min: -100, max: 300 }),
      id: fc.constantFrom(KEY, "other"),
    }),
    fc.constant({ kind: "begin" as const }),
    fc.constant({ kind: "end" as const }),
    fc.record({ kind: fc.constant("pause" as const), ms: fc.integer({ min: 1, max: 6000 }) }),
  );
  fc.assert(fc.property(fc.array(word, { maxLength: 60 }), (words) => {
    const { say, begin, reported } = setUp();
    const open: { readonly attempt: ReturnType<typeof begin>; readonly number: number }[] = [];
    let nowMs = 0, begun = 0;
    for (const word of words) {
      nowMs++;
      if (word.kind === "line") say(word.status, word.atMs, nowMs, word.id);
      if (word.kind === "begin") open.push({ attempt: begin(nowMs), number: ++begun });
      if (word.kind === "pause") nowMs += word.ms;
      const ends = word.kind === "end" ? open.shift() : undefined;
      ends?.attempt.end(attempt(nowMs - 1, 1, ends.number), NOW + nowMs);
    }
    assertEquals(new Set(reported.map((run) => run.attempt)).size, reported.length);
    for (const run of reported) {
      assert(run.functionMs >= 0 && (run.providerQueuedMs ?? 0) >= 0);
      assert((run.providerQueuedMs === undefined) !== (run.skewMs === undefined));
    }
  }));
});

Deno.test("FunctionTimes knows how far this machine's own clock has been set since the start", () => {
  const { say, begin, figures } = setUp(3000);
  const open = begin(0);
  say("start", 3010, 10);
  say("end", 3020, 20);
  open.end(attempt(0, 30), NOW + 30);
  assertEquals(figures(), [[1, 10, 10, 10]]);
});

Deno.test("FunctionTimes waits at the end only for functions that have ever reported", () => {
  const { times, say, begin } = setUp();
  begin(0).end({ ...attempt(0, 10), function: "silent" }, NOW + 10);
  assertEquals(times.awaited, 0);
  const abandoned = begin(20);
  abandoned.abandon();
  say("start", 21);
  assertEquals(times.stats.strange, 0, "the first attempt still waits");
});

Deno.test("FunctionTimes remembers the newest of many functions that tell of themselves", () => {
  const { times, say } = setUp();
  const run = (fn: string, isReported: boolean) => {
    const key = `i1/${fn}`;
    const open = times.begin(key, NOW);
    if (isReported) {
      say("start", 0, 0, key);
      say("end", 1, 1, key);
    }
    open.end({ ...attempt(0, 1), function: fn }, NOW + 1);
  };
  for (let i = 0; i <= 10_000; i++) run(`f${i}`, true);
  run("f0", false);
  assertEquals(times.awaited, 0, "the first has been forgotten");
  run("f10000", false);
  assertEquals(times.awaited, 1);
});
