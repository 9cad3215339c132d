import { unicodeWidth } from "@std/cli/unicode-width";

/** A line of at most `width` columns, cut with `…`. */
export function cut(line: string, width: number): string {
  if (line.length * 2 <= width || unicodeWidth(line) <= width) return line;
  let columns = 1, kept = "";
  for (const character of line) {
    columns += unicodeWidth(character);
    if (columns > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Rows in columns as wide as they need to be.
 *
 * @param numbers the columns that are aligned to the right
 */
export function textTable(rows: readonly (readonly string[])[], numbers: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => unicodeWidth(row[i] ?? ""))));
  return rows.map((row) =>
    row.map((cell, i) => {
      const space = " ".repeat(widths[i]! - unicodeWidth(cell));
      return numbers.includes(i) ? space + cell : cell + space;
    }).join("  ").trimEnd()
  );
}

/** A text in lines of at most `width` columns, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && unicodeWidth(`${last} ${word}`) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
