import { counted, type Distribution, type Random } from "../../model/mod.ts";
import { TraceError } from "./error.ts";
import { FunctionList } from "./functions.ts";
import { MinuteCounts } from "./minute_counts.ts";
import { minutesOf } from "./reading.ts";
import { MixedTimes } from "./run_times.ts";
import { spread } from "./spread.ts";
import type { FunctionTrace, Gaps, Selection } from "./trace.ts";

/** The files of a format that knows the number of each function's calls in each minute: one a day, with others beside it. */
export interface DayFormat {
  readonly name: string;
  /** The minute at which a file begins, where the format says so. (Default: a file begins where the one before it ends) */
  beginOf?(path: string): Promise<number>;
  /** Reads the calls of a day. @returns its length in minutes */
  readCalls(day: Day, keeps: Selection["keeps"]): Promise<number>;
  /** Reads the run times of a day's calls. @returns the file that is missing, in words */
  readTimes(day: Day): Promise<string | undefined>;
}

/** The parts of a trace that all of its days add to. */
interface Days {
  readonly list: FunctionList;
  readonly counts: MinuteCounts;
  readonly times: MixedTimes;
}

/** A day's file while it is read. Its minutes are counted from its own first one. */
export class Day {
  readonly #days: Days;
  readonly #aheadMinutes: number;
  readonly #callsBefore: Float64Array;

  /**
   * @param path the file of its calls
   * @param from the first minute of it that is read
   * @param to the one behind the last of these; Infinity: all are
   * @param aheadMinutes where its first minute is among those of the whole trace that are read
   */
  constructor(
    readonly path: string,
    readonly from: number,
    readonly to: number,
    aheadMinutes: number,
    days: Days,
  ) {
    this.#days = days;
    this.#aheadMinutes = aheadMinutes;
    this.#callsBefore = Float64Array.from(days.list.functions, ({ calls }) => calls);
  }

  /** The functions of this day, and of those before it. */
  get list(): FunctionList {
    return this.#days.list;
  }

  /** Adds calls of a function, in one of the minutes that are read. */
  add(minute: number, fn: number, count: number): void {
    this.#days.counts.add(this.#aheadMinutes + minute, fn, count);
    this.#days.list.count(fn, count);
  }

  /** The functions that are called in one of the minutes that are read, and how often each of them is. */
  at(minute: number): Iterable<readonly [fn: number, count: number]> {
    return this.#days.counts.at(this.#aheadMinutes + minute);
  }

  /** Adds the run times of the function's calls of this day. */
  addTime(fn: number, time: Distribution): void {
    const calls = this.#callsOf(fn);
    if (calls > 0) this.#days.list.functions[fn]!.time = this.#days.times.add(fn, time, calls);
  }

  /** Adds the memory of the function's app on this day, in MB: over several days it is a mean by calls. */
  addMemory(fn: number, mb: number): void {
    const traced = this.#days.list.functions[fn]!, today = this.#callsOf(fn) / traced.calls;
    traced.memoryMb = mb * today + (traced.memoryMb ?? mb) * (1 - today);
  }

  #callsOf(fn: number): number {
    return this.#days.list.functions[fn]!.calls - (this.#callsBefore[fn] ?? 0);
  }
}

/**
 * Reads days as one trace, in the order in which they are named.
 *
 * @throws {TraceError} naming file, line and column, or if a day begins before the end of the one before it
 */
export async function readDays(
  format: DayFormat,
  paths: readonly string[],
  { minutes, keeps }: Selection,
): Promise<FunctionTrace> {
  const [from, to] = minutes ?? [0, Infinity];
  const days: Days = {
    list: new FunctionList(),
    counts: new MinuteCounts(paths[0]!),
    times: new MixedTimes(),
  };
  const notes: string[] = [];
  let length = 0, origin: number | undefined;
  for (const path of paths) {
    const begin = await format.beginOf?.(path) ?? length;
    origin ??= begin;
    const at = begin - origin;
    if (at < length) {
      throw new TraceError(
        "bad-trace",
        `Cannot read ${path} behind the file before it: it begins earlier. Name days in their order`,
      );
    }
    const day = new Day(path, Math.max(0, from - at), to - at, at - from, days);
    length = at + await format.readCalls(day, keeps);
    const missing = await format.readTimes(day);
    if (missing !== undefined) notes.push(missing);
  }
  const [first, last] = minutesOf(paths, length, minutes);
  const { counts, list: { functions } } = days;
  const without = functions.filter(({ time }) => time === undefined).length;
  if (without > 0 && notes.length < paths.length) {
    notes.push(`No usable run times of ${counted(without, "function")}. They take none`);
  }
  return {
    format: format.name,
    functions,
    count: counts.calls,
    minutes: last - first,
    notes,
    callsIn: (minute) => counts.callsAt(minute),
    calls: (gaps: Gaps, random: Random) => spread(counts, { gaps, functions: functions.length, random }),
  };
}
