import type { CallValues, FunctionRunValues, InstanceValues } from "./figure_values.ts";

/** The schema named in every report. */
export const REPORT_SCHEMA = "sequoia.report/1";

/**
 * A quantity over its samples. Percentiles are by nearest rank: p99 is the least sample that at least 99 % of them do not
 * exceed (Hyndman and Fan 1996, definition 1). They are exact, but to 0.1 % in reports that are kept while a run goes on
 * (`RunningReport`). All are null if there are no samples.
 */
export interface Quantity {
  /** The arithmetic mean. */
  readonly mean: number | null;
  /** The median. */
  readonly p50: number | null;
  /** The 90th percentile. */
  readonly p90: number | null;
  /** The 95th percentile. */
  readonly p95: number | null;
  /** The 99th percentile. */
  readonly p99: number | null;
  /** The greatest sample. */
  readonly max: number | null;
}

/** Attempts in flight; `mean` over the run's duration. */
export type Concurrency = FunctionReport["concurrency"];

/**
 * The evenness with which the run served its chains while several wanted more; 1, 1, 1 if that was never so. See `fairness.ts`.
 */
export interface Fairness {
  /** Jain's index, from 1 ÷ chains (one had everything) to 1 (all had their share). */
  readonly jain: number;
  /** The worst-served chain's part of its fair share: 0.5 is half of what it should have had. */
  readonly minShare: number;
  /** The best-served chain's part of its fair share. */
  readonly maxShare: number;
}

/** The figures of one function: see the table, `figures.ts`. */
export type FunctionReport = CallValues<Quantity> & FunctionRunValues<Quantity>;

/** The figures of a run and of a chain alike. */
export type Figures = FunctionReport & InstanceValues<Quantity>;

/** The figures of one chain. */
export type ChainReport = Figures & {
  /** Its part of its fair share while it and others wanted more; null if that was never so. */
  readonly share: number | null;
};

/** The description of a run: its command, policy, limit and times. */
export interface ReportedRun {
  /** The command that recorded it: consume, produce, spam or simulate. */
  readonly command: string;
  /** The policy, as it is written on the command line; null if there was none. */
  readonly policy: string | null;
  /** The global limit asked for: a number, "auto", or null for none. */
  readonly limit: number | "auto" | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  /** From the first submission or call (not before the start of the run) to the last end of a call or chain. */
  readonly durationMs: number;
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

/** The report of one run, as `sequoia report --json` prints it. */
export type Report = Figures & {
  readonly schema: typeof REPORT_SCHEMA;
  readonly run: ReportedRun;
  readonly fairness: Fairness;
  /** Completed instances that ended before they were submitted, if there are any: a clock was set, their times do not count. */
  readonly backwards?: number;
  /** Only of runs on platforms that have prices. */
  readonly cost?: CostReport;
  readonly byChain: Readonly<Record<string, ChainReport>>;
  readonly byFunction: Readonly<Record<string, FunctionReport>>;
};
