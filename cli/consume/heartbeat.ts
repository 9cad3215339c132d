import {
  type Clock,
  counted,
  formatDuration,
  grouped,
  type JsonObject,
  parsePositiveDuration,
} from "../../lib/model/mod.ts";
import type { ConsumerStats, EventTeller } from "../../lib/consume/mod.ts";
import { loadWords, obstaclesIn, type Surroundings } from "./live_words.ts";

/** Time between two heartbeats where no terminal shows the live line, in milliseconds. */
export const HEARTBEAT_MS = 30_000;
/** The shortest time between two that may be asked for, in milliseconds. */
const LEAST_MS = 1000;

/**
 * Reads the time between two heartbeats, in milliseconds; Infinity for `none`.
 *
 * @throws {SyntaxError | RangeError} if it is none, or shorter than a second
 */
export function parseHeartbeat(text: string): number {
  if (text === "none") return Infinity;
  const ms = parsePositiveDuration(text);
  if (ms < LEAST_MS) {
    throw new RangeError(`Cannot log a heartbeat each ${text}: a second is the shortest time`);
  }
  return ms;
}

/** The parts of a heartbeat. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** Time from one to the next, in milliseconds; Infinity: there is none. */
  readonly everyMs: number;
  stats(): ConsumerStats;
  around(): Surroundings;
  readonly tell: EventTeller;
}

/** Logs at intervals how a consumer gets on, until its scope ends. */
export class Heartbeat implements Disposable {
  readonly #stop = new AbortController();

  constructor(options: HeartbeatOptions) {
    if (options.everyMs < Infinity) void this.#run(options);
  }

  async #run({ clock, everyMs, stats, around, tell }: HeartbeatOptions): Promise<void> {
    const { signal } = this.#stop;
    for (let before = stats(), atMs = clock.nowMs();;) {
      await clock.until(clock.nowMs() + everyMs, signal);
      if (signal.aborted) return;
      const now = stats(), overMs = clock.nowMs() - atMs;
      const beat: Beat = { now, around: around(), since: difference(now, before), overMs };
      tell("heartbeat", heartbeatWords(beat), heartbeatFields(beat));
      before = now;
      atMs += overMs;
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}

const COUNTERS = ["calls", "completed", "failed", "cancelled", "shed", "throttled", "retried"] as const;
type Counts = Readonly<Record<typeof COUNTERS[number], number>>;

/** The state of a consumer, and what has happened since the last heartbeat. */
interface Beat {
  readonly now: ConsumerStats;
  readonly around: Surroundings;
  readonly since: Counts;
  /** In milliseconds. */
  readonly overMs: number;
}

function difference(now: Counts, before: Counts): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, now[name] - before[name]])) as Counts;
}

function heartbeatWords({ now, around, since: { calls, completed, ...others }, overMs }: Beat): string {
  const rare = Object.entries(others).filter(([, count]) => count > 0).map(([name, count]) =>
    `${name} ${grouped(count)}`
  );
  const over = formatDuration(Math.max(1, Math.round(overMs / 1000)) * 1000);
  const counts = [
    `${counted(calls, "call")} (${grouped(perS(calls, overMs))}/s)`,
    `completed ${grouped(completed)}`,
    ...rare,
  ]
    .join(", ");
  const words = [...obstaclesIn(now, around), loadWords(now, around), `in ${over} ${counts}`].join("; ");
  return words[0]!.toUpperCase() + words.slice(1);
}

function heartbeatFields({ now, around, since, overMs }: Beat): JsonObject {
  const { running, limit, ready, delayed: retrying } = now, { queued } = around;
  const obstacles = obstaclesIn(now, around);
  return {
    ...{ running, ...limit < Infinity && { limit }, ready, retrying, ...queued !== undefined && { queued } },
    ...since,
    callsPerS: perS(since.calls, overMs),
    overMs: Math.round(overMs),
    ...obstacles.length > 0 && { obstacles },
  };
}

/** A rate with one digit behind the point. */
function perS(count: number, overMs: number): number {
  return Math.round(count / overMs * 10_000) / 10;
}
