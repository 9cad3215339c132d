import type { TimedLine } from "../record/mod.ts";

/** A run of a function: its start and its end, as it said itself. */
export interface FunctionRun {
  /** The id of the call, in the words of its caller. */
  readonly id: string;
  /** The name that the function gives itself. */
  readonly who: string;
  /** By the function's clock, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** The instant at which the line of its start was received, in milliseconds since 1970, by the receiver's clock. */
  readonly startReceivedAtMs: number;
  /** False if several runs of this id overlap: then they may have been taken for each other. */
  readonly isCertain: boolean;
}

/** A line with when it came. */
interface ReceivedLine {
  readonly atMs: number;
  readonly receivedAtMs: number;
}

/** The lines of an id that have found no counterpart, each list in the order of its times. */
interface Unmatched {
  readonly sinceMs: number;
  readonly starts: ReceivedLine[];
  readonly ends: ReceivedLine[];
  isMixed: boolean;
}

/** The bounds on lines that have found no counterpart. */
export interface MatcherBounds {
  /** The most ids that are kept; beyond this the oldest is forgotten. (Default: 100,000) */
  readonly ids?: number;
  /** The most characters of ids that are kept. (Default: 16,777,216) */
  readonly characters?: number;
  /**
   * The time for which a line is kept, in milliseconds: no function runs longer. (Default: a quarter of an hour, as on AWS
   * Lambda)
   */
  readonly forMs?: number;
}

/** The most lines of one id that wait for their counterparts. */
const LINES_OF_AN_ID = 16;

/**
 * Finds the starts and ends that belong together: an end to the earliest start of the same function and id that is not later. They may
 * come in any order, as each line may come over a connection of its own.
 */
export class Matcher {
  readonly #ids: number;
  readonly #most: number;
  readonly #forMs: number;
  readonly #unmatched = new Map<string, Unmatched>();
  /** Lines that were forgotten, as no counterpart came. */
  forgotten = 0;

  #characters = 0;

  constructor({ ids = 100_000, characters = 2 ** 24, forMs = 900_000 }: MatcherBounds = {}) {
    this.#ids = ids;
    this.#most = characters;
    this.#forMs = forMs;
  }

  /** The number of ids that wait for a counterpart: functions that run, mostly. */
  get open(): number {
    return this.#unmatched.size;
  }

  /** Takes a line. @returns the run that it completes, if it does; a line without a readable time completes none */
  take({ who, status, atMs, id }: TimedLine, receivedAtMs: number): FunctionRun | undefined {
    this.#forget(receivedAtMs);
    if (atMs === undefined) {
      this.forgotten++;
      return undefined;
    }
    const key = `${who} ${id}`;
    let of = this.#unmatched.get(key);
    if (of === undefined) {
      this.#unmatched.set(key, of = { sinceMs: receivedAtMs, starts: [], ends: [], isMixed: false });
      this.#characters += key.length;
    }
    insert(status === "start" ? of.starts : of.ends, { atMs, receivedAtMs });
    of.isMixed ||= of.starts.length > 1 || of.ends.length > 1;
    const run = pairOf(of);
    if (of.starts.length + of.ends.length === 0) this.#drop(key, of);
    else if (of.starts.length + of.ends.length > LINES_OF_AN_ID) this.#drop(key, of);
    return run && { id, who, ...run, isCertain: !of.isMixed };
  }

  #forget(nowMs: number): void {
    for (const [key, of] of this.#unmatched) {
      const isRoom = this.#unmatched.size <= this.#ids && this.#characters <= this.#most;
      if (isRoom && of.sinceMs + this.#forMs > nowMs) return;
      this.#drop(key, of);
    }
  }

  #drop(key: string, { starts, ends }: Unmatched): void {
    this.#unmatched.delete(key);
    this.#characters -= key.length;
    this.forgotten += starts.length + ends.length;
  }
}

/** Takes the pair out that is complete, if there is one. */
function pairOf(
  { starts, ends }: Unmatched,
): Pick<FunctionRun, "startedAtMs" | "endedAtMs" | "startReceivedAtMs"> | undefined {
  const [start] = starts;
  if (start === undefined) return undefined;
  const at = ends.findIndex(({ atMs }) => atMs >= start.atMs);
  if (at < 0) return undefined;
  starts.shift();
  const [end] = ends.splice(at, 1);
  return { startedAtMs: start.atMs, endedAtMs: end!.atMs, startReceivedAtMs: start.receivedAtMs };
}

function insert(list: ReceivedLine[], item: ReceivedLine): void {
  const at = list.findLastIndex(({ atMs }) => atMs <= item.atMs);
  list.splice(at + 1, 0, item);
}
