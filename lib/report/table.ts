import { fitDistinct } from "./distinct_names.ts";
import { unicodeWidth } from "./width.ts";

/** The style of a piece of text. */
export type Style = "bold" | "dim" | "good" | "bad" | "accent";

/** A text that may be coloured. */
export interface Styled {
  readonly text: string;
  readonly style?: Style;
}

/** A cell of a table. */
export type Cell = string | Styled;

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, good: 32, bad: 31, accent: 36 };

/** Colours texts, or does not. */
export function painter(color: boolean): (text: string, style?: Style) => string {
  return (text, style) => color && style && text !== "" ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** The spaces that fill a text to a width. */
function filling(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - unicodeWidth(text)));
}

/**
 * Sets rows in columns, two spaces apart: the first to the left, the others to the right. Texts of the first
 * are cut so that they still differ, if all together would be wider than `width`; columns that still do not fit are left out, the
 * last first.
 */
export function table(
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: (text: string, style?: Style) => string,
): string[] {
  const cells = rows.map((row) =>
    row.map((cell): Styled => typeof cell === "string" ? { text: cell } : cell)
  );
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(0, ...cells.map((row) => unicodeWidth(row[column]?.text ?? ""))),
  );
  const rest = () => widths.slice(1).reduce((sum, width) => sum + width + 2, 0);
  while (widths.length > 2 && rest() + Math.min(widths[0]!, 12) > width) widths.pop();
  widths[0] = Math.min(widths[0] ?? 0, Math.max(4, width - rest()));
  const first = fitDistinct(cells.map((row) => row[0]?.text ?? ""), widths[0]);
  return cells.map((row, i) =>
    widths.map((columnWidth, column) => {
      const { text, style } = row[column] ?? { text: "" };
      if (column === 0) return paint(first[i]!, style) + filling(first[i]!, columnWidth);
      return filling(text, columnWidth) + paint(text, style);
    }).join("  ").trimEnd()
  );
}
