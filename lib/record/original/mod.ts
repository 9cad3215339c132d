/** The logs of the first system, read as a run log is. */
export { isOriginalLine, originalCall } from "./line.ts";
export { ORIGINAL_LOG_TOPICS, OriginalReading, originalRun, type ReceivedText } from "./log.ts";
