/**
 * The data of the page: the block of JSON that its charts are drawn from. The program fills it (`picture.ts`), the page reads
 * it (`page/`), which is checked for browsers, so only types that import nothing are imported here. Times are milliseconds from
 * the run's first event, unless something else is said.
 */

import type { Band } from "../band.ts";

/** The data of a whole page. */
export interface PageData {
  /** {@linkcode CALL_FIELDS} */
  readonly callFields: readonly string[];
  /** {@linkcode CALL_OUTCOMES} */
  readonly callOutcomes: readonly string[];
  readonly runs: readonly RunData[];
}

/** The data of a run. */
export interface RunData extends Picture {
  readonly name: string;
  readonly durationMs: number;
  /** Means by chain: the chains with the most work first, and the rest together. */
  readonly bands: {
    readonly bucketMs: number;
    readonly list: readonly Band[];
    readonly limit: readonly (number | null)[];
  };
  /** The causes of losses and failures, each with the indices of the instances in which it was seen; only those that have some. */
  readonly causes: readonly CauseData[];
}

/** A cause of losses or failures. */
export interface CauseData {
  /** Its number among the causes of the report. */
  readonly number: number;
  /** In words. */
  readonly name: string;
  /** The indices of the instances, of those that are shown one by one. */
  readonly instances: readonly number[];
}

/** Everything of a run that only the page shows, in bounded size. */
export interface Picture {
  readonly levels: Levels;
  readonly rates: Rates;
  /** Jain's index in each window of time; null: no two groups wanted more in it. */
  readonly jain: { readonly windowMs: number; readonly values: readonly (number | null)[] };
  /** Chain times: of all that were submitted from outside first, then of each chain. */
  readonly chainTimes: readonly Distribution[];
  /** Queueing times of calls. */
  readonly queueing: Distribution;
  readonly heat: HeatData;
  readonly chosen: ChosenData;
}

/** Values over time, by bucket. */
interface Buckets {
  /** When the first bucket begins; a little before 0 at most. */
  readonly fromMs: number;
  readonly bucketMs: number;
}

/**
 * Calls in flight and waiting, over time. A bucket has the least and the greatest of the means of its parts, one after the other,
 * so that peaks are kept.
 */
export interface Levels extends Buckets {
  readonly running: readonly number[];
  readonly ready: readonly number[];
}

/** Counts by bucket of time. */
export interface Rates extends Buckets {
  /** Calls that the platform refused. */
  readonly throttled: readonly number[];
  /** Chains that were lost, of those that no other chain called. */
  readonly lost: readonly number[];
  /** Chains that completed, of the same. */
  readonly completed: readonly number[];
  /** In the currency of the platforms' prices. */
  readonly cost: readonly number[];
}

/** Times in classes of 2^(1/32): see `latency.ts`. */
export interface Distribution {
  readonly name: string;
  /** The number of samples, also of those that have no time as they never came about. */
  readonly total: number;
  /** The classes that have samples, ascending: class, count, class, count, … */
  readonly counts: readonly number[];
}

/** The number of chains by time of submission and by chain time. */
export interface HeatData {
  readonly fromMs: number;
  readonly columnMs: number;
  /** Column, row, count, column, row, count, …: a row is a class of 2^(1/4), or -1 for never. */
  readonly cells: readonly number[];
}

/** The instances that are shown one by one. */
export interface ChosenData {
  /** The names of nodes, functions, platforms and reasons, which calls have by number. */
  readonly words: readonly string[];
  /** The nodes of chains, where the log says them. */
  readonly shapes: readonly { readonly chain: string; readonly nodes: readonly NodeShape[] }[];
  readonly instances: readonly InstanceData[];
  /** The number of instances that there were. */
  readonly of: number;
}

/** A node as it stands in its chain. */
export interface NodeShape {
  readonly name: string;
  readonly fn: string;
  /** The indices of the nodes before it. */
  readonly after: readonly number[];
}

/** The reason why an instance is shown. */
export type Choice = "slowest" | "lost" | "sample";

/** An instance. */
export interface InstanceData {
  readonly id: string;
  readonly chain: string;
  readonly why: Choice;
  readonly outcome: string;
  readonly reason?: string;
  readonly submittedMs: number;
  /** null: it had not ended when the log ended. */
  readonly endedMs: number | null;
  readonly labels?: string;
  /** Its attempts, {@linkcode CALL_FIELDS} numbers each; times in hundredths of a millisecond from its submission. */
  readonly calls: readonly number[];
  /** Whether there were more attempts than are kept. */
  readonly isCut?: true;
}

/** The numbers of an attempt, in their order. */
export const CALL_FIELDS = [
  "node", // a word
  "fn", // a word
  "item", // -1: it is of no map
  "generation",
  "attempt",
  "ready", // when its invocation was ready
  "start",
  "run", // the time from start to response
  "provider", // the part of that before the function ran; -1: not known
  "outcome", // an index of CALL_OUTCOMES
  "cold", // 1: a container was started for it
  "platform", // a word
  "reason", // a word; -1: none
] as const;

/** The outcomes of attempts, by number. */
export const CALL_OUTCOMES = ["ok", "failed", "throttled", "cancelled"] as const;
