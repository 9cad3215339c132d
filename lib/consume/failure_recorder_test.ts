import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { linear } from "../../tests/scheduler/builders.ts";
import { NULL } from "../model/mod.ts";
import { type NoteFields, notesTo } from "./notes.ts";

/** Notes of failures, with the time from the start in milliseconds. */
function noted(world: World) {
  const notes: [atMs: number, level: string, words: string, fields: NoteFields][] = [];
  const startMs = world.clock.nowMs();
  const { onFailures } = notesTo(
    (words, level, fields) => void notes.push([world.clock.nowMs() - startMs, level, words, fields]),
    world.clock,
  );
  return { notes, onFailures };
}

Deno.test("Consumer.run() tells of failed calls and chains in groups, and of what is left at its end", async () => {
  const reason = "answered with status 500: see https://me:secret@logs.example/1?token=abc";
  const world = new World(() => ({ runMs: 40, outcome: { kind: "failed", reason, retryable: false } }));
  const { notes, onFailures } = noted(world);
  await world.push(linear("order", 1), Array.from({ length: 2000 }, (_, i) => `o${i}`));
  await world.consume({ limits: { global: 4, fixed: true }, onFailures });
  const of = (name: string) =>
    notes.filter(([, , , { event }]) => event === name).map((
      [atMs, level, , { count }],
    ) => [atMs, level, count]);
  assertEquals(of("calls-failed"), [[250, "warn", 24], [10_250, "warn", 1000], [20_005, "warn", 976]]);
  assertEquals(of("chains-failed"), [[250, "error", 24], [10_250, "error", 1000], [20_005, "error", 976]]);
  const shown = "answered with status 500: see https://***@logs.example/1?…";
  const [[, , first], [, , , fields]] = notes as [typeof notes[0], typeof notes[0]];
  assertEquals(first, `Function n0 failed 24 times: ${shown} (first instance o0)`);
  const { trace_id, span_id, ...others } = fields;
  assertMatch(`${trace_id} ${span_id}`, /^[0-9a-f]{32} [0-9a-f]{16}$/);
  assertEquals(others, {
    ...{ event: "chains-failed", chain: "order", reason: `node n0: ${shown}`, instance: "o0" },
    ...{ count: 24, overMs: 210 },
  });
  assertEquals(notes.at(-2)![2], `Function n0 failed 976 times in 10s: ${shown} (first instance o1024)`);
});

Deno.test("Consumer.run() does not tell of calls that it has stopped itself as failures of their functions", async () => {
  const world = new World(() => ({ runMs: 60_000, outcome: { kind: "ok", output: NULL } }));
  const { notes, onFailures } = noted(world);
  await world.push(linear("order", 1), ["a"]);
  const running = world.start({ onFailures });
  await world.clock.pass(1000);
  await world.queue.request({ kind: "cancel", filter: { ids: ["a"] }, abort: true });
  await world.clock.pass(5000);
  running.drain.abort();
  await world.end(running);
  assertEquals(notes.map(([, , words]) => words), [
    "Chain order was cancelled: cancelled on request (instance a)",
  ]);
});
