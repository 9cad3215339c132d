import type { SettingKind } from "./events.ts";
import type { FigureValue } from "./figure_types.ts";
import type { CallValues, FunctionRunValues, InstanceValues } from "./figure_values.ts";

/** The kinds of remarks on a report. */
export type NoteCode =
  | "few-samples"
  | "growing-backlog"
  | "late-arrivals"
  | "no-function-times"
  | "no-queue"
  | "settings-changed"
  | "unknown-shares";

/** A remark that a reader needs to judge the figures of a report. */
export interface Note {
  /** Its kind, which stays the same when the words change. */
  readonly code: NoteCode;
  /** A sentence without its full stop. */
  readonly text: string;
}

/** The schema named in every report. */
export const REPORT_SCHEMA = "sequoia.report/1";

/**
 * A quantity over its samples. Percentiles are by nearest rank: p99 is the least sample that at least 99 % of them do not
 * exceed (Hyndman and Fan 1996, definition 1). They are exact, but to 0.1 % in reports that are kept while a run goes on
 * (`RunningReport`). All are null if there are no samples.
 *
 * A sample may be "never", as the time of a chain that was lost: it is above all numbers, so a percentile that falls on it is
 * `"never"`, and so is the mean if one sample is.
 */
export interface Quantity<Value extends FigureValue = number | null> {
  /** The arithmetic mean. */
  readonly mean: Value;
  /** The median. */
  readonly p50: Value;
  /** The 90th percentile. */
  readonly p90: Value;
  /** The 95th percentile. */
  readonly p95: Value;
  /** The 99th percentile. */
  readonly p99: Value;
  /** The greatest sample. */
  readonly max: Value;
}

/** A quantity that may be "never". */
export type ChainQuantity = Quantity<FigureValue>;

/** Attempts in flight; `mean` over the run's duration. */
export type Concurrency = FunctionReport["concurrency"];

/**
 * The evenness with which the run served its chains while several wanted more; all null if that was never so. See `fairness.ts`.
 */
export interface Fairness {
  /** The label whose values are the groups that it is judged by; null: they are the chains. */
  readonly by: string | null;
  /** Jain's index, from 1 ÷ chains (one had everything) to 1 (all had their share). */
  readonly jain: number | null;
  /** The worst-served chain's part of its fair share: 0.5 is half of what it should have had. */
  readonly minShare: number | null;
  /** The best-served chain's part of its fair share. */
  readonly maxShare: number | null;
}

/** The figures of one function: see the table, `figures.ts`. */
export type FunctionReport = CallValues<Quantity> & FunctionRunValues<Quantity>;

/** The figures of a run (of the instances that no other called) and of a chain (of all its instances). */
export type Figures = FunctionReport & InstanceValues<ChainQuantity>;

/** The figures of one chain, or of one value of a label. */
export type ChainReport = Figures & {
  /** Its part of its fair share while it and others wanted more; null if that was never so. */
  readonly share: number | null;
};

/** A setting that was put in force while a run went on. */
export interface ReportedSetting {
  /** When, in milliseconds from the start of the run. */
  readonly atMs: number;
  /** Which one; `paused` and `resumed`: something was held back, and no more. */
  readonly setting: SettingKind;
  /** The value from then on, or what was paused or resumed; null: there was none any more. */
  readonly value: string | null;
}

/** The description of a run: its command, policy, limit and times. */
export interface ReportedRun {
  /** The command that recorded it: consume, produce, spam or simulate. */
  readonly command: string;
  /** The policy, as it is written on the command line; null if there was none. */
  readonly policy: string | null;
  /** The global limit asked for: a number, "auto", or null for none. */
  readonly limit: number | "auto" | null;
  /** The queue whose times `queueing_ms` has: the consumer's, the provider's, or null: calls do not queue. */
  readonly queue: "sequoia" | "provider" | null;
  /** Whether time passed by a clock, or in a simulation. */
  readonly clock: "real" | "virtual";
  /** ISO 8601; null of a simulation. */
  readonly startedAt: string | null;
  /** From the first submission or call (not before the start of the run) to the last end of a call or chain. */
  readonly durationMs: number;
  /** The settings that changed while it went on, the first 200, if any did: `policy` and `limit` are those that it began with. */
  readonly changes?: readonly ReportedSetting[];
}

