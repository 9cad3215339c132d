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

/** Cuts a text to a width, with an ellipsis if it is longer. */
export function fit(text: string, width: number): string {
  if (unicodeWidth(text) <= width) return text;
  let cut = "";
  for (const letter of text) {
    if (unicodeWidth(cut + letter) >= width) break;
    cut += letter;
  }
  return `${cut}…`;
}

/** Fills a text with spaces to a width. */
export function pad(text: string, width: number, side: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - unicodeWidth(text)));
  return side === "right" ? text + spaces : spaces + text;
}

/**
 * Sets rows in columns, two spaces apart: the first to the left, the others to the right. The first is cut if all together
 * would be wider than `width`; columns that still do not fit are left out, the last first.
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
  return cells.map((row) =>
    widths.map((columnWidth, column) => {
      const { text, style } = row[column] ?? { text: "" };
      return paint(pad(fit(text, columnWidth), columnWidth, column === 0 ? "right" : "left"), style);
    }).join("  ").trimEnd()
  );
}
