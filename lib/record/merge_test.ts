import { assertEquals, assertRejects } from "@std/assert";
import { RunLogError } from "./errors.ts";
import type { RunEvent, RunInfo } from "./events.ts";
import { mergeRunLogs, type NamedLog } from "./merge.ts";

const RUN: RunInfo = {
  schema: "sequoia.run/1",
  command: "consume",
  version: "0.1.0",
  policy: "fcfs",
  startedAtMs: 1000,
};

/** A log of a run of the queue `q`. */
function log(name: string, info: Partial<RunInfo>, events: readonly RunEvent[] = []): NamedLog {
  return {
    name,
    warnings: [],
    events: iterated([{ type: "run", ...RUN, queueId: "q", ...info }, ...events]),
  };
}

async function* iterated(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  await Promise.resolve();
  yield* events;
}

const end = (instance: string, endedAtMs: number): RunEvent => ({
  type: "end",
  chain: "c",
  instance,
  endedAtMs,
  outcome: "completed",
});
const counter = (atMs: number, running: number, limit: number): RunEvent => ({
  type: "counter",
  atMs,
  running,
  limit,
  ready: 0,
  throttled: 1,
});

/** The merged events, and the notes about the logs. */
async function merged(logs: readonly NamedLog[]) {
  const merged = mergeRunLogs(logs), events: RunEvent[] = [];
  for await (const event of merged.events) events.push(event);
  const [run, ...rest] = events as [RunEvent & { type: "run" }, ...RunEvent[]];
  return {
    run,
    ids: rest.map((event) => "instance" in event ? event.instance : ""),
    rest,
    notes: merged.warnings,
  };
}

Deno.test("mergeRunLogs() puts the events of several runs in the order of time, on the clock of the earliest", async () => {
  const { run, ids, notes } = await merged([
    log("a", { id: "1", startedAtMs: 2000 }, [
      end("a1", 2100),
      end("a2", 2300),
      end("late", 2200),
      end("a3", 2500),
    ]),
    log("b", { id: "2", startedAtMs: 1500 }, [end("b1", 2200), end("b2", 2600)]),
  ]);
  assertEquals([run.startedAtMs, run.policy, run.queueId], [1500, "fcfs", "q"]);
  assertEquals(ids, ["a1", "b1", "a2", "late", "a3", "b2"]);
  assertEquals(notes, []);
});

Deno.test("mergeRunLogs() adds up the gauges of runs that go on", async () => {
  const { rest } = await merged([
    log("a", { id: "1" }, [counter(1000, 3, 50), counter(1250, 4, 60), end("a1", 1300)]),
    log("b", { id: "2" }, [counter(1100, 5, 50), counter(1400, 6, 100)]),
  ]);
  const gauges = rest.flatMap((event) =>
    event.type === "counter" ? [[event.atMs, event.running, event.limit]] : []
  );
  assertEquals(gauges, [[1000, 3, 50], [1100, 8, 100], [1250, 9, 110], [1400, 6, 100]]);
});

Deno.test("mergeRunLogs() counts copies of one run once, also one that was made while it went on", async () => {
  const events = [end("a1", 1100), end("a2", 1200), end("a3", 1300)];
  const { ids, notes } = await merged([
    log("early", { id: "1" }, events.slice(0, 2)),
    log("b", { id: "2" }, [end("b1", 1150)]),
    log("whole", { id: "1" }, events),
  ]);
  assertEquals(ids, ["a1", "b1", "a2", "a3"]);
  assertEquals(notes, ["whole is of the same run as early; counted once"]);
  const old = [log("a", {}, events), log("copy", {}, events)];
  assertEquals(
    (await merged(old)).ids,
    ["a1", "a2", "a3"],
    "logs without ids are told apart by their first event",
  );
});

Deno.test("mergeRunLogs() refuses logs of one run that differ", async () => {
  const logs = [log("a", { id: "1" }, [end("a1", 1100)]), log("b", { id: "1" }, [end("a2", 1100)])];
  const error = await assertRejects(() => merged(logs), RunLogError, "it is of the same run as a");
  assertEquals(error.code, "another-copy");
});

Deno.test("mergeRunLogs() passes over a run that stands in another file, too", async () => {
  const second: RunEvent = { type: "run", ...RUN, queueId: "q", id: "2" };
  const { ids, notes } = await merged([
    log("a", { id: "1" }, [
      end("a1", 1100),
      second,
      end("b1", 1200),
      { ...second, id: "3" },
      end("c1", 1300),
    ]),
    log("b", { id: "2" }, [end("b1", 1200)]),
  ]);
  assertEquals(ids, ["a1", "b1", "c1"]);
  assertEquals(notes, ["a holds a run that another log holds, too; counted once"]);
});

Deno.test("mergeRunLogs() refuses runs of other queues and simulated ones, and says what it takes on trust", async () => {
  for (
    const [other, words] of [
      [{ queueId: "p" }, "its queue is another than that of a. Merge only logs of one load"],
      [{ command: "simulate" }, "its run was simulated, and had no queue"],
    ] as const
  ) {
    const error = await assertRejects(
      () => merged([log("a", { id: "1" }), log("b", { id: "2", ...other })]),
      RunLogError,
      `Cannot read the run log b: ${words}`,
    );
    assertEquals(error.code, "another-queue");
  }
  const { queueId: _, ...old } = { ...RUN, id: "3", policy: "deadline" };
  const { run, notes } = await merged([
    log("a", { id: "1" }),
    { name: "old", warnings: ["line 3 is no event"], events: iterated([{ type: "run", ...old }]) },
  ]);
  assertEquals(run.policy, "fcfs, deadline");
  assertEquals(notes, [
    "old does not say which queue it is of; it is taken for that of a",
    "The runs had different policies: fcfs, deadline",
    "line 3 is no event",
  ]);
});

Deno.test("mergeRunLogs() merges 256 logs at most", async () => {
  const logs = Array.from({ length: 257 }, (_, i) => log(`log${i}`, { id: `${i}` }));
  assertEquals((await merged(logs.slice(1))).ids, []);
  const error = await assertRejects(() => merged(logs), RunLogError, "257 logs");
  assertEquals(error.code, "too-many");
});
