import { reasonPattern } from "../record/mod.ts";

/** Something that has not succeeded. */
export interface Failed {
  /** A call that has failed, or the end of a chain. */
  readonly kind: "calls-failed" | "chains-failed" | "chains-cancelled" | "chains-shed";
  /** The function, or the chain. */
  readonly name: string;
  /** The chain. */
  readonly chain: string;
  /** The platform that the call was made on. */
  readonly platform?: string;
  /** The HTTP status of a call; 0 if there was no answer. */
  readonly status?: number;
  readonly reason: string;
  /** The id of the instance. */
  readonly instance: string;
  /** The span of the call, or of the instance. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

/** Failures of one kind since the last line about them. */
export interface FailureGroup {
  /** The first of them. */
  readonly first: Failed;
  readonly count: number;
  /** The time in which they came, in milliseconds. */
  readonly overMs: number;
  /** Whether they are of several names and reasons, as there were too many kinds to tell apart. */
  readonly isMixed: boolean;
}

/** Time between two lines about one group, in milliseconds. */
const AGAIN_MS = 10_000;
/** Most lines at once, … */
const MOST_LINES = 20;
/** … and in the long run: one in this time, in milliseconds. */
const LINE_MS = 500;
/** Most groups that are told apart; failures of further ones count together, by what they are. */
const MOST_GROUPS = 100;

interface Group {
  readonly isMixed: boolean;
  /** The first one that has not been told; undefined: all have been. */
  first: Failed | undefined;
  count: number;
  /** When the first came, or the last line about it. */
  sinceMs: number;
  /** Before this instant nothing is told of it. */
  dueAtMs: number;
}

/**
 * Groups failures, so that a log has few lines about many. A new group is told at the next look, and what comes later of it every
 * ten seconds. However many kinds of failures there are, its memory and the lines per second are bounded.
 */
export class FailureGroups {
  readonly #groups = new Map<string, Group>();
  #lines = MOST_LINES;
  #filledAtMs = -Infinity;

  /** Counts a failure. */
  add(failed: Failed, nowMs: number): void {
    const group = this.#groupOf(failed, nowMs);
    if (group.first === undefined) group.first = failed;
    group.count++;
  }

  /** Takes the groups that are due, as far as there may be lines about them: the longest due first, then the largest. */
  due(nowMs: number): FailureGroup[] {
    this.#fill(nowMs);
    for (const [key, { count, dueAtMs }] of this.#groups) {
      if (count === 0 && nowMs >= dueAtMs) this.#groups.delete(key);
    }
    const due = this.#untold().filter(({ dueAtMs }) => nowMs >= dueAtMs)
      .sort((a, b) => a.dueAtMs - b.dueAtMs).slice(0, Math.floor(this.#lines));
    this.#lines -= due.length;
    return due.map((group) => taken(group, nowMs));
  }

  /** Takes all that has not been told, as the program ends: the largest groups, and the rest of each kind together. */
  rest(nowMs: number): FailureGroup[] {
    const untold = this.#untold();
    const others = Map.groupBy(untold.slice(MOST_LINES), ({ first }) => first!.kind).values().map(together);
    this.#groups.clear();
    return [...untold.slice(0, MOST_LINES), ...others].map((group) => taken(group, nowMs));
  }

  /** The groups with something to tell, the largest first. */
  #untold(): Group[] {
    return [...this.#groups.values()].filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  }

  #fill(nowMs: number): void {
    this.#lines = Math.min(MOST_LINES, this.#lines + Math.max(0, nowMs - this.#filledAtMs) / LINE_MS);
    this.#filledAtMs = nowMs;
  }

  #groupOf(failed: Failed, nowMs: number): Group {
    const own = keyOf(failed), isMixed = !this.#groups.has(own) && this.#groups.size >= MOST_GROUPS;
    const key = isMixed ? failed.kind : own;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { isMixed, first: undefined, count: 0, sinceMs: nowMs, dueAtMs: nowMs };
      this.#groups.set(key, group);
    }
    return group;
  }
}

/** Several groups as one, which the largest stands for. */
function together(groups: readonly Group[]): Group {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  return { ...groups[0]!, isMixed: true, count, sinceMs: Math.min(...groups.map(({ sinceMs }) => sinceMs)) };
}

function taken(group: Group, nowMs: number): FailureGroup {
  const { first, count, sinceMs, isMixed } = group;
  Object.assign(group, { first: undefined, count: 0, sinceMs: nowMs, dueAtMs: nowMs + AGAIN_MS });
  return { first: first!, count, overMs: nowMs - sinceMs, isMixed };
}

/** The function's own words, which follow a status and may differ each time. */
const OWN_WORDS = /(?<=\bstatus \d+)\b.*/s;

/** Failures with one key are told together: calls by their status, or by the reason that there was no answer; chains by the reason. */
function keyOf({ kind, name, platform = "", status = 0, reason }: Failed): string {
  const why = status > 0 ? status : reasonPattern(reason.slice(0, MOST_READ)).replace(OWN_WORDS, "");
  return JSON.stringify([kind, name, platform, why]);
}

/** The characters of a reason that tell it from others. */
const MOST_READ = 300;
