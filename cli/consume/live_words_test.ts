import { assertEquals } from "@std/assert";
import type { ConsumerStats } from "../../lib/consume/mod.ts";
import { liveWords, type Surroundings } from "./live_words.ts";

const STATS: ConsumerStats = {
  ...{ instances: 5, ready: 0, delayed: 0, running: 3, limit: 10, throttled: 0, retried: 0 },
  ...{ calls: 9, completed: 7, failed: 1, cancelled: 0, shed: 0, leftMs: undefined },
  ...{ unserved: [], refused: [], heldRetries: [], asked: [] },
  policy: "fcfs",
  settings: { revision: 0, pauses: [] },
};
const AROUND: Surroundings = { isEnding: false, isQueueWaiting: false, queued: undefined, limits: {} };

const NUMBERS = "running 3 of 10; completed 7, failed 1";

function of(stats: Partial<ConsumerStats> = {}, around: Partial<Surroundings> = {}): string {
  return liveWords({ ...STATS, ...stats }, { ...AROUND, ...around });
}

Deno.test("liveWords() shows what runs, waits and has ended", () => {
  assertEquals(of(), NUMBERS);
  assertEquals(of({ limit: Infinity }), "running 3; completed 7, failed 1");
  assertEquals(
    of({ ready: 4, delayed: 2, leftMs: 60_000 }, { queued: 900 }),
    "running 3 of 10, ready 4, retrying 2, queued 900; completed 7, failed 1; about 1m left",
  );
});

Deno.test("liveWords() shows what the queue sets", () => {
  const settings = { revision: 3, pauses: [], limit: 10, ceilings: { functions: { f: 1 } } };
  assertEquals(of({ settings }), `${NUMBERS}; set by the queue: limit 10, ceilings`);
  const policy = { id: "1", name: "deadline", files: {} };
  const withPolicy = { revision: 4, pauses: [], policy, floors: { functions: { f: 1 } } };
  assertEquals(
    of({ policy: "deadline", settings: withPolicy }),
    `${NUMBERS}; set by the queue: policy deadline, floors`,
  );
});

const pauses = ["a", "b", "c", "d"].map((name) => ({ function: name }));
const OBSTACLES: [words: string, stats: Partial<ConsumerStats>, around?: Partial<Surroundings>][] = [
  ["ending", {}, { isEnding: true }],
  ["waiting for the queue", {}, { isQueueWaiting: true }],
  ["paused: everything", { settings: { revision: 1, pauses: [{}] } }],
  ["paused: function a, function b, function c, …", { settings: { revision: 1, pauses } }],
  ["nobody serves a, b", { unserved: ["a", "b"].map((name) => ({ function: name, reason: "" })) }],
  ["refused for a minute: f", { refused: [{ function: "f", sinceMs: 0, reason: "" }] }],
  ["the platform edge asks callers to wait", { asked: [{ platform: "edge", askedMs: 1, untilMs: 1 }] }],
  ["retry budget holds 3: f", { heldRetries: [1, 2].map((waiting) => ({ function: "f", waiting })) }],
];

for (const [words, stats, around] of OBSTACLES) {
  Deno.test(`liveWords() begins with what keeps work from starting: ${words}`, () => {
    assertEquals(of(stats, around), `${words}; ${NUMBERS}`);
  });
}

Deno.test("liveWords() begins with the gravest of several obstacles", () => {
  const all = OBSTACLES.filter((_, i) => i !== 2);
  const stats = Object.assign({}, ...all.map(([, stats]) => stats));
  const around = Object.assign({}, ...all.map(([, , around]) => around));
  assertEquals(of(stats, around), [...all.map(([words]) => words), NUMBERS].join("; "));
});

Deno.test("liveWords() names the rate when nothing else keeps ready work from starting", () => {
  const limits = { rate: 5 };
  assertEquals(of({ ready: 1 }, { limits }).startsWith("at its rate; running"), true);
  assertEquals(of({ ready: 1, running: 10 }, { limits }).startsWith("running"), true);
  assertEquals(of({}, { limits }), NUMBERS);
});

Deno.test("liveWords() says that limits of functions, chains or labels hold work while slots are free", () => {
  const held = "limits hold calls, see queue status; running";
  for (const limits of [{ functionRates: { mail: 5 } }, { labels: { tenant: { acme: 5 } } }]) {
    assertEquals(of({ ready: 1, running: 5 }, { limits }).startsWith(held), true);
    assertEquals(of({ ready: 1, running: 9 }, { limits }).startsWith("running"), true, "slots are taken");
    assertEquals(of({ running: 5 }, { limits }).startsWith("running"), true, "nothing is ready");
  }
  assertEquals(of({ ready: 1, running: 5 }, { limits: { functions: {} } }).startsWith("running"), true);
});
