import { ASCII, UNICODE } from "./spark.ts";
import { painter } from "./table.ts";
import { renderComparedDetails, renderComparedFigures } from "./terminal_compare.ts";
import type { Pen } from "./terminal_pen.ts";
import { renderRunDetails, renderRunFigures } from "./terminal_run.ts";
import { wordWrap } from "./text.ts";
import { verdictOf } from "./verdict.ts";
import type { RunView } from "./view.ts";

/** The options of reports on a terminal. */
export interface TerminalOptions {
  /** Columns. (Default: 80) */
  readonly width?: number;
  /** Whether to colour. (Default: false) */
  readonly color?: boolean;
  /** Whether to draw charts with ASCII signs only. (Default: false) */
  readonly ascii?: boolean;
  /** Everything, also rows that are alike in all runs; the usual; or the first part of that, which fits a screen. (Default: "usual") */
  readonly detail?: "brief" | "usual" | "all";
}

/** The ASCII signs that replace our own ones; names stay as they are. */
const PLAIN: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "×": "x",
  "·": "-",
  "…": "~",
  "±": " ",
  "≥": ">",
};

/**
 * Shows a run, or several side by side, as lines of text: the verdict, figures by their weight, then causes, charts and tables.
 * Pure: nothing is printed.
 */
export function renderTerminal(runs: readonly RunView[], options: TerminalOptions = {}): string {
  const { detail = "usual" } = options, pen = penOf(options);
  const [first] = runs;
  if (first === undefined) return "";
  const verdict = wordWrap(verdictOf(runs), pen.width).map((line) => pen.paint(line, "bold"));
  const figures = runs.length === 1 ? renderRunFigures(first, pen) : renderComparedFigures(runs, pen);
  const [titles = [], ...groups] = figures, parts = [[...verdict, ...titles], ...groups];
  if (detail !== "brief") {
    parts.push(...runs.length === 1 ? renderRunDetails(first, pen) : renderComparedDetails(runs, pen));
  }
  const text = parts.filter((part) => part.length > 0).map((part) => part.join("\n") + "\n").join("\n");
  return pen.finished(text);
}

/** The tools for some options. */
export function penOf({ width = 80, color = false, ascii = false, detail = "usual" }: TerminalOptions): Pen {
  return {
    width: Math.max(40, width),
    paint: painter(color),
    signs: ascii ? ASCII : UNICODE,
    isAll: detail === "all",
    finished: (text) => ascii ? text.replace(/[−–×·…±≥]/g, (sign) => PLAIN[sign]!) : text,
  };
}
