import { counted } from "../model/mod.ts";
import { compareRuns, type TestedRow } from "./tested.ts";
import type { Report } from "./schema.ts";
import { type Cell, table } from "./table.ts";
import { penOf, type TerminalOptions } from "./terminal.ts";
import { signOf } from "./terminal_compare.ts";
import { formatChange, formatFigure } from "./text.ts";

/** Fewer runs say nothing of how much they vary. */
const LEAST_RUNS = 2;

/** Shows repeated runs of one thing beside those of another, as lines of text: figures, changes and their intervals. */
export function renderRepeated(
  base: readonly Report[],
  against: readonly Report[],
  options: TerminalOptions = {},
): string {
  const pen = penOf(options), { paint, width } = pen;
  const heads = ["", `base (${runs(base)})`, `against (${runs(against)})`, "change", "95 % interval"];
  const rows = compareRuns([base, against])
    .filter(({ runs }) => runs.some(({ value }) => value !== null && value !== 0))
    .map((row): Cell[] => cellsOf(row, (mark) => signOf(mark, pen)));
  const legend = `${signOf("better", pen)} better, ${signOf("worse", pen)} worse by more than chance`;
  const few = Math.min(base.length, against.length) < LEAST_RUNS
    ? ["A single run is known by its own parts only; name several runs for each side"]
    : [];
  const lines = table([heads.map((text) => ({ text, style: "dim" as const })), ...rows], width, paint);
  return pen.finished(
    [...lines, "", ...[legend, ...few].map((text) => paint(text, "dim"))].join("\n") + "\n",
  );
}

function runs(reports: readonly Report[]): string {
  return counted(reports.length, "run");
}

function cellsOf(
  { metric: { label, unit }, runs: [base, against] }: TestedRow,
  sign: (mark: "better" | "worse") => string,
): Cell[] {
  const { value, change, bounds, mark } = against!;
  const style = mark === "better" ? "good" : "bad";
  const words = change === null ? "" : formatChange(change);
  return [
    label,
    formatFigure(base!.value, unit),
    formatFigure(value, unit),
    mark === "same" ? `${words}  ` : { text: `${words} ${sign(mark)}`, style },
    bounds === null ? "" : `${formatChange(bounds.low)} to ${formatChange(bounds.high)}`,
  ];
}
