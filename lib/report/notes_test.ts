import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RunEvent, RunInfo } from "./events.ts";
import { buildReport } from "./report.ts";
import { attempt, end, run, submit } from "./testing.ts";

const INFO = run() as { type: "run" } & RunInfo;

/** Calls of a second each, which arrive at a rate and start one after the other. */
function queue(perS: number, count: number): RunEvent[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    const arrivalMs = 1000 * i / perS, startMs = Math.max(arrivalMs, 1000 * i);
    return [
      submit(`a${i}`, arrivalMs),
      attempt(`a${i}`, startMs, 1000, { queuedMs: startMs - arrivalMs }),
      end(`a${i}`, startMs + 1000),
    ];
  });
}

const codes = async (info: Partial<RunInfo>, events: RunEvent[]) =>
  (await buildReport([{ ...INFO, ...info }, ...events])).notes.map(({ code }) => code);

Deno.test("notesOf() says that there are few samples", async () => {
  const { notes } = await buildReport([INFO, submit("a1", 0), submit("a2", 0)]);
  assertEquals(notes.map(({ code }) => code), ["few-samples"]);
  assertStringIncludes(notes[0]!.text, "Only 2 chains");
  assertEquals(await codes({}, [attempt("a1", 0, 1)]), ["few-samples"]);
  assertEquals(await codes({}, []), []);
  assertEquals(await codes({}, queue(1, 100)), []);
});

Deno.test("notesOf() says that the backlog grew to the end of the arrivals, also if it was worked off", async () => {
  assertEquals(await codes({}, queue(1.5, 200)), ["growing-backlog"]);
  assertEquals(await codes({}, queue(0.9, 200)), []);
  const burst = queue(1, 150).map((event) =>
    event.type === "submit" ? { ...event, submittedAtMs: INFO.startedAtMs } : event
  );
  assertEquals(await codes({}, burst), []);
});

Deno.test("notesOf() says that nothing queues, and that calls started late", async () => {
  const calls = (queuedMs: number) =>
    Array.from({ length: 100 }, (_, i) => attempt(`a${i}`, 100 + i, 5, { queuedMs }));
  assertEquals(await codes({ command: "spam" }, calls(0)), ["no-queue"]);
  assertEquals(await codes({ command: "spam" }, calls(60)), ["late-arrivals", "no-queue"]);
  assertEquals(await codes({ command: "spam", queue: "provider" }, calls(60)), []);
});

Deno.test("notesOf() says that shares of functions are in no log", async () => {
  assertEquals(await codes({ policy: "fair-share-arrivals+fcfs" }, queue(1, 100)), ["unknown-shares"]);
  assertEquals(await codes({ policy: "fair-share-arrivals+fair-share" }, queue(1, 100)), []);
});
