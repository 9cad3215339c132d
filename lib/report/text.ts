import { counted, formatDuration } from "../model/mod.ts";
import type { FigureValue, Unit } from "./metrics.ts";
import { unicodeWidth } from "./width.ts";

/** The sign for "no data". */
export const NO_DATA = "–";

/** Writes a figure for people. */
export function formatFigure(value: FigureValue, unit: Unit): string {
  if (value === "never") return value;
  if (value === null || !Number.isFinite(value)) return NO_DATA;
  switch (unit) {
    case "ms":
      return formatDuration(value);
    case "s":
      return formatDuration(value * 1000);
    case "count":
      return formatCount(value);
    case "times":
      return formatNumber(value);
    case "perS":
      return `${formatNumber(value)}/s`;
    case "share":
      return value.toFixed(2);
  }
}

/** The line that tells how many rows of a kind are left out. */
export function moreWords(more: number, kind: string): string {
  return `and ${counted(more, `more ${kind}`)}; --all shows ${more === 1 ? "it" : "them"}`;
}

/** Writes a whole number with groups of three digits. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Writes a number with about three digits. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** Writes a change: +12%, −40%, ×12. */
export function formatChange(change: number | null): string {
  if (change === null) return "";
  if (change >= 9) return `×${formatNumber(change + 1)}`;
  const percent = Math.round(change * 100);
  return percent === 0 ? "±0%" : `${percent < 0 ? "−" : "+"}${Math.abs(percent)}%`;
}

/** Breaks a text into lines of at most a width, at spaces; words that are longer are cut into pieces. */
export function wordWrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && unicodeWidth(`${line} ${word}`) > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (unicodeWidth(line) > width) {
      const piece = beginningOf(line, width);
      if (piece === line) break;
      lines.push(piece);
      line = line.slice(piece.length);
    }
  }
  return [...lines, line];
}

/** As much of a text as fits in some columns, one sign at least: many take two columns, or are several units of a string. */
function beginningOf(text: string, width: number): string {
  let piece = "";
  for (const sign of text) {
    if (piece !== "" && unicodeWidth(piece + sign) > width) break;
    piece += sign;
  }
  return piece;
}

// Control characters, and those that turn the direction of what follows.
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A name from a log as it may be printed on a terminal: without what would move the cursor or colour the rest. */
export function printable(name: string): string {
  return name.replace(UNPRINTABLE, "\ufffd");
}
