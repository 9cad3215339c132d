import { freshSeed, type Workload } from "../../model/mod.ts";
import type { Replay } from "../replay.ts";
import { TraceError } from "./error.ts";
import { type TraceFiles, traceFiles } from "./files.ts";
import { TRACE_FORMATS } from "./formats.ts";
import { chainsOfTrace, replayOf, type ReplayOptions } from "./load.ts";
import { sampled } from "./sampled.ts";
import type { FunctionTrace } from "./trace.ts";

/** The part of a trace that is read. */
export interface TracePart {
  /** The minutes, from the first one to before the second one. (Default: all) */
  readonly minutes?: readonly [from: number, to: number] | undefined;
  /** The part of its apps, above 0 and at most 1. (Default: 1) */
  readonly sample?: number | undefined;
  /** The same seed takes the same apps. */
  readonly seed: string;
}

/**
 * Reads a part of a trace.
 *
 * @returns undefined if the file has no heading of a trace
 * @throws {TraceError} naming file, line and column, or if the part has no calls
 */
export async function readTrace(
  { paths, format }: TraceFiles,
  { minutes, sample = 1, seed }: TracePart,
): Promise<FunctionTrace | undefined> {
  const trace = await format?.read(paths, {
    ...minutes !== undefined && { minutes },
    keeps: sampled(sample, seed),
  });
  if (trace?.count !== 0) return trace;
  throw new TraceError(
    "no-calls",
    `Cannot replay ${
      paths.join(", ")
    }: there are no calls in that part. Take a larger sample, or other hours`,
  );
}

/** The part of a trace that becomes a load, and the way in which it is replayed. */
export interface TraceLoadOptions extends ReplayOptions {
  /** The hours from the first one to the second one, in whole minutes: `[9, 10.5]`. They count on over several days. (Default: all) */
  readonly hours?: readonly [from: number, to: number];
  /** The part of its apps, above 0 and at most 1. (Default: 1) */
  readonly sample?: number;
  /** The same seed takes the same apps, and gives their calls the same times. (Default: a fresh one) */
  readonly seed?: string;
}

/** A load that a trace was made into. */
export interface TraceLoad {
  /** A chain for each function that is called, with the name of its app. */
  readonly workload: Workload;
  /** Its calls. */
  readonly arrivals: Replay;
  /** The seed that was given, or a fresh one. */
  readonly seed: string;
  /** The parts of the trace that are missing, in words. */
  readonly notes: readonly string[];
}

/**
 * Reads a public trace of functions' calls (Azure Functions 2019 and 2021, Huawei 2023, IBM 2026) as a load.
 *
 * @param path the file of calls, several of one format in their order, or a folder of them; the files of run times and memory
 * that lie beside them are read too
 * @throws {TraceError} naming file, line and column, if it is no trace or has no calls in that part
 *
 * @example
 * ```ts ignore
 * const load = await traceLoad("invocations_per_function_md.anon.d01.csv", { hours: [9, 10], sample: 0.01, seed: "1" });
 * const report = await buildReport(simulate({ ...load, policy: "fair-share", limit: 50 }));
 * ```
 */
export async function traceLoad(
  path: string | readonly string[],
  { hours, sample, seed = freshSeed(), ...how }: TraceLoadOptions = {},
): Promise<TraceLoad> {
  const minutes = hours && [Math.round(hours[0] * 60), Math.round(hours[1] * 60)] as const;
  const files = await traceFiles(typeof path === "string" ? [path] : path);
  const trace = await readTrace(files, { minutes, sample, seed });
  if (trace === undefined) {
    const names = TRACE_FORMATS.map(({ name }) => name).join(", ");
    throw new TraceError(
      "unknown-trace",
      `Cannot read ${files.paths[0]}: its heading is that of no trace (${names})`,
    );
  }
  const chains = chainsOfTrace(trace);
  return {
    workload: { chains },
    arrivals: replayOf(trace, [...chains.keys()], how),
    seed,
    notes: trace.notes,
  };
}
