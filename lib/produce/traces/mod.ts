/** Traces of functions' calls that providers have published, read as loads. */
export { TraceError, type TraceErrorCode } from "./error.ts";
export { traceFiles } from "./files.ts";
export { formatNamed, TRACE_FORMATS } from "./formats.ts";
export { chainsOfTrace, functionName, replayOf, type ReplayOptions, replayTimesOf } from "./load.ts";
export { readTrace, type TraceLoad, traceLoad, type TraceLoadOptions } from "./read.ts";
export { population, type SampleFunction, type SampleSize } from "./population.ts";
export { sampled } from "./sampled.ts";
export type { FunctionTrace, Gaps, SampleFile, Selection } from "./trace.ts";
export { summaryOf } from "./summary.ts";
