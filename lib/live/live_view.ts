import type { ConsumerView, QueueDepth, Settings } from "../queue/mod.ts";
import type { Pause } from "../model/mod.ts";

/** Percentiles of some times, in milliseconds. */
export interface Percentiles {
  /** Half of the times are at most this long. */
  readonly p50: number;
  /** Nine in ten of them are. */
  readonly p90: number;
  /** 99 in 100 of them are. */
  readonly p99: number;
}

/** The name of the row that stands for all names that have no row of their own. */
export const OTHER = "other";

/** One chain, one function, or one value of the label that is told apart. */
export interface LiveRow {
  /** Its name or value, as users wrote it: show it as text. {@linkcode OTHER}, with `isRest`, is all that have no row of their own. */
  readonly name: string;
  /** Whether it stands for all names that have no row of their own. (Default: it is one name) */
  readonly isRest?: true;
  /** Invocations that wait for capacity. */
  readonly ready: number;
  /** Attempts in flight. */
  readonly running: number;
  /** Attempts that start each second. */
  readonly callsPerS: number;
  /** Attempts that the platform refuses for capacity each second. */
  readonly throttledPerS: number;
  /** Attempts that fail each second. */
  readonly failedPerS: number;
  /** Its part of the time that all calls took within the last minute, from 0 to 1. */
  readonly share: number;
  /** Queueing times of invocations that settled within the last minute. (Default: none did, or it has little of the load) */
  readonly queueingMs?: Percentiles;
}

/** Whatever keeps calls from starting now: of all nodes that a pause with the same parts would mean. */
export interface Hold extends Pause {
  /** The thing for which the calls wait: `its rate, 5 a second`. */
  readonly reason: string;
  /** The number of calls that wait; something else may hold them as well. (Default: it is not known, as of a pause) */
  readonly ready?: number;
  /** Whether these are calls that have failed and wait to be tried again. (Default: they have not begun) */
  readonly ofRetries?: true;
  /** Whether nobody serves their function. (Default: somebody does, or that is not what they wait for) */
  readonly unserved?: true;
}

/** A consumer that lives, as viewers see it. */
export type LiveConsumer = Omit<ConsumerView, "work">;

/** The state of a whole queue now: plain JSON data, made once a second for all viewers. */
export interface LiveView {
  /** The instant, in milliseconds since 1970. */
  readonly atMs: number;
  /** The instances in each state. */
  readonly depth: QueueDepth;
  /** Most attempts that all consumers may have in flight at present. (Default: no limit, or no consumer is there) */
  readonly limit?: number;
  /** Attempts in flight. */
  readonly inFlight: number;
  /** Invocations that wait for capacity at consumers; instances that no consumer has taken yet are `depth.queued`. */
  readonly ready: number;
  /** Attempts that start each second. */
  readonly callsPerS: number;
  /** Attempts that the platform refuses for capacity each second. */
  readonly throttledPerS: number;
  /** Instances that complete each second. */
  readonly completedPerS: number;
  /** Instances that fail each second. */
  readonly failedPerS: number;
  /** Chains, those first that have most in flight and ready; at most {@linkcode MOST_ROWS}, and the rest. */
  readonly byChain: readonly LiveRow[];
  /** Functions, in the same order and number. */
  readonly byFunction: readonly LiveRow[];
  /** Values of the label that consumers tell apart: that of `--by`, or of `--metrics-label`. (Default: they tell none apart) */
  readonly byLabel?: { readonly label: string; readonly rows: readonly LiveRow[] };
  /** Queueing times (ready until the start of the attempt that settled it) of what settled in the last minute and the last hour. */
  readonly queueingMs: {
    readonly minute: WindowPercentiles;
    readonly hour: WindowPercentiles;
  };
  /** The consumers that live, oldest first. */
  readonly consumers: readonly LiveConsumer[];
  /** The settings of the queue, without the contents of files of policies. */
  readonly settings: Settings;
  /** Whatever keeps calls from starting now: pauses, ceilings, rates, retry budgets, and last the limit, if all slots are taken. */
  readonly holds: readonly Hold[];
}

/** Percentiles of a window of time, and the number `n` of times in it. The percentiles are 0 if there are none. */
export interface WindowPercentiles extends Percentiles {
  readonly n: number;
}

/** Most rows of names in a table of a view, the rest aside. */
export const MOST_ROWS = 50;

/** Where viewers get views: one look at the queue a second serves all of them. */
export interface LiveSource {
  /**
   * The state now: not older than a second.
   *
   * @throws {QueueError} if the queue cannot be read
   */
  now(): Promise<LiveView>;
  /**
   * Views from now on, about one a second, until `signal` is aborted. Whoever reads slowly gets the newest view next, and never
   * those between. A queue that cannot be read for a while yields no views meanwhile.
   */
  watch(signal: AbortSignal): AsyncIterable<LiveView>;
}
