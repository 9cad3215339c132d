/** The run log: what happened in a run, one event a line, written as it happens and read back for reports. */
export * from "./errors.ts";
export * from "./events.ts";
export { ORIGINAL_LOG_TOPICS, originalCall, originalRun } from "./original/mod.ts";
export { parseTimedLine, type TimedLine } from "./timed_line.ts";
export { functionRunOf } from "./function_run.ts";
export { LineTooLong, readLines, STDIN } from "./lines.ts";
export { mergeRunLogs, type NamedLog } from "./merge.ts";
export { readRunFile, readRunLog, readRuns } from "./reader.ts";
export type { RunLog } from "./run_log.ts";
export { settingName } from "./in_force.ts";
export { attemptEvent } from "./attempt.ts";
export type { TracedAttempt, TracedInstance, Tracer } from "./tracer.ts";
export { priced } from "./priced.ts";
export { reasonPattern } from "./reason_pattern.ts";
export { submission } from "./submission.ts";
export { openRunLog, RunLogWriter } from "./writer.ts";
