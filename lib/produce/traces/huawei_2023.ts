import { basename, dirname, join } from "node:path";
import { type Day, readDays } from "./days.ts";
import { TraceError } from "./error.ts";
import { MAX_CALLS_OF_MINUTE } from "./minute_counts.ts";
import { existing } from "./reading.ts";
import { byMinute, type SampleCall } from "./population.ts";
import { columnsOf, headingOf, type Row, rowsOf } from "./rows.ts";
import { MeanTimes } from "./run_times.ts";
import type { Selection, TraceFormat } from "./trace.ts";

/** The columns before those of the functions. */
const DAY_AND_TIME = ["day", "time"] as const;
const MINUTE_S = 60;

/**
 * Huawei's traces of 2023 (Joosen et al., "How Does It Function?", SoCC 2023): for each day a file with a line a minute and a
 * column a function. `requests_minute` has the number of calls, `function_delay_minute` in the folder beside it their mean run
 * time, for which the data set names no unit: InVitro takes milliseconds (sampler/preprocessHuawei.py), and so does this.
 * Functions have no apps: each is its own.
 */
export const HUAWEI_2023: TraceFormat = {
  name: "huawei-2023",
  what: "requests_minute/day_NNN.csv, with function_delay_minute/day_NNN.csv in the folder beside it",
  fits: (heading) => DAY_AND_TIME.every((name) => heading.includes(name)) && heading.length > 2,

  read: (paths, selection) =>
    readDays({ name: "huawei-2023", beginOf, readCalls, readTimes }, paths, selection),

  sample(functions, minutes) {
    const each = functions.map((fn) => byMinute(fn, minutes));
    const requests = (calls: readonly SampleCall[]) => `${calls.length}.0`; // as in the files of the data set
    const delay = (calls: readonly SampleCall[]) =>
      calls.reduce((sum, { runMs }) => sum + runMs, 0) / calls.length;
    return [
      { path: "requests_minute/day_000.csv", lines: minuteLines(each, minutes, requests) },
      { path: "function_delay_minute/day_000.csv", lines: minuteLines(each, minutes, delay) },
    ];
  },
};

/** The lines of a file with a value for each function and minute; blank where there are no calls. */
function* minuteLines(
  functions: readonly (readonly (readonly SampleCall[])[])[],
  minutes: number,
  value: (calls: readonly SampleCall[]) => string | number,
): Generator<string> {
  yield [...DAY_AND_TIME, ...functions.keys()].join(",");
  for (let minute = 0; minute < minutes; minute++) {
    const values = functions.map((each) => each[minute]!.length === 0 ? "" : value(each[minute]!));
    yield [0, minute * MINUTE_S, ...values].join(",");
  }
}

/** The minute of the data set at which a file begins: its days are not all there. */
async function beginOf(path: string): Promise<number> {
  const { time } = columnsOf(path, await headingOf(path), DAY_AND_TIME);
  for await (const row of rowsOf(path)) return Math.floor(row.someTime(time) / MINUTE_S);
  throw new TraceError("bad-trace", `Cannot read ${path}: it has no minutes`);
}

async function readCalls(day: Day, keeps: Selection["keeps"]): Promise<number> {
  const heading = await headingOf(day.path);
  const columns = [...heading.keys()].filter((at) => {
    return !(DAY_AND_TIME as readonly string[]).includes(heading[at]!) && keeps(heading[at]!);
  });
  let length = 0;
  for await (const [minute, row] of minutesIn(day.path)) {
    length = minute + 1;
    if (minute < day.from || minute >= day.to) continue;
    for (const column of columns) {
      const count = row.count(column, MAX_CALLS_OF_MINUTE);
      if (count > 0) day.add(minute, day.list.add(heading[column]!, heading[column]!), count);
    }
  }
  return length;
}

/** Reads the mean run times of the minutes. Each counts as often as the function is called in that minute. */
async function readTimes(day: Day): Promise<string | undefined> {
  const { path, list } = day;
  const expected = join(dirname(dirname(path)), "function_delay_minute", basename(path));
  const file = await existing(expected);
  if (file === undefined) return `No run times: there is no ${expected}. Functions take none`;
  const heading = await headingOf(file);
  const columns = list.functions.map((_, fn) => heading.indexOf(list.appOf(fn)));
  const times = list.functions.map(() => new MeanTimes());
  for await (const [minute, row] of minutesIn(file)) {
    if (minute < day.from || minute >= day.to) continue;
    for (const [fn, count] of day.at(minute)) {
      const column = columns[fn]!;
      const ms = column < 0 ? undefined : row.amount(column, "a time");
      if (ms !== undefined) times[fn]!.add(ms, count);
    }
  }
  for (const [fn, means] of times.entries()) {
    const time = means.distribution();
    if (time !== undefined) day.addTime(fn, time);
  }
  return undefined;
}

/** The lines of a file, each with its minute, from that of the first line on. */
async function* minutesIn(path: string): AsyncGenerator<readonly [minute: number, row: Row]> {
  const { time } = columnsOf(path, await headingOf(path), DAY_AND_TIME);
  let firstS: number | undefined, before = -1;
  for await (const row of rowsOf(path)) {
    const atS = row.someTime(time);
    firstS ??= atS;
    const minute = (atS - firstS) / MINUTE_S;
    if (!Number.isInteger(minute) || minute <= before) {
      throw row.error(
        time,
        `it is ${atS} s, and not whole minutes after the line before. Name the file of requests_minute`,
      );
    }
    yield [before = minute, row];
  }
}
