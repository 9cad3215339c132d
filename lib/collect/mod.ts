/** The collector: receives the reports of functions over TCP, and derives the times of their calls from these. */
export { Collector } from "./collector.ts";
export { FunctionTimes, type FunctionTimesStats, type OpenAttempt } from "./function_times.ts";
export { LoneRuns } from "./lone_runs.ts";
