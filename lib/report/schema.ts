/** The schema named in every report. */
export const REPORT_SCHEMA = "sequoia.report/1";

/**
 * A quantity over its samples. Percentiles are by nearest rank: p99 is the least sample that at least 99 % of them do not
 * exceed (Hyndman and Fan 1996, definition 1). They are exact, but to 0.1 % in reports that are kept while a run goes on
 * (`RunningReport`). All are null if there are no samples.
 */
export interface Quantity {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Instances by how they ended; `submitted` is the sum of the others. `unfinished`: they had not when the log ended. */
export interface ChainCounts {
  /** Instances, however they ended. */
  readonly submitted: number;
  /** Instances all of whose nodes are done. */
  readonly completed: number;
  /** Instances that ended by a failure, or by a time limit. */
  readonly failed: number;
  /** Instances that began and that nobody finishes: a call of theirs was refused, and nothing calls it again. */
  readonly dropped: number;
  /** Instances that somebody cancelled. */
  readonly cancelled: number;
  /** Refused before their first start, as they could not meet their deadlines any more. */
  readonly shed: number;
  /** Instances that had not ended when the log ended. */
  readonly unfinished: number;
}

/** Calls of functions. */
export interface FunctionCounts {
  /** Different nodes of instances that were attempted. */
  readonly invocations: number;
  /** Calls that were made, also those that were refused or failed. */
  readonly attempts: number;
  /** Attempts that went well. */
  readonly completed: number;
  /** Invocations that failed for good. */
  readonly failed: number;
  /** Attempts that the platform refused for capacity. */
  readonly throttled: number;
  /** Attempts beyond the first of their invocation. */
  readonly retried: number;
  /** Attempts for which the platform started a container. */
  readonly coldStarts: number;
}

/** Per second of the run's duration; 0 if it has none. */
export interface Throughput {
  /** Instances completed. */
  readonly chainsPerS: number;
  /** Calls that went well. */
  readonly functionsPerS: number;
}

/** Attempts in flight; `mean` over the run's duration. */
export interface Concurrency {
  /** Attempts in flight, on average over the run's duration. */
  readonly mean: number;
  /** Attempts in flight, at most. */
  readonly max: number;
}

/** Of the instances with a deadline; missed are also the failed, the dropped, the shed, and those unfinished after it. */
export interface Deadlines {
  /** Instances that ended before their deadlines. */
  readonly met: number;
  /** The other instances with a deadline: also the failed, the dropped, the shed, and those unfinished after it. */
  readonly missed: number;
}

/** How evenly the run served its chains while several wanted more; 1, 1, 1 if that was never so. See `fairness.ts`. */
export interface Fairness {
  /** Jain's index, from 1 ÷ chains (one had everything) to 1 (all had their share). */
  readonly jain: number;
  /** The worst-served chain's part of its fair share: 0.5 is half of what it should have had. */
  readonly minShare: number;
  /** The best-served chain's part of its fair share. */
  readonly maxShare: number;
}

/** The figures of one function. */
export interface FunctionReport {
  readonly functions: FunctionCounts;
  /** Milliseconds from ready to the start of the attempt that settled the invocation. */
  readonly queueing_ms: Quantity;
  /** Milliseconds from start to response, of attempts that went well. */
  readonly run_ms: Quantity;
  /** Milliseconds from a function's start to its end, by its own clock, of attempts that went well: what it said itself. */
  readonly function_ms: Quantity;
  /** Milliseconds from the start of an attempt to that of its function: its queueing at the provider, and the way there. */
  readonly provider_queueing_ms: Quantity;
  readonly throughput: Pick<Throughput, "functionsPerS">;
  readonly concurrency: Concurrency;
}

/** The figures of a run and of a chain alike. */
export interface Figures extends Omit<FunctionReport, "throughput"> {
  readonly chains: ChainCounts;
  /** Milliseconds from submission to end, of completed instances. */
  readonly chain_ms: Quantity;
  /** Chain time ÷ what it would be if nothing ever waited, where that is known. */
  readonly slowdown: Quantity;
  readonly throughput: Throughput;
  readonly deadlines: Deadlines;
}

/** The figures of one chain. */
export interface ChainReport extends Figures {
  /** Its part of its fair share while it and others wanted more; null if that was never so. */
  readonly share: number | null;
}

/** What the run was. */
export interface ReportedRun {
  readonly command: string;
  readonly policy: string | null;
  /** The global limit asked for: a number, "auto", or null for none. */
  readonly limit: number | "auto" | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  /** From the first submission or call (not before the start of the run) to the last end of a call or chain. */
  readonly durationMs: number;
}

/** What the attempts on one platform came to. */
export interface PlatformCost {
  readonly attempts: number;
  readonly throttled: number;
  readonly cost: number;
}

/** What a run cost, in the currency of its platforms' prices. */
export interface CostReport {
  /** The prices of all attempts together, in the currency of the platforms. */
  readonly total: number;
  readonly byPlatform: Readonly<Record<string, PlatformCost>>;
  readonly byChain: Readonly<Record<string, number>>;
}

/** What `sequoia report --json` prints of one run. */
export interface Report extends Figures {
  readonly schema: typeof REPORT_SCHEMA;
  readonly run: ReportedRun;
  readonly fairness: Fairness;
  /** Completed instances that ended before they were submitted, if there are any: a clock was set, their times do not count. */
  readonly backwards?: number;
  /** Only of runs on platforms that have prices. */
  readonly cost?: CostReport;
  readonly byChain: Readonly<Record<string, ChainReport>>;
  readonly byFunction: Readonly<Record<string, FunctionReport>>;
}
