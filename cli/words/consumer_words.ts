import { unicodeWidth } from "@std/cli/unicode-width";
import { oneLine } from "../../lib/draw/mod.ts";
import {
  type ByValue,
  byValueText,
  formatDuration,
  isObject,
  type Json,
  type JsonObject,
} from "../../lib/model/mod.ts";
import type { StartRate } from "../../lib/scheduler/mod.ts";
import { askerWords, type ConsumerView } from "../../lib/queue/mod.ts";
import { textTable, wrapped } from "../shell/text_table.ts";

/** A consumer beats about once a second; only an older beat is worth a word. */
const USUAL_BEAT_MS = 2000;

/**
 * The consumers that live, a line for each below those of the table's head; none if there are none. Columns that say the same
 * of all and nothing unusual are left out, so that the table fits in 80 columns: `--json` has everything.
 *
 * @param own the version of this program
 * @param width of the terminal: limits that make the table wider stand below it
 */
export function consumerLines(
  consumers: readonly ConsumerView[],
  own: string,
  width: number = Infinity,
): string[] {
  if (consumers.length === 0) return [];
  const isShown: Readonly<Record<string, boolean>> = {
    part: consumers.some(({ part }) => part !== undefined),
    beat: consumers.some(({ beatAgoMs }) => beatAgoMs > USUAL_BEAT_MS),
    version: consumers.some(({ version }) => version !== own),
  };
  const columns = COLUMNS.filter(({ head }) => isShown[head] ?? true);
  const rows = consumers.map((consumer) => columns.map(({ cell }) => cell(consumer)));
  const numbers = columns.flatMap(({ isNumber }, i) => isNumber ? [i] : []);
  return ["", ...limitedTable([columns.map(({ head }) => head), ...rows], numbers, consumers, width)];
}

/** A table of consumers whose last column has their limits, which stand below where they would make it wider than `width`. */
export function limitedTable(
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
  consumers: readonly ConsumerView[],
  width: number,
): string[] {
  const whole = textTable(rows, numbers);
  if (whole.every((line) => unicodeWidth(line) <= width)) return whole;
  return [...textTable(rows.map((row) => row.slice(0, -1)), numbers), ...limitLines(consumers, width)];
}

/** The limits of consumers in lines of their own, each once, with those that have them unless all do. */
function limitLines(consumers: readonly ConsumerView[], width: number): string[] {
  const byWords = Map.groupBy(consumers, ({ limits }) => limitWords(limits));
  return [...byWords].flatMap(([words, who]) => {
    const whose = byWords.size === 1
      ? ""
      : ` of ${who.map(({ host, pid }) => `${oneLine(host)} ${pid}`).join(", ")}`;
    return wrapped(`limits${whose}: ${words}`, width - INDENT.length)
      .map((line, i) => i === 0 ? line : INDENT + line);
  });
}

/** The indentation of the second line of a text, and of those after it. */
const INDENT = "  ";

/** A line for each platform that has asked a consumer to wait. */
export function askedLines(consumers: readonly ConsumerView[]): string[] {
  return consumers.flatMap(({ host, pid, asked = [] }) =>
    asked.map(({ leftMs, ...where }) =>
      `${oneLine(askerWords(where))} has asked ${oneLine(host)} ${pid} to wait, ${
        formatDuration(Math.ceil(leftMs / 1000) * 1000)
      } more`
    )
  );
}

interface Column {
  readonly head: string;
  readonly isNumber: boolean;
  cell(consumer: ConsumerView): string;
}

const COLUMNS: readonly Column[] = [
  { head: "consumer", isNumber: false, cell: ({ host, pid }) => `${oneLine(host)} ${pid}` },
  {
    head: "in flight",
    isNumber: true,
    cell: ({ running, limit }) => limit === undefined ? String(running) : `${running} of ${limit}`,
  },
  { head: "ready", isNumber: true, cell: ({ ready }) => String(ready) },
  { head: "calls/s", isNumber: true, cell: ({ callsPerS }) => callsPerS.toFixed(1) },
  { head: "throttles", isNumber: true, cell: ({ throttled }) => String(throttled) },
  {
    head: "part",
    isNumber: true,
    cell: ({ part }) => part === undefined ? "all" : `${Math.round((part.to - part.from) * 100)}%`,
  },
  { head: "beat", isNumber: true, cell: ({ beatAgoMs }) => formatDuration(Math.round(beatAgoMs)) },
  { head: "version", isNumber: false, cell: ({ version }) => oneLine(version) },
  { head: "policy", isNumber: false, cell: ({ policy }) => oneLine(policy) },
  { head: "limits", isNumber: false, cell: ({ limits }) => limitWords(limits) },
];

/** Limits in a few words: `200, ceilings function=compile:5 tenant=acme:5,*:20, floors tenant=acme:2, rate 50, function rates mail=300/m`. */
export function limitWords(
  { global, fixed, functions, chains, labels, floors, ...others }: JsonObject,
): string {
  const ceilings = byValueText({ functions, chains, labels } as ByValue);
  const reserved = byValueText((floors ?? {}) as ByValue);
  const parts = [
    global === undefined ? "none in all" : String(global),
    fixed === true ? "fixed" : "",
    ceilings && `ceilings ${ceilings}`,
    reserved && `floors ${reserved}`,
    ...Object.entries(others).map(([kind, limit]) => otherWords(kind, limit)),
  ];
  return oneLine(parts.filter((part) => part !== "").join(", "));
}

function otherWords(kind: string, limit: Json): string {
  if (kind === "rate") return `rate ${rateWords(limit as unknown as number | StartRate)}`;
  if (!isObject(limit)) return `${kind} ${limit}`;
  const isRate = kind === "functionRates";
  const words = Object.entries(limit).map(([name, each]) =>
    `${name}=${isRate ? rateWords(each as number | StartRate) : each}`
  );
  return words.length === 0 ? "" : `${isRate ? "function rates" : kind} ${words.join(" ")}`;
}

/** Units of time of rates, by their lengths in milliseconds. */
const UNITS: Readonly<Record<number, string>> = { 1000: "", 60_000: "/m", 3_600_000: "/h" };

/** A rate as `--rate` takes it, and the most of its starts that may come together if that was said. */
function rateWords(rate: number | StartRate): string {
  if (typeof rate === "number") return String(rate);
  const { starts, perMs, burst } = rate, unit = UNITS[perMs] ?? `/${formatDuration(perMs)}`;
  return `${starts}${unit}${burst === undefined ? "" : ` (${burst} at once)`}`;
}
