import { assertEquals, assertMatch } from "@std/assert";
import { VirtualClock } from "../../tests/programs/virtual_clock.ts";
import { spansIn } from "../../tests/e2e/otlp_receiver.ts";
import { type Post, type PostAnswer, SpanExporter } from "./exporter.ts";
import type { Span } from "./span.ts";

const TAKEN: PostAnswer = { status: 200, body: new Uint8Array() };
const silent = (_: number, signal: AbortSignal) =>
  new Promise<PostAnswer>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

function span(name: string): Span {
  return {
    ...{ traceId: "4b".repeat(16), spanId: "a0".repeat(8), flags: "01", name, kind: "client" },
    ...{ startMs: 1, endMs: 2, attributes: {} },
  };
}

/** An exporter in virtual time, and what the collector has got, by the time from the start in milliseconds. */
function exporter(answer: (nth: number, signal: AbortSignal) => Promise<PostAnswer>) {
  const clock = new VirtualClock(), startMs = clock.nowMs();
  const got: [atMs: number, spans: string[]][] = [], notes: string[] = [];
  const post: Post = async (body, signal) => {
    got.push([clock.nowMs() - startMs, spansIn(body).map(({ name }) => name)]);
    return await answer(got.length, signal);
  };
  const made = new SpanExporter({
    ...{ post, clock, onNote: (words) => notes.push(words) },
    sender: { resource: {}, name: "sequoia", version: "1" },
    bounds: { delayMs: 5000, mostWaiting: 6, batch: 3, timeoutMs: 10_000 },
  });
  const add = (...names: string[]) => names.forEach((name) => made.add(span(name)));
  return { clock, got, notes, made, add };
}

Deno.test("SpanExporter sends a full batch at once, and others after the delay", async () => {
  const { clock, got, notes, made, add } = exporter(() => Promise.resolve(TAKEN));
  add("a", "b", "c", "d");
  await clock.pass(5001);
  assertEquals(got, [[0, ["a", "b", "c"]], [5000, ["d"]]]);
  add("e");
  await clock.pass(4998);
  assertEquals(got.length, 2);
  await clock.run(made[Symbol.asyncDispose]());
  assertEquals(got.at(-1), [9999, ["e"]]);
  assertEquals([notes, clock.timers], [[], 0]);
});

Deno.test("SpanExporter sends again what a collector could not take for now, later each time, and as late as it asks", async () => {
  const { clock, got, notes, made, add } = exporter((nth) =>
    Promise.resolve(
      nth === 1 ? { ...TAKEN, status: 503 } : nth === 2 ? { ...TAKEN, status: 429, retryAfter: "7" } : TAKEN,
    )
  );
  add("a", "b", "c");
  await clock.pass(60_000);
  assertEquals(got.map(([atMs]) => atMs), [0, 1000, 8000]);
  await clock.run(made[Symbol.asyncDispose]());
  assertEquals(notes, []);
});

Deno.test("SpanExporter loses spans rather than memory, and tells how many, at most once a minute", async () => {
  const { clock, got, notes, made, add } = exporter((nth, signal) =>
    nth <= 4 ? silent(nth, signal) : Promise.resolve(TAKEN)
  );
  add(..."abcdefghijkl", ..."mnopqr", "lost", "lost too");
  await clock.pass(1001);
  assertMatch(notes.join(), /takes spans too slowly\. 2 spans are lost/);
  await clock.pass(8000);
  assertEquals(got.length, 4);
  await clock.pass(3000); // the first ones have not been answered in time, and are sent again
  assertEquals(
    got.map(([, names]) => names.join("")).slice(4).toSorted(),
    ["abc", "def", "ghi", "jkl", "mno", "pqr"],
  );
  await clock.run(made[Symbol.asyncDispose]());
  assertEquals(notes.slice(1), ["The collector of traces takes spans again"]);
  assertEquals(clock.timers, 0);
});

Deno.test("SpanExporter does not repeat what a collector refuses, and tells what it takes in part", async () => {
  const { clock, got, notes, made, add } = exporter((nth) =>
    Promise.resolve(
      nth === 1 ? { status: 400, body: new Uint8Array() } : {
        status: 200,
        body: nth === 2 ? Uint8Array.of(10, 7, 8, 2, 18, 3, 98, 97, 100) : new Uint8Array(),
      },
    )
  );
  add("a", "b", "c");
  await clock.pass(61_000);
  add("d", "e", "f");
  await clock.pass(61_000);
  add("g", "h", "i");
  await clock.run(made[Symbol.asyncDispose]());
  assertEquals(got.length, 3);
  assertEquals(notes.map((words) => words.replace(/^.*?: /, "")), [
    "it answered with status 400. 3 spans are lost",
    "it has refused them: bad. 2 spans are lost",
    "The collector of traces takes spans again",
  ]);
});

Deno.test("SpanExporter ends within three seconds, whatever the collector does", async () => {
  const { clock, notes, made, add } = exporter(silent);
  add(..."abc", "d");
  const startMs = clock.nowMs();
  await clock.pass(100);
  const ending = made[Symbol.asyncDispose]();
  await clock.run(ending);
  assertEquals(clock.nowMs() - startMs, 3100);
  assertMatch(notes.at(-1)!, /4 spans are lost/);
  assertEquals(clock.timers, 0);
});
