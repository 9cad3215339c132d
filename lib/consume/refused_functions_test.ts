import { assert, assertEquals, assertMatch } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import { type Outcome, writeJson } from "../model/mod.ts";
import { REFUSED_LONG_MS, type RefusedFunction, RefusedFunctions } from "./refused_functions.ts";

const REFUSED: Outcome = { kind: "throttled", reason: "throttled with status 503" };
const OK: Outcome = { kind: "ok", output: writeJson(1) };
const pay = { function: "pay", sinceMs: 0, reason: "throttled with status 503" };

/** A function that was refused each second, for a minute. */
function refused(): RefusedFunctions {
  const functions = new RefusedFunctions();
  for (let ms = 0; ms <= REFUSED_LONG_MS; ms += 1000) functions.ended("pay", REFUSED, ms, ms + 1000);
  return functions;
}

Deno.test("RefusedFunctions.news() says once that no call of a function was let in for a minute, and once that one was", () => {
  const functions = refused();
  assertEquals(functions.news(REFUSED_LONG_MS - 1), { refused: [], over: [] });
  assertEquals(functions.news(REFUSED_LONG_MS), { refused: [pay], over: [] });
  functions.ended("pay", REFUSED, REFUSED_LONG_MS + 1000);
  assertEquals(functions.news(REFUSED_LONG_MS + 1000), { refused: [], over: [] });
  assertEquals(functions.long(REFUSED_LONG_MS + 1000), [pay]);
  functions.ended("pay", OK, REFUSED_LONG_MS + 2000);
  assertEquals(functions.news(REFUSED_LONG_MS + 2000), { refused: [], over: ["pay"] });
  assertEquals(functions.long(REFUSED_LONG_MS + 2000), []);
});

Deno.test("RefusedFunctions.news() says nothing of functions that are let in now and then", () => {
  const functions = new RefusedFunctions();
  for (let ms = 0; ms <= 10 * REFUSED_LONG_MS; ms += 1000) {
    functions.ended("pay", ms % 50_000 === 0 ? OK : REFUSED, ms, ms + 1000);
    assertEquals(functions.news(ms), { refused: [], over: [] });
  }
});

Deno.test("RefusedFunctions.news() forgets a function that is not called any more, but none that is to be called later", () => {
  const functions = refused(), laterMs = 3_600_000;
  functions.ended("pay", REFUSED, REFUSED_LONG_MS, laterMs);
  functions.news(REFUSED_LONG_MS);
  assertEquals(functions.news(laterMs), { refused: [], over: [] });
  assertEquals(functions.news(laterMs + 60_001), { refused: [], over: ["pay"] });
});

Deno.test("RefusedFunctions knows so many functions at most", () => {
  const functions = new RefusedFunctions();
  for (let i = 0; i < 1500; i++) functions.ended(`f${i}`, REFUSED, i, 1e9);
  assertEquals(functions.long(1e9).length, 1000);
  assertEquals(functions.long(1e9).at(-1)!.function, "f1499");
});

Deno.test("Consumer.run() says that all calls of a function are refused, shows it in the queue, and goes on with it", async () => {
  let isFull = true;
  const world = new World(() => isFull ? { outcome: REFUSED } : undefined);
  const reported: string[] = [];
  const onThrottled = (name: string, refused: RefusedFunction | undefined) => {
    reported.push(`${name}: ${refused === undefined ? "let in" : refused.reason}`);
    void world.view("a").then(({ progress }) => reasons.push(progress[0]?.reason));
    isFull = false;
  };
  const reasons: (string | undefined)[] = [];
  await world.push(single("pay"), ["a"]);
  const startedAtMs = world.clock.nowMs();
  const consumer = await world.consume({ onThrottled });
  assertEquals(reported, ["pay: throttled with status 503"]);
  assertMatch(reasons[0]!, /^throttled with status 503; refused 16 times in a row, it is tried again after /);
  assertEquals([consumer.stats().completed, consumer.stats().refused], [1, []]);
  const tookMs = world.clock.nowMs() - startedAtMs;
  assert(tookMs > REFUSED_LONG_MS && tookMs < REFUSED_LONG_MS + 10_000, `it took ${tookMs} ms`);
});
