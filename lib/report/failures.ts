import { type AttemptEvent, type EndEvent, reasonPattern } from "./events.ts";
import type { Failure } from "./schema.ts";

/** The most causes that are told apart; those that come later count together, by what failed and how. */
const MOST_CAUSES = 100;
/** The most functions or chains that a cause names. */
const MOST_NAMES = 5;
/** The most characters of a reason that are kept. */
const LONGEST_REASON = 300;
/** The cause of what has none in the log, as logs of other systems. */
export const NO_REASON = "the log holds no reason";
/** The cause under which those beyond the most are counted together. */
export const OTHERS = "(others)";

/** Something that failed. */
interface Failed {
  readonly of: Failure["of"];
  readonly kind: Failure["kind"];
  readonly reason: string;
  /** The function or the chain. */
  readonly name: string;
  readonly instance: string;
  /** When it was seen, in microseconds from the start of the run. */
  readonly atUs: number;
}

/** A cause and its count. */
interface Cause extends Failed {
  count: number;
  /** The reason as it was first seen; of several that differ in numbers only, their pattern. */
  words: string;
  pattern: string;
  /** The first that was seen: by time, then by instance, so that it does not depend on the order of the log. */
  first: Failed;
  lastUs: number;
  /** The least by name. */
  names: string[];
}

/**
 * Groups failures by what failed, how, and why: in memory that is bounded, whatever reasons say. Reasons that differ
 * only in numbers and ids (`no answer within 5003 ms`) are one cause.
 */
export class Failures {
  readonly #causes = new Map<string, Cause>();

  /** Counts an attempt, if it failed or was refused. @param endUs when it ended, in microseconds from the start of the run */
  attempt({ outcome, reason = NO_REASON, function: name, instance }: AttemptEvent, endUs: number): void {
    if (outcome !== "failed" && outcome !== "throttled") return;
    this.#add({ of: "call", kind: outcome, reason, name, instance, atUs: endUs });
  }

  /** Counts an instance, if it was lost. @param atUs when it ended, in microseconds from the start of the run */
  end({ outcome, reason = NO_REASON, chain: name, instance }: EndEvent, atUs: number): void {
    if (outcome === "completed") return;
    this.#add({ of: "chain", kind: outcome, reason, name, instance, atUs });
  }

  #add(failed: Failed): void {
    const reason = clipped(failed.reason), pattern = reasonPattern(reason);
    const key = keyOf(failed.of, failed.kind, pattern);
    const cause = this.#causes.get(key) ?? this.#begin(key, { ...failed, reason }, pattern);
    cause.count++;
    if (cause.words !== reason) cause.words = cause.pattern;
    if (isBefore(failed, cause.first)) cause.first = failed;
    cause.lastUs = Math.max(cause.lastUs, failed.atUs);
    if (cause.names.includes(failed.name)) return;
    cause.names = [...cause.names, failed.name].sort().slice(0, MOST_NAMES);
  }

  #begin(key: string, failed: Failed, pattern: string): Cause {
    if (this.#causes.size >= MOST_CAUSES) {
      const others = `${failed.of} ${failed.kind}`;
      return this.#causes.get(others) ?? this.#set(others, { ...failed, reason: OTHERS }, OTHERS);
    }
    return this.#set(key, failed, pattern);
  }

  #set(key: string, failed: Failed, pattern: string): Cause {
    const cause = {
      ...failed,
      count: 0,
      words: failed.reason,
      pattern,
      first: failed,
      lastUs: failed.atUs,
      names: [],
    };
    this.#causes.set(key, cause);
    return cause;
  }

  /** The causes: those of lost chains first, the most frequent first. */
  list(): Failure[] {
    return [...this.#causes.values()].map(({ of, kind, words, count, first, lastUs, names }): Failure => ({
      of,
      kind,
      reason: words,
      count,
      firstMs: first.atUs / 1000,
      lastMs: lastUs / 1000,
      names,
      instance: first.instance,
    })).sort((a, b) =>
      Number(b.of === "chain") - Number(a.of === "chain") || b.count - a.count ||
      (`${a.kind} ${a.reason}` < `${b.kind} ${b.reason}` ? -1 : 1)
    );
  }
}

function isBefore(a: Failed, b: Failed): boolean {
  return a.atUs < b.atUs || a.atUs === b.atUs && a.instance < b.instance;
}

/** The name of the cause of a failure. @param reason clipped */
export function causeOf(of: Failure["of"], kind: string, reason: string): string {
  return keyOf(of, kind, reasonPattern(reason));
}

function keyOf(of: Failure["of"], kind: string, pattern: string): string {
  return `${of} ${kind} ${pattern}`;
}

/** A reason, without what is too long of it. */
export function clipped(reason: string): string {
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON - 1)}…`;
}
