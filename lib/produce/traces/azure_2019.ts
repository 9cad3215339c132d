import { basename, dirname, join } from "node:path";
import { TraceError } from "./error.ts";
import { type Day, readDays } from "./days.ts";
import { MAX_CALLS_OF_MINUTE } from "./minute_counts.ts";
import { existing } from "./reading.ts";
import { columnsOf, type Heading, headingOf, rowsOf } from "./rows.ts";
import { distributionOf, LONGEST_MS } from "./run_times.ts";
import { byMinute, type SampleFunction } from "./population.ts";
import type { Selection, TraceFormat } from "./trace.ts";

/** The columns of a day's invocations before those of its minutes. */
const INVOCATIONS = ["HashOwner", "HashApp", "HashFunction", "Trigger"] as const;
/** The columns of a day's run times, in milliseconds, before those of their percentiles. */
const DURATIONS = ["HashOwner", "HashApp", "HashFunction", "Average", "Count", "Minimum", "Maximum"] as const;
/** The percentiles of the run time. */
const PERCENTS = [0, 1, 25, 50, 75, 99, 100] as const;
const PERCENTILES = PERCENTS.map((percent) => `percentile_Average_${percent}` as const);
/** The columns of a day's memory before those of its percentiles. */
const MEMORY = ["HashOwner", "HashApp", "SampleCount", "AverageAllocatedMb"] as const;
const MEMORY_PERCENTS = [1, 5, 25, 50, 75, 95, 99, 100] as const;
const MINUTES_OF_DAY = 1440;

/** The names of the three files of a day, by the name of that of its invocations: as published, and as InVitro has them. */
const FILES = [
  [
    /^invocations_per_function_md(\.anon\.d\d+)(\.csv(?:\.gz)?)$/,
    "function_durations_percentiles$1$2",
    "app_memory_percentiles$1$2",
  ],
  [/^invocations(\.csv(?:\.gz)?)$/, "durations$1", "memory$1"],
] as const;

/**
 * The Azure Functions trace of 2019 (Shahrad et al., "Serverless in the Wild", USENIX ATC 2020): for each day a file with the
 * number of calls of each function in each minute, one with percentiles of run times in milliseconds, and one of apps' memory.
 */
export const AZURE_2019: TraceFormat = {
  name: "azure-2019",
  what: "invocations_per_function_md.anon.dNN.csv, with the durations and the memory of the day beside it",
  fits: (heading) => INVOCATIONS.slice(1).every((name) => heading.includes(name)),
  read: (paths, selection) => readDays({ name: "azure-2019", readCalls, readTimes }, paths, selection),

  sample: (functions, minutes) => [
    { path: "invocations_per_function_md.anon.d01.csv", lines: invocationLines(functions, minutes) },
    { path: "function_durations_percentiles.anon.d01.csv", lines: durationLines(functions) },
    { path: "app_memory_percentiles.anon.d01.csv", lines: memoryLines(functions) },
  ],
};

async function readCalls(day: Day, keeps: Selection["keeps"]): Promise<number> {
  const { path, list } = day;
  const heading = await headingOf(path);
  const at = columnsOf(path, heading, ["HashApp", "HashFunction", "Trigger"]);
  const ownerAt = heading.indexOf("HashOwner");
  const first = firstMinute(path, heading), length = heading.length - first;
  const to = Math.min(day.to, length);
  if (to <= day.from) return length;
  for await (const row of rowsOf(path)) {
    const app = row.text(at.HashApp);
    if (!keeps(app)) continue;
    let fn: number | undefined;
    for (let minute = day.from; minute < to; minute++) {
      const count = row.count(first + minute, MAX_CALLS_OF_MINUTE);
      if (count === 0) continue;
      fn ??= list.add(app, row.text(at.HashFunction), {
        trigger: row.text(at.Trigger),
        ...ownerAt >= 0 && { owner: row.text(ownerAt) },
      });
      day.add(minute, fn, count);
    }
  }
  return length;
}

function* invocationLines(functions: readonly SampleFunction[], minutes: number): Generator<string> {
  yield [...INVOCATIONS, ...Array.from({ length: MINUTES_OF_DAY }, (_, i) => i + 1)].join(",");
  const rest = Array.from({ length: MINUTES_OF_DAY - minutes }, () => 0);
  for (const fn of functions) {
    const counts = byMinute(fn, minutes).map(({ length }) => length);
    yield [fn.owner, fn.app, fn.id, fn.trigger, ...counts, ...rest].join(",");
  }
}

