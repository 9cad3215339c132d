import { formatDuration } from "../model/mod.ts";
import { fitDistinct } from "./distinct_names.ts";
import type { Report } from "./schema.ts";
import type { Signs } from "./spark.ts";
import type { Style } from "./table.ts";
import { printable, wordWrap } from "./text.ts";
import { unicodeWidth } from "./width.ts";

/** The tools that the parts of the view are drawn with. */
export interface Pen {
  /** Columns, 40 at least. */
  readonly width: number;
  readonly paint: (text: string, style?: Style) => string;
  readonly signs: Signs;
  /** Whether to show also what is usually left out. */
  readonly isAll: boolean;
  /** A text as it is shown, with ASCII signs only if that was asked for. */
  readonly finished: (text: string) => string;
}

/** The columns of the labels before facts and charts. */
export const LABEL = 13;

/** The title of a run: its name, its command, policy and limit, how long it took, and its start. @param number "1. ", of several */
export function title(name: string, { run }: Report, { paint, width }: Pen, number = ""): string[] {
  const when = run.clock === "virtual"
    ? "in virtual time"
    : run.startedAt?.slice(0, 19).replace("T", " ").concat(" UTC");
  const words = [
    run.command,
    run.policy === name ? null : run.policy,
    run.limit === null ? "no limit" : `limit ${run.limit}`,
    formatDuration(run.durationMs),
    when,
  ].filter((word) => word).map((word) => printable(word!)).join(" · ");
  const shown = number + printable(name);
  if (unicodeWidth(`${shown} · ${words}`) <= width) {
    return [paint(shown, "bold") + paint(` · ${words}`, "dim")];
  }
  return [
    ...wordWrap(shown, width).map((line) => paint(line, "bold")),
    ...wordWrap(words, width).map((line) => paint(line, "dim")),
  ];
}

/** The remarks on a report. @param before a word before each */
export function noteLines({ notes }: Report, { paint, width }: Pen, before = "note:"): string[] {
  return notes.flatMap(({ text }) => wordWrap(printable(`${before} ${text}`), width))
    .map((line) => paint(line, "dim"));
}

/** The heads of the columns of runs: their numbers and names, which differ. */
export function runHeads(names: readonly string[], width: number): string[] {
  const digits = String(names.length).length + 2;
  return fitDistinct(names.map(printable), width - digits).map((name, i) => `${i + 1}. ${name}`);
}

/** Sets parts behind a label, on as many lines as it takes. Colours do not count. */
export function wrapped(label: string, parts: readonly string[], { paint, width }: Pen): string[] {
  const lines: string[] = [];
  let line = "", length = 0;
  for (const part of parts) {
    const size = visible(part) + 2;
    if (line !== "" && LABEL + length + size > width) {
      lines.push(`${line},`);
      line = "", length = 0;
    }
    line += line === "" ? part : `, ${part}`;
    length += size;
  }
  return [...lines, line].map((text, i) => paint((i === 0 ? label : "").padEnd(LABEL), "dim") + text);
}

function visible(text: string): number {
  // deno-lint-ignore no-control-regex
  return unicodeWidth(text.replace(/\x1b\[\d+m/g, ""));
}

/** Adds up lists of numbers, place by place. */
export function sumOf(lists: readonly (readonly number[])[]): number[] {
  return (lists[0] ?? []).map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0));
}

/** The greatest of some numbers that are not negative; 0 of none. */
export function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
