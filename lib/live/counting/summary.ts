import { isObject, type Json, parseJson } from "../../model/mod.ts";
import { MOST_ROWS } from "../live_view.ts";
import { COLUMNS, type Numbers, numbersBy } from "./columns.ts";
import type { SparseCounts } from "./histogram.ts";

/** One name in a consumer's summary. */
export interface WorkRow {
  /** Undefined: the rest, of all names without a row. */
  readonly name: string | undefined;
  readonly numbers: Numbers;
  /** Queueing times of the last minute, of the {@linkcode MOST_TIMED} names with the most to do. (Default: none is told) */
  readonly minute?: SparseCounts;
  /** Queueing times since the consumer began, in buckets twice as wide, of the table that they are told by. (Default: none is told) */
  readonly queueing?: SparseCounts;
}

/**
 * The work of a consumer, as it tells in each beat. Its bounds: {@linkcode MOST_ROWS} names in each of three tables, and the rest; at most some
 * 20 kB as a text, and about 1 kB with a few names.
 */
export interface WorkSummary {
  /** When it began to count, in milliseconds since 1970. */
  readonly sinceMs: number;
  /** The label whose values are told apart. (Default: none is) */
  readonly label?: string;
  readonly all: WorkRow;
  /** Queueing times of the last hour. */
  readonly hour: SparseCounts;
  readonly chains: readonly WorkRow[];
  readonly functions: readonly WorkRow[];
  /** The values of the label. (Default: none is told apart) */
  readonly values?: readonly WorkRow[];
}

/** Most names of a table whose queueing times of the last minute are told. */
export const MOST_TIMED = 16;

/** The form of the text. Whoever reads another one reads nothing. */
const VERSION = 1;

/** A summary as a short text: rows are lists of numbers, in the order of {@linkcode COLUMNS}, without the zeros at their ends. */
export function packWork({ sinceMs, label, all, hour, chains, functions, values }: WorkSummary): string {
  return JSON.stringify({
    ...{ version: VERSION, sinceMs: Math.round(sinceMs), label, all: packRow(all), hour },
    ...{ chains: chains.map(packRow), functions: functions.map(packRow), values: values?.map(packRow) },
  });
}

function packRow({ name, numbers, minute, queueing }: WorkRow): unknown[] {
  const rounded = COLUMNS.map((column) => Math.round(numbers[column] * 100) / 100);
  while (rounded.at(-1) === 0) rounded.pop();
  const row: unknown[] = [name ?? null, rounded];
  if (minute !== undefined || queueing !== undefined) row.push(minute ?? []);
  if (queueing !== undefined) row.push(queueing);
  return row;
}

/** Reads a summary; undefined if it is of another version of the program, or no summary at all. */
export function unpackWork(text: string | undefined): WorkSummary | undefined {
  const read = text === undefined ? undefined : parseJson(text)?.value;
  if (!isObject(read) || read.version !== VERSION || typeof read.sinceMs !== "number") return undefined;
  const { label, values } = read, all = rowOf(read.all);
  if (all === undefined) return undefined;
  return {
    sinceMs: read.sinceMs,
    ...typeof label === "string" && { label, values: rowsOf(values) },
    ...{ all, hour: countsOf(read.hour) ?? [] },
    ...{ chains: rowsOf(read.chains), functions: rowsOf(read.functions) },
  };
}

function rowsOf(read: Json | undefined): WorkRow[] {
  return Array.isArray(read)
    ? read.slice(0, MOST_ROWS + 1).map(rowOf).filter((row) => row !== undefined)
    : [];
}

function rowOf(read: Json | undefined): WorkRow | undefined {
  if (!Array.isArray(read)) return undefined;
  const [name, told, minute, queueing] = read as readonly (Json | undefined)[];
  if (!Array.isArray(told) || !(name === null || typeof name === "string")) return undefined;
  const [timed, since] = [countsOf(minute), countsOf(queueing)];
  return {
    name: name ?? undefined,
    numbers: numbersBy(COLUMNS, (_, i) => numberOf(told[i])),
    ...timed !== undefined && timed.length > 0 && { minute: timed },
    ...since !== undefined && { queueing: since },
  };
}

/** Most counts of a histogram that are read. */
const MOST_COUNTS = 1000;

function countsOf(read: Json | undefined): SparseCounts | undefined {
  if (!Array.isArray(read) || read.length > MOST_COUNTS) return undefined;
  const [lowest, ...counts] = read;
  if (lowest === undefined) return [];
  const isWhole = (value: Json): value is number => Number.isSafeInteger(value);
  return isWhole(lowest) && counts.every(isWhole) ? [lowest, ...counts] : undefined;
}

/** Nothing that is counted is negative. */
function numberOf(read: Json | undefined): number {
  return typeof read === "number" && read > 0 && read < Infinity ? read : 0;
}
