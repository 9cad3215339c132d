/** The adaptive limit on a machine that is busy itself: that is no sign of the platform. */
import { assert } from "@std/assert";
import { exponential, seededRandom } from "sequoia";
import { type Random, sampleMs } from "../../lib/model/mod.ts";
import { AdaptiveLimit } from "../../lib/scheduler/adaptive_limit.ts";
import { TimeHeap } from "../../lib/scheduler/time_heap.ts";

const CALLS = 20_000;
/** The ceiling. */
const MOST = 1000;
/** The time that a call takes of this machine before it is out, and again when it is back, in milliseconds. */
const EACH_MS = 0.035;
const [RUNS, STANDS] = [exponential("4ms"), exponential("12ms")];
/** The interval at which this machine's lateness is measured, in milliseconds. */
const LATE_EVERY_MS = 20;

/** A machine of one processor that other programs take away every now and then. */
class BusyMachine {
  readonly #random: Random;
  #freeAtMs = 0;
  #changesAtMs = 0;
  #runs = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** @returns when it is done with what it is asked for, after all that it was asked for before */
  work(atMs: number, ms: number): number {
    let nowMs = Math.max(atMs, this.#freeAtMs);
    for (let leftMs = ms; leftMs > 0;) {
      while (this.#changesAtMs <= nowMs) {
        this.#runs = !this.#runs;
        this.#changesAtMs += sampleMs(this.#runs ? RUNS : STANDS, this.#random);
      }
      const stretchMs = this.#runs ? Math.min(leftMs, this.#changesAtMs - nowMs) : 0;
      leftMs -= stretchMs;
      nowMs = leftMs > 0 ? this.#changesAtMs : nowMs + stretchMs;
    }
    return this.#freeAtMs = nowMs;
  }
}

/** The time of many calls of a platform that answers each after the same time, however many there are. */
function tookMs(platformMs: number, limit: AdaptiveLimit | undefined, seed: number): number {
  const machine = new BusyMachine(seededRandom(seed));
  const due = new TimeHeap<{ readonly sequence: number; act(): void }>(() => false);
  let nowMs = 0, sequence = 0, started = 0, running = 0;
  const at = (atMs: number, act: () => void) => due.add({ sequence: sequence++, act }, atMs);
  const work = (act: () => void) => at(machine.work(nowMs, EACH_MS), act);
  const call = () => {
    started++;
    running++;
    const atMs = nowMs, start = limit?.start("f", running, nowMs);
    const end = () => {
      running--;
      if (start !== undefined) limit?.letIn(start, nowMs, nowMs - atMs);
    };
    work(() => at(nowMs + platformMs, () => work(end)));
  };
  const look = () => {
    const atMs = nowMs;
    work(() => {
      limit?.late(nowMs - atMs);
      at(Math.max(nowMs, atMs + LATE_EVERY_MS), look);
    });
  };
  for (look();;) {
    limit?.advance(nowMs);
    while (started < CALLS && running < (limit?.limit ?? MOST)) call();
    limit?.full(running, nowMs);
    if (started === CALLS && running === 0) return nowMs;
    nowMs = Math.min(due.nextMs!, limit?.wakeAtMs() ?? Infinity);
    due.take(nowMs)?.act();
  }
}

for (const platformMs of [5, 20, 100]) {
  Deno.test(`a busy machine is not taken for a platform that queues calls of ${platformMs} ms`, () => {
    let fixedMs = 0, foundMs = 0;
    for (let seed = 1; seed <= 5; seed++) {
      fixedMs += tookMs(platformMs, undefined, seed);
      foundMs += tookMs(platformMs, new AdaptiveLimit(0, MOST), seed);
    }
    assert(fixedMs / foundMs > 0.85, `${fixedMs / foundMs} of the calls per second without a controller`);
  });
}
