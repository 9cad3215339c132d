import { assertEquals, assertThrows } from "@std/assert";
import { TestClock } from "../../tests/queue/test_clock.ts";
import type { ConsumerStats, NoteEvent } from "../../lib/consume/mod.ts";
import { Heartbeat, parseHeartbeat } from "./heartbeat.ts";

const STATS: ConsumerStats = {
  ...{ instances: 5, ready: 0, delayed: 0, running: 0, limit: Infinity, throttled: 0, retried: 0 },
  ...{ calls: 0, completed: 0, failed: 0, cancelled: 0, shed: 0, leftMs: undefined },
  ...{ unserved: [], refused: [], heldRetries: [], asked: [] },
  policy: "fcfs",
  settings: { revision: 0, pauses: [] },
};

/** A consumer whose figures a test sets, and what its heartbeat tells. */
class Scene implements Disposable {
  readonly clock = new TestClock();
  readonly told: [NoteEvent, string, unknown][] = [];
  stats: ConsumerStats = STATS;
  queued: number | undefined;
  readonly #heartbeat: Heartbeat;

  constructor(everyMs: number) {
    this.#heartbeat = new Heartbeat({
      clock: this.clock,
      everyMs,
      stats: () => this.stats,
      around: () => ({ isEnding: false, isQueueWaiting: false, queued: this.queued, limits: {} }),
      tell: (event, words, fields) => void this.told.push([event, words, fields]),
    });
  }

  [Symbol.dispose](): void {
    this.#heartbeat[Symbol.dispose]();
  }
}

Deno.test("Heartbeat tells what runs and waits, and what has happened since the last one", async () => {
  using scene = new Scene(30_000);
  scene.stats = {
    ...STATS,
    ...{ running: 12, limit: 100, ready: 1340, calls: 1204, completed: 1380, throttled: 2 },
  };
  scene.queued = 9000;
  await scene.clock.pass(29_999);
  assertEquals(scene.told, []);
  await scene.clock.pass(1);
  scene.stats = {
    ...scene.stats,
    ...{ running: 0, ready: 3, calls: 1205, completed: 1381, failed: 4, throttled: 2 },
  };
  scene.stats = { ...scene.stats, settings: { revision: 1, pauses: [{ function: "pay" }] } };
  scene.queued = undefined;
  await scene.clock.pass(30_000);
  assertEquals(scene.told, [
    [
      "heartbeat",
      "Running 12 of 100, ready 1,340, queued 9,000; in 30s 1,204 calls (40.1/s), completed 1,380, throttled 2",
      {
        ...{ running: 12, limit: 100, ready: 1340, retrying: 0, queued: 9000, calls: 1204, completed: 1380 },
        ...{ failed: 0, cancelled: 0, shed: 0, throttled: 2, retried: 0, callsPerS: 40.1, overMs: 30_000 },
      },
    ],
    [
      "heartbeat",
      "Paused: function pay; running 0 of 100, ready 3; in 30s 1 call (0/s), completed 1, failed 4",
      {
        ...{ running: 0, limit: 100, ready: 3, retrying: 0, calls: 1, completed: 1 },
        ...{ failed: 4, cancelled: 0, shed: 0, throttled: 0, retried: 0, callsPerS: 0, overMs: 30_000 },
        obstacles: ["paused: function pay"],
      },
    ],
  ]);
});

Deno.test("Heartbeat is silent where none is asked for, and after its scope", async () => {
  using silent = new Scene(Infinity);
  await silent.clock.pass(100_000);
  assertEquals(silent.told, []);
  const scene = new Scene(1000);
  await scene.clock.pass(1000);
  scene[Symbol.dispose]();
  await scene.clock.pass(10_000);
  assertEquals(scene.told.length, 1);
});

Deno.test("parseHeartbeat() reads durations of a second at least, and none", () => {
  assertEquals([parseHeartbeat("30s"), parseHeartbeat("none")], [30_000, Infinity]);
  assertThrows(() => parseHeartbeat("10ms"), RangeError, "a second is the shortest time");
});
