import type { Chain } from "../model/mod.ts";
import type { AttemptEvent } from "../record/mod.ts";
import type { CallCourse } from "./arrival.ts";

/** The wait of an invocation after a failure until its next attempt was due, in milliseconds. */
export interface RecordedWait {
  readonly ms: number;
  /** Whether it is only known when that was started. */
  readonly isMost: boolean;
}

/** The course of a node of an instance. */
export interface RecordedNode {
  /** The courses of its calls that were let in, one after the other. */
  readonly courses: CallCourse[];
  /** From the end of each of these until the next attempt was due. */
  readonly waits: RecordedWait[];
  /** When the last of them ended, if another attempt was to follow. */
  failedAtMs: number | undefined;
  /** Number of times that it had been begun again. */
  readonly generation: number;
  /** When it was ready; of what comes after nothing, when its instance was submitted. In milliseconds since 1970. */
  readonly readyAtMs: number;
  /** When its first call was started. */
  readonly startedAtMs: number;
  /** Time from when that was possible until it happened, in milliseconds. */
  startMs: number;
  /** When the call ended that settled it. */
  endedAtMs: number | undefined;
  /** From then until what follows it was ready, in milliseconds. */
  durableMs: number | undefined;
}

/** Logs tell microseconds: what is less comes of sums of instants. */
const LEAST_MS = 0.001;

/** A call that took this many times as long to start as is usual has waited for something else: a growing limit, or a rate. */
const UNUSUAL = 20;

/** The known end of a node: its instant, and the time until its output was durable. */
interface KnownEnd {
  readonly atMs: number;
  readonly durableMs: number;
}

/** The nodes of a log, by instance and node. */
export class RecordedNodes {
  readonly #nodes = new Map<string, RecordedNode>();
  #usualStartMs = 0;
  readonly #means = new Map<string, { sum: number; count: number }>();

  /** Takes an attempt in; those of a node come in their order. */
  add(event: AttemptEvent): void {
    const { instance, node: name, generation = 0, startedAtMs, queuedMs, runMs, outcome } = event;
    const key = keyOf(instance, name);
    let node = this.#nodes.get(key);
    if (node === undefined || node.generation < generation) {
      const readyAtMs = startedAtMs - queuedMs;
      const open = { endedAtMs: undefined, durableMs: undefined, startMs: 0 };
      node = { courses: [], waits: [], failedAtMs: undefined, generation, readyAtMs, startedAtMs, ...open };
      this.#nodes.set(key, node);
    }
    if (node.failedAtMs !== undefined) {
      const ms = Math.max(0, startedAtMs - (event.dueMs ?? 0) - node.failedAtMs);
      node.waits[node.courses.length - 1] = { ms, isMost: event.dueMs === undefined };
    }
    node.failedAtMs = outcome === "failed" && !event.settled ? startedAtMs + runMs : undefined;
    if (outcome !== "ok" && outcome !== "failed") return;
    node.courses.push(courseOf(event));
    if (event.settled) node.endedAtMs = startedAtMs + runMs;
    if (outcome === "ok") this.#learn(event.function, runMs);
  }

  #learn(functionName: string, runMs: number): void {
    const mean = this.#means.get(functionName);
    if (mean === undefined) this.#means.set(functionName, { sum: runMs, count: 1 });
    else {
      mean.sum += runMs;
      mean.count++;
    }
  }

  /** The course of a node; undefined if it has not run. */
  of(instance: string, node: string): RecordedNode | undefined {
    return this.#nodes.get(keyOf(instance, node));
  }

  /** The mean time of a function's calls that went well, in milliseconds; undefined: there were none. */
  meanOf(functionName: string): number | undefined {
    const mean = this.#means.get(functionName);
    return mean && mean.sum / mean.count;
  }

  /**
   * Measures how long the outputs of an instance took to become durable: a successor of a node is ready then, if that node was
   * the last of those before it.
   */
  measure(instance: string, { nodes }: Chain): void {
    for (const { name, after } of nodes) {
      const readyAtMs = this.of(instance, name)?.readyAtMs;
      if (readyAtMs === undefined || after.length === 0) continue;
      const before = after.map((node) => this.of(instance, nodes[node]!.name));
      const last = before.reduce((a, b) => (b?.endedAtMs ?? -Infinity) > (a?.endedAtMs ?? -Infinity) ? b : a);
      if (last?.endedAtMs === undefined) continue;
      const sinceMs = readyAtMs - last.endedAtMs, durableMs = sinceMs < LEAST_MS ? 0 : sinceMs;
      last.durableMs = Math.min(last.durableMs ?? Infinity, durableMs);
    }
  }

  /**
   * Gives the nodes without a known time until their outputs were durable the time of the node that ended closest to them: a
   * cause of slowness, as a busy disk, is slow for all.
   *
   * @param possibleStart when a call might have been started that was started at an instant
   */
  complete(possibleStart: (startedAtMs: number) => number): void {
    const ended = [...this.#nodes.values()].filter(({ endedAtMs }) => endedAtMs !== undefined)
      .sort((a, b) => a.endedAtMs! - b.endedAtMs!);
    const known = ended.filter(({ durableMs }) => durableMs !== undefined)
      .map(({ endedAtMs, durableMs }): KnownEnd => ({ atMs: endedAtMs!, durableMs: durableMs! }));
    let at = 0;
    for (const node of ended) {
      while (at + 1 < known.length && isCloser(known[at + 1]!, known[at]!, node.endedAtMs!)) at++;
      node.durableMs ??= known[at]?.durableMs;
    }
    for (const node of this.#nodes.values()) {
      const startMs = node.startedAtMs - possibleStart(node.startedAtMs);
      node.startMs = startMs < LEAST_MS ? 0 : startMs;
    }
    this.#usualStartMs = middle([...this.#nodes.values()].map(({ startMs }) => startMs));
    for (const node of this.#nodes.values()) {
      node.startMs = Math.min(node.startMs, UNUSUAL * this.#usualStartMs);
    }
  }

  /** Time that calls took to start, in milliseconds: the median. */
  get usualStartMs(): number {
    return this.#usualStartMs;
  }
}

function courseOf({ outcome, runMs, settled, retryAfterMs }: AttemptEvent): CallCourse {
  if (outcome === "ok") return { runMs };
  const fails = settled ? "for good" : "this time";
  return retryAfterMs === undefined ? { runMs, fails } : { runMs, fails, retryAfterMs };
}

function isCloser(one: KnownEnd, other: KnownEnd, atMs: number): boolean {
  return Math.abs(one.atMs - atMs) <= Math.abs(other.atMs - atMs);
}

/** The middle one of some numbers; 0: of none. */
export function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Ids have no spaces. */
function keyOf(instance: string, node: string): string {
  return `${instance} ${node}`;
}