/** The attempts on one platform and their cost. */
export interface PlatformCost {
  /** Attempts made there. */
  readonly attempts: number;
  /** Attempts that it refused for want of capacity. */
  readonly throttled: number;
  /** The prices of these attempts together. */
  readonly cost: number;
}

/** The cost of a run, in the currency of its platforms' prices. */
export interface CostReport {
  /** The prices of all attempts together, in the currency of the platforms. */
  readonly total: number;
  /** The costs on each platform, by its name. */
  readonly byPlatform: Readonly<Record<string, PlatformCost>>;
  /** The cost of each chain, by its name. */
  readonly byChain: Readonly<Record<string, number>>;
}

/** The bounds between which a figure lies, with 95 % confidence. */
export interface Interval {
  /** The lower bound. */
  readonly low: number | "never";
  /** The upper bound. */
  readonly high: number | "never";
  /** The degrees of freedom of Student's t that the bounds were reckoned with, fractions included. */
  readonly degrees: number;
}

/**
 * Confidence intervals of a run's figures: how far they might have come out otherwise in another such run, as far as the
 * parts of this one tell. They do not know of what was the same throughout the run, as a machine that was slow that day.
 */
export interface Intervals {
  /** The stretches of equal length in which the run was cut. */
  readonly blocks: number;
  /**
   * By the path of the figure: `chain_ms.p95`. Figures with too few samples have none. Those of `chains.*` and
   * `deadlines.*` are of as many chains as arrived.
   */
  readonly figures: Readonly<Record<string, Interval>>;
}

/** A cause of failures, and how often it was seen. */
export interface Failure {
  /** Chains, or single calls, also those that were tried again. */
  readonly of: "chain" | "call";
  /** The way they ended: chains `failed`, `dropped`, `shed` or `cancelled`, calls `failed` or `throttled`. */
  readonly kind: "failed" | "dropped" | "shed" | "cancelled" | "throttled";
  /** Why; N and ID stand for numbers and ids in which the cases differ; `(others)`: causes beyond the first 100. */
  readonly reason: string;
  /** The number of times that it was seen. */
  readonly count: number;
  /** The time from the start of the run to the first, in milliseconds. */
  readonly firstMs: number;
  /** The time from the start of the run to the last, in milliseconds. */
  readonly lastMs: number;
  /** The chains, or the functions of the calls: 5 at most. */
  readonly names: readonly string[];
  /** The instance in which it was seen first. */
  readonly instance: string;
}

/** The report of one run, as `sequoia report --json` prints it. */
export type Report = Figures & {
  readonly schema: typeof REPORT_SCHEMA;
  readonly run: ReportedRun;
  /** Remarks on what the figures are worth: few samples, a growing backlog, no queue. */
  readonly notes: readonly Note[];
  /** The multiple of its ideal time within which a completed chain counts for `goodput`. */
  readonly goodputTimes: number;
  readonly fairness: Fairness;
  /** Completed instances that ended before they were submitted, if there are any: a clock was set, their times do not count. */
  readonly backwards?: number;
  /** Only of runs on platforms that have prices. */
  readonly cost?: CostReport;
  /** The causes of failures and losses: those of chains first, each the most frequent first. 106 at most. */
  readonly failures: readonly Failure[];
  /**
   * Confidence intervals of the figures; runs of fewer than 100 chains (or calls, without chains) have none but those of
   * `chains.*` and `deadlines.*`, and runs of fewer than 20 chains none at all.
   */
  readonly intervals?: Intervals;
  readonly byChain: Readonly<Record<string, ChainReport>>;
  /** By a label and its values, where the policy shared by a label or the report is asked to. */
  readonly byLabel?: Readonly<Record<string, Readonly<Record<string, ChainReport>>>>;
  readonly byFunction: Readonly<Record<string, FunctionReport>>;
};
