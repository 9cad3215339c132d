import type { Clock } from "../model/mod.ts";
import {
  type Filter,
  type InstanceLine,
  pagesWithin,
  type PageWithin,
  type QueueAdmin,
} from "../queue/mod.ts";
import { reasonPattern } from "../record/mod.ts";

/** Instances that failed alike. */
export interface FailureGroup {
  /** The name of their chain. */
  readonly chain: string;
  /** The reason, with ids and numbers replaced. */
  readonly pattern: string;
  readonly count: number;
  /** The reason of the one that was submitted last. */
  readonly reason: string;
  /** When the first and the last of them ended, in milliseconds since 1970. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** The ids of those that were submitted last. */
  readonly some: readonly string[];
}

/** Dead letters by what went wrong. */
export interface Failures {
  /** The largest first. */
  readonly groups: readonly FailureGroup[];
  /** Number of failed instances that were looked at: those that were submitted last. */
  readonly looked: number;
  /** Whether there are more of them, or more groups. */
  readonly isCut: boolean;
}

/** Most failed instances that are looked at, and in one page; most groups; ids that are named of each; characters of a reason. */
const MOST_LOOKED = 10_000, AT_ONCE = 1000, MOST_GROUPS = 100, MOST_NAMED = 5, MOST_CHARACTERS = 500;

/** Groups the dead letters that a filter means by chain and reason. */
export async function failuresOf(queue: Pick<QueueAdmin, "page">, filter: Filter): Promise<Failures> {
  const groups = new Map<string, InstanceLine[]>();
  let isCut = false;
  for await (const { lines, isMore = false } of newestFailed(queue, filter, MOST_LOOKED)) {
    for (const line of lines) {
      const key = JSON.stringify([line.chain, patternOf(line)]), group = groups.get(key);
      if (group !== undefined) group.push(line);
      else if (groups.size < MOST_GROUPS) groups.set(key, [line]);
      else isCut = true;
    }
    isCut ||= isMore;
  }
  const all = [...groups.values()].map(groupOf).sort((a, b) => b.count - a.count || b.lastAtMs - a.lastAtMs);
  return { groups: all, looked: all.reduce((sum, { count }) => sum + count, 0), isCut };
}

/** The failed instances that a filter means, those first that were submitted last. @param most that are looked at */
function newestFailed(
  queue: Pick<QueueAdmin, "page">,
  filter: Filter,
  most: number,
): AsyncGenerator<PageWithin> {
  return pagesWithin(queue, { ...filter, states: ["failed"] }, { limit: AT_ONCE, newestFirst: true }, most);
}

function patternOf({ reason = "" }: InstanceLine): string {
  return reasonPattern(reason.slice(0, MOST_CHARACTERS));
}

function groupOf(lines: readonly InstanceLine[]): FailureGroup {
  const first = lines[0]!;
  const times = lines.map(({ endedAtMs, submittedAtMs }) => endedAtMs ?? submittedAtMs);
  return {
    chain: first.chain,
    pattern: patternOf(first),
    count: lines.length,
    reason: (first.reason ?? "").slice(0, MOST_CHARACTERS),
    firstAtMs: times.reduce((a, b) => Math.min(a, b)),
    lastAtMs: times.reduce((a, b) => Math.max(a, b)),
    some: lines.slice(0, MOST_NAMED).map(({ id }) => id),
  };
}

/** Most failed instances that one call looks at, for those that failed alike. */
const MOST_MATCHED = 100_000;

/** Failed instances that failed alike, a page at a time. */
export interface FailedAlike {
  readonly ids: readonly string[];
  /** Whether there are more failed instances, which are not looked at by this call. (Default: false) */
  readonly isMore?: true;
}

/** The failed instances of a chain with one pattern of reasons, those first that were submitted last; called ones aside. */
export async function* failedAlike(
  queue: Pick<QueueAdmin, "page">,
  filter: Filter,
  pattern: string,
): AsyncGenerator<FailedAlike> {
  for await (const { lines, ...rest } of newestFailed(queue, filter, MOST_MATCHED)) {
    const alike = lines.filter((line) => line.parent === undefined && patternOf(line) === pattern);
    yield { ids: alike.map(({ id }) => id), ...rest };
  }
}

/** Failures are looked up again after this time, in milliseconds, … */
const FRESH_MS = 2000;
/** … and of this many filters they are kept. */
const MOST_KEPT = 100;

/** Answers of {@linkcode failuresOf} that many viewers ask for. */
export class SharedFailures {
  readonly #queue: Pick<QueueAdmin, "page">;
  readonly #clock: Pick<Clock, "nowMs">;
  readonly #kept = new Map<string, { readonly atMs: number; readonly failures: Promise<Failures> }>();

  constructor(
    { queue, clock }: { readonly queue: Pick<QueueAdmin, "page">; readonly clock: Pick<Clock, "nowMs"> },
  ) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** The failures that a filter means, not older than two seconds. */
  async of(filter: Filter): Promise<Failures> {
    const key = JSON.stringify(filter), nowMs = this.#clock.nowMs(), kept = this.#kept.get(key);
    if (kept !== undefined && nowMs - kept.atMs < FRESH_MS) return await kept.failures;
    this.#kept.delete(key);
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    const failures = failuresOf(this.#queue, filter);
    this.#kept.set(key, { atMs: nowMs, failures });
    failures.catch(() => this.#kept.delete(key));
    return await failures;
  }
}
