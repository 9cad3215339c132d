/** The run log: what happened in a run, one event a line, written as it happens and read back for reports. */
export * from "./errors.ts";
export * from "./events.ts";
export { ORIGINAL_LOG_TOPICS, originalRun, type ReceivedText } from "./original_log.ts";
export { parseTimedLine, type TimedLine } from "./timed_line.ts";
export { functionRunOf } from "./function_run.ts";
export { originalCall } from "./original_line.ts";
export { readRunLog, readRuns } from "./reader.ts";
export type { RunLog } from "./run_log.ts";
export { type Attempt, type Attempted, attemptEvent } from "./attempt.ts";
export { type Price, priced } from "./priced.ts";
export { submission } from "./submission.ts";
export { openRunLog, type RunLogOptions, RunLogWriter } from "./writer.ts";