function* durationLines(functions: readonly SampleFunction[]): Generator<string> {
  yield [...DURATIONS, ...PERCENTILES].join(",");
  for (const { owner, app, id, calls } of functions) {
    const times = calls.map(({ runMs }) => runMs).sort((a, b) => a - b), count = times.length;
    const mean = Math.round(times.reduce((sum, ms) => sum + ms) / count);
    const percentiles = PERCENTS.map((percent) => times[Math.max(0, Math.ceil(percent / 100 * count) - 1)]);
    yield [owner, app, id, mean, count, times[0], times.at(-1), ...percentiles].join(",");
  }
}

function* memoryLines(functions: readonly SampleFunction[]): Generator<string> {
  yield [...MEMORY, ...MEMORY_PERCENTS.map((percent) => `AverageAllocatedMb_pct${percent}`)].join(",");
  const apps = new Map(functions.map((fn) => [fn.app, fn]));
  for (const { owner, app, memoryMb, calls } of apps.values()) { // a sample's memory is always the same
    yield [owner, app, calls.length, memoryMb, ...MEMORY_PERCENTS.map(() => memoryMb)].join(",");
  }
}

/** The column of the first minute; those behind it are the minutes after it. */
function firstMinute(file: string, heading: Heading): number {
  const first = heading.indexOf("Trigger") + 1;
  if (first === heading.length) {
    throw new TraceError(
      "bad-trace",
      `Cannot read ${file}, line 1: no minutes stand behind Trigger: 1, 2, 3, …`,
    );
  }
  for (let at = first; at < heading.length; at++) {
    const expected = String(Number(heading[first]) + at - first);
    if (heading[at] === expected) continue;
    throw new TraceError(
      "bad-trace",
      `Cannot read ${file}, line 1, column ${at + 1}: it is "${heading[at]}" and not minute ${
        expected === "NaN" ? 1 : expected
      }. Minutes stand behind Trigger: 1, 2, 3, …`,
    );
  }
  return first;
}

/** The file of durations (1) or memory (2) beside one of invocations, by its name; undefined: that has a name of its own. */
function beside(path: string, which: 1 | 2): string | undefined {
  const own = basename(path);
  const names = FILES.find(([pattern]) => pattern.test(own));
  return names && join(dirname(path), own.replace(names[0], names[which]));
}

async function readTimes(day: Day): Promise<string | undefined> {
  const missing = await readDurations(day);
  await readMemory(day);
  return missing;
}

async function readDurations(day: Day): Promise<string | undefined> {
  const { path, list } = day, expected = beside(path, 1);
  const file = await existing(expected);
  if (file === undefined) {
    return `No run times: beside ${path} is no ${basename(expected ?? "durations.csv")}. Functions take none`;
  }
  const at = columnsOf(file, await headingOf(file), ["HashApp", "HashFunction", ...PERCENTILES]);
  const known = new Set<number>(); // the published files have some functions twice
  for await (const row of rowsOf(file)) {
    const fn = list.find(row.text(at.HashApp), row.text(at.HashFunction));
    if (fn === undefined || known.has(fn)) continue;
    const times = PERCENTILES.map((name) => row.number(at[name]));
    const isUsable = times.every((ms, i) =>
      ms !== undefined && ms >= (times[i - 1] ?? 0) && ms <= LONGEST_MS
    );
    if (!isUsable) continue;
    known.add(fn);
    day.addTime(fn, distributionOf(times.map((ms, i) => [PERCENTS[i]! / 100, ms!])));
  }
  return undefined;
}

async function readMemory(day: Day): Promise<void> {
  const file = await existing(beside(day.path, 2));
  if (file === undefined) return;
  const at = columnsOf(file, await headingOf(file), ["HashApp", "AverageAllocatedMb"]);
  const memory = new Map<string, number>();
  for await (const row of rowsOf(file)) {
    const mb = row.amount(at.AverageAllocatedMb, "memory");
    if (mb !== undefined) memory.set(row.text(at.HashApp), mb);
  }
  for (const fn of day.list.functions.keys()) {
    const mb = memory.get(day.list.appOf(fn));
    if (mb !== undefined) day.addMemory(fn, mb);
  }
}
