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
  return tableLines(rows, widthsOf(rows), numbers);
}

function widthsOf(rows: readonly (readonly string[])[], least: readonly number[] = []): number[] {
  return (rows[0] ?? []).map((_, i) =>
    Math.max(least[i] ?? 0, ...rows.map((row) => unicodeWidth(row[i] ?? "")))
  );
}

function tableLines(
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  numbers: readonly number[],
): string[] {
  return rows.map((row) =>
    row.map((cell, i) => {
      const space = " ".repeat(Math.max(0, (widths[i] ?? 0) - unicodeWidth(cell)));
      return numbers.includes(i) ? space + cell : cell + space;
    }).join("  ").trimEnd()
  );
}

/** The number of rows that make the first part of a long table, and each further one. */
const ROWS_AT_ONCE = 100;

/**
 * A table of any length: it is printed in parts, each with columns as wide as it and those before need. One without rows prints
 * nothing, also not its head. Cells behind the columns that the head names are notes.
 */
export class LongTable {
  readonly #numbers: readonly number[];
  readonly #print: (line: string) => void;
  #rows: (readonly string[])[];
  #widths: readonly number[] = [];
  #hasRows = false;

  /** @param numbers the columns that are aligned to the right */
  constructor(head: readonly string[], numbers: readonly number[], print: (line: string) => void) {
    this.#numbers = numbers;
    this.#print = print;
    this.#rows = [head];
  }

  add(row: readonly string[]): void {
    this.#hasRows = true;
    if (this.#rows.push(row) >= ROWS_AT_ONCE) this.flush();
  }

  /** Prints what was added since the last part. */
  flush(): void {
    if (!this.#hasRows) return;
    this.#widths = widthsOf(this.#rows, this.#widths);
    for (const line of tableLines(this.#rows, this.#widths, this.#numbers)) this.#print(line);
    this.#rows = [];
  }
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
