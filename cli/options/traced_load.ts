import { type Arrivals, counted, fileText, onlyChains, trace, type Workload } from "../../lib/model/mod.ts";
import type { FunctionTrace, Replay } from "../../lib/produce/mod.ts";
import { UsageError, whyUnread } from "../shell/errors.ts";
import { choice, one, type Values } from "../shell/options.ts";

/** The options that say how a trace is replayed. */
export const REPLAY_OPTIONS = {
  speed: one("N", "the trace N times as fast; run times stay as they are (default 1)", factor),
  sample: one("PART", "this part of the trace's apps, by the seed: 0.01 (default: all)", part),
  hours: one("FROM..TO", "these hours of the trace: 9..10.5 (default: all)", hours),
  gaps: one(
    "KIND",
    "gaps inside a minute of which only the number of calls is known: poisson or equidistant (default poisson)",
    choice("poisson", "equidistant"),
  ),
} as const;

/** The options by which a trace becomes a load. */
interface TracedLoadOptions extends Values<typeof REPLAY_OPTIONS> {
  /** The chains that arrive at its times. (Default: its own) */
  readonly workload: Workload | undefined;
  /** The chains that do where it has only times. (Default: that is an error) */
  readonly usual: Workload | undefined;
  /** Names of the trace's own chains that are taken; empty: all. */
  readonly chain: readonly string[];
  readonly seed: string;
  readonly onNote: (words: string) => void;
}

/** The chains and the arrivals of a trace. */
interface TracedLoad {
  readonly workload: Workload;
  readonly arrivals: Arrivals | Replay;
}

/**
 * Reads a trace: a public one of functions' calls, perhaps of several files; a run log; or a CSV file of times.
 *
 * @throws {UsageError} if it cannot be read, or has only times where its chains are asked for
 * @throws {TraceError} naming file, line and column
 */
export async function tracedLoad(
  named: readonly [string, ...string[]],
  options: TracedLoadOptions,
): Promise<TracedLoad> {
  const read = isLog(named[0]) ? undefined : await readPart(named, options);
  if (read === undefined) return await timedLoad(named, options);
  const { chainsOfTrace, replayOf, replayTimesOf } = await import("../../lib/produce/mod.ts");
  const { workload, chain, onNote } = options;
  onNote(`${named.join(", ")} (${read.format}): ${traceWords(read)}`);
  for (const note of read.notes) onNote(note);
  const how = { ...options.speed !== undefined && { speed: options.speed }, gaps: options.gaps ?? "poisson" };
  if (workload !== undefined) return { workload, arrivals: replayTimesOf(read, how) };
  const all = chainsOfTrace(read), own = onlyChains({ chains: all }, chain);
  const places = new Map(own.chains.map((entry, place) => [entry, place]));
  return { workload: own, arrivals: replayOf(read, all.map((entry) => places.get(entry)), how) };
}

/**
 * Reads the part of a trace that the options ask for.
 *
 * @returns undefined if the file has no heading of a trace
 * @throws {UsageError} if the system does not let it be read
 * @throws {TraceError} naming file, line and column, or if it has no calls in that part
 */
export async function readPart(
  named: readonly string[],
  { hours: minutes, sample, seed }:
    & { readonly seed: string }
    & Pick<Values<typeof REPLAY_OPTIONS>, "hours" | "sample">,
): Promise<FunctionTrace | undefined> {
  const { readTrace, traceFiles } = await import("../../lib/produce/mod.ts");
  for (const path of named) await readable(path, () => Deno.stat(path));
  return await readable(
    named.join(", "),
    async () => readTrace(await traceFiles(named), { minutes, sample, seed }),
  );
}

/** The size of a trace, in words. */
export function traceWords({ functions, count, minutes }: FunctionTrace): string {
  const apps = new Set(functions.map(({ app }) => app)).size;
  return `${counted(count, "call")} of ${counted(functions.length, "function")} of ${
    counted(apps, "app")
  } in ${counted(minutes, "minute")}`;
}

/** The times of a run log, or of a CSV's first column (a heading is skipped), from the first of them on. */
async function timedLoad(
  [path, ...others]: readonly [string, ...string[]],
  { workload: named, usual, speed = 1, sample, hours, gaps }: TracedLoadOptions,
): Promise<TracedLoad> {
  const [stray] = Object.entries({ sample, hours, gaps }).find(([, value]) => value !== undefined) ?? [];
  if (stray !== undefined) {
    throw new UsageError(`--${stray} is of a trace of functions, and ${path} has only times`);
  }
  if (others.length > 0) {
    throw new UsageError(
      `--trace: ${path} has only times, so it stands alone. Leave out ${others.join(", ")}`,
    );
  }
  const times = isLog(path) ? await recordedTimes(path) : await timesInCsv(path);
  if (times.length === 0) throw new UsageError(`--trace: ${path} has no times`);
  const workload = named ?? usual;
  if (workload === undefined) {
    throw new UsageError(`--trace: ${path} has only times. Name a workload, whose chains arrive at them`);
  }
  const first = times.reduce((least, ms) => Math.min(least, ms));
  return { workload, arrivals: trace(times.map((ms) => (ms - first) / speed)) };
}

function isLog(path: string): boolean {
  return /\.json(\.gz)?$/.test(path);
}

async function recordedTimes(path: string): Promise<number[]> {
  const { readRunLog } = await import("../../lib/record/mod.ts");
  const times: number[] = [];
  for await (const event of (await readRunLog(path)).events) {
    if (event.type === "submit") times.push(event.submittedAtMs);
  }
  return times;
}

async function timesInCsv(path: string): Promise<number[]> {
  const { csvTimes, TRACE_FORMATS } = await import("../../lib/produce/mod.ts");
  const text = fileText(await readable(path, () => Deno.readFile(path)));
  try {
    return csvTimes(text, path);
  } catch (cause) {
    const names = TRACE_FORMATS.map(({ name }) => name).join(", ");
    throw new UsageError(
      `--trace: ${(cause as Error).message}, or give the file the heading of a trace (${names})`,
      { cause },
    );
  }
}

/** Does something with a file. @throws {UsageError} if the system does not let it be read */
async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && "kind" in cause) throw cause; // it says file and line
    throw new UsageError(`Cannot read ${path}: ${whyUnread(cause)}`, { cause });
  }
}

function factor(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1e6) return number;
  throw new SyntaxError(`Cannot read "${text}". Write how many times as fast, above 0: 10`);
}

function part(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 1) return number;
  throw new SyntaxError(`Cannot read "${text}". Write a part of all apps, above 0 and at most 1: 0.01`);
}

/** The first minute, and the one after the last. */
function hours(text: string): readonly [from: number, to: number] {
  const [from = NaN, to = NaN] = text.split("..").map((part) => {
    return part.trim() === "" ? NaN : Math.round(Number(part) * 60 * 1e6) / 1e6; // 4.1 × 60 is not exact
  });
  const isMinutes = Number.isInteger(from) && Number.isInteger(to);
  if (isMinutes && from >= 0 && to > from && text.split("..").length === 2) return [from, to];
  throw new SyntaxError(`Cannot read "${text}". Write hours of whole minutes, from 0 on, as 9..10 or 0..0.5`);
}
