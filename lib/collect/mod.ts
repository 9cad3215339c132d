/** The collector: hears over TCP what functions say of themselves, and says what that means for their calls. */
export { CollectError, Collector, type CollectorCounts, type CollectorOptions } from "./collector.ts";
export {
  FunctionTimes,
  type FunctionTimesOptions,
  type FunctionTimesStats,
  type ToldAttempt,
} from "./function_times.ts";
export { LoneRuns } from "./lone_runs.ts";
export { type FunctionRun, Matcher, type MatcherBounds } from "./matcher.ts";
