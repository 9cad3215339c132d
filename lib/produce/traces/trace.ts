import type { Distribution, Random } from "../../model/mod.ts";
import type { SampleFunction } from "./population.ts";

/** The gaps between a function's calls inside a minute, where only their number is known. */
export type Gaps = "poisson" | "equidistant";

/** A function that a trace has calls of. */
export interface TracedFunction {
  /** The app that it belongs to, shortened: the name of its chain. */
  readonly app: string;
  /** Its own name within the app, shortened. */
  readonly name: string;
  /** Labels of its instances: `trigger` and `owner`, where the trace has them. */
  readonly labels: Readonly<Record<string, string>>;
  /** Number of its calls. */
  calls: number;
  /** Its run time. (Default: unknown) */
  time?: Distribution;
  /** Memory of its app, in MB. (Default: unknown) */
  memoryMb?: number;
}

/** One call. */
export interface TracedCall {
  /** In milliseconds from the beginning of the trace, or of the part of it that was read. */
  readonly atMs: number;
  /** Its place among the functions of the trace. */
  readonly fn: number;
  /** Its own run time, in milliseconds. (Default: not known) */
  readonly runMs?: number;
}

/** The calls of functions that a provider has recorded. */
export interface FunctionTrace {
  readonly format: string;
  /** Those that are called. */
  readonly functions: readonly TracedFunction[];
  /** Number of calls. */
  readonly count: number;
  /** Its length in whole minutes. */
  readonly minutes: number;
  /** The parts of it that are missing, in words. */
  readonly notes: readonly string[];
  /** Number of calls in a minute, from 0. */
  callsIn(minute: number): number;
  /** The calls in the order of time. */
  calls(gaps: Gaps, random: Random): Iterable<TracedCall>;
}

/** The part of a trace that is read. */
export interface Selection {
  /** The minutes, from the first one to before the second one. (Default: all) */
  readonly minutes?: readonly [from: number, to: number];
  /** Whether an app is taken. (Default: all are) */
  readonly keeps: (app: string) => boolean;
}

/** A format of traces. */
export interface TraceFormat {
  /** As it is called on the command line and in messages. */
  readonly name: string;
  /** The file that is read, in a few words. */
  readonly what: string;
  /** Whether a file with this heading is one. */
  fits(heading: readonly string[]): boolean;
  /** Reads one file or several as one trace, and those that lie beside them. @throws {TraceError} naming file, line and column */
  read(paths: readonly string[], selection: Selection): Promise<FunctionTrace>;
  /** The files of a sample, that which is read first. */
  sample(functions: readonly SampleFunction[], minutes: number): readonly SampleFile[];
}

/** A file of a sample. */
export interface SampleFile {
  /** Below the folder of the sample. */
  readonly path: string;
  /** Its heading, and the lines below it. */
  readonly lines: Iterable<string>;
}
