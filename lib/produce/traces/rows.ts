import { withoutMark } from "../../model/mod.ts";
import { readLines } from "../../record/mod.ts";
import { TraceError } from "./error.ts";

/** The longest line, in characters: a day of minutes is some 10,000. */
const LONGEST_LINE = 4_000_000;
/** The longest part of a field that a message shows, in characters. */
const SHOWN = 40;

/** The heading of a CSV file: the names of its columns, in their order. */
export type Heading = readonly string[];

/** One line of a CSV file. */
export class Row {
  constructor(
    readonly file: string,
    readonly heading: Heading,
    /** From 1. */
    readonly line: number,
    readonly fields: readonly string[],
  ) {}

  /** The text of a column, which must not be blank. @param column from 0 */
  text(column: number): string {
    const field = this.fields[column]!.trim();
    if (field === "") throw this.error(column, "it is blank. Write a name");
    return field;
  }

  /** The number of a column; undefined: it is blank, or NaN, as tables of Python write what is missing. */
  number(column: number): number | undefined {
    const field = this.fields[column]!;
    if (field === "" || field === "NaN") return undefined;
    const number = Number(field);
    if (Number.isFinite(number) && field.trim() !== "") return number;
    throw this.error(column, `it is ${this.#shown(column)}. Write a number`);
  }

  /** The number of calls in a column: blank is 0, and 6.0 is 6. @param most the greatest that is taken */
  count(column: number, most: number): number {
    const field = this.fields[column]!;
    if (field === "0" || field === "") return 0; // as most are
    const count = this.number(column) ?? 0;
    if (Number.isInteger(count) && count >= 0 && count <= most) return count;
    throw this.error(column, `it is ${this.#shown(column)}. Write a whole number of calls, at most ${most}`);
  }

  /** The amount in a column, in its unit, from 0; undefined: it is blank. @param what for messages: `a time` */
  amount(column: number, what: string): number | undefined {
    const amount = this.number(column);
    if (amount === undefined || amount >= 0) return amount;
    throw this.error(column, `it is ${this.#shown(column)}. Write ${what} of 0 or more`);
  }

  /** The time in a column that must not be blank, in its unit, from 0. */
  someTime(column: number): number {
    const time = this.amount(column, "a time");
    if (time === undefined) throw this.#missing(column);
    return time;
  }

  /** The same, of an instant, which may be before the beginning. */
  instant(column: number): number {
    const instant = this.number(column);
    if (instant === undefined) throw this.#missing(column);
    return instant;
  }

  /** An error at a column of this line. */
  error(column: number, words: string): TraceError {
    return new TraceError(
      "bad-trace",
      `Cannot read ${this.file}, line ${this.line}, column ${column + 1} (${this.heading[column]}): ${words}`,
    );
  }

  #missing(column: number): TraceError {
    const shown = this.fields[column]!.trim() === "" ? "blank" : this.#shown(column);
    return this.error(column, `it is ${shown}. Write a time`);
  }

  #shown(column: number): string {
    const field = this.fields[column]!;
    return JSON.stringify(field.length > SHOWN ? `${field.slice(0, SHOWN)}…` : field);
  }
}

/**
 * The heading of a CSV file. Fields end at commas; those in double quotes may have commas in them.
 *
 * @throws {TraceError} if it has no line
 * @throws {Deno.errors.NotFound} if there is no such file, and whatever the system says of it
 */
export async function headingOf(path: string): Promise<Heading> {
  for await (const [, text] of numberedLines(path)) return namesIn(text);
  throw new TraceError("bad-trace", `Cannot read ${path}: it is empty`);
}

/**
 * The lines below the heading of a CSV file of any size, perhaps compressed by gzip: only some are in memory at a time. Blank
 * ones do not count.
 *
 * @throws {TraceError} if one has more or fewer fields than the heading
 */
export async function* rowsOf(path: string): AsyncGenerator<Row> {
  let heading: Heading | undefined;
  for await (const [line, text] of numberedLines(path)) {
    if (heading === undefined) {
      heading = namesIn(text);
      continue;
    }
    const fields = fieldsIn(text);
    if (fields === undefined) {
      throw new TraceError(
        "bad-trace",
        `Cannot read ${path}, line ${line}: a quoted field has no end, or more behind it`,
      );
    }
    if (fields.length !== heading.length) {
      const column = Math.min(fields.length, heading.length) + 1;
      throw new TraceError(
        "bad-trace",
        `Cannot read ${path}, line ${line}, column ${column}: the line has ${fields.length} fields, and the heading ` +
          `${heading.length}. Was the file cut?`,
      );
    }
    yield new Row(path, heading, line, fields);
  }
}

function namesIn(heading: string): Heading {
  const text = withoutMark(heading);
  return (fieldsIn(text) ?? text.split(",")).map((name) => name.trim());
}

/** A field, in quotes or not, and the comma behind it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/gy;

/** The fields of a line; undefined: its quotes are not closed, or not around whole fields. */
function fieldsIn(line: string): string[] | undefined {
  if (!line.includes('"')) return line.split(",");
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === "") return fields;
  }
}

/** The lines that are not blank, with their numbers, from 1. */
async function* numberedLines(path: string): AsyncGenerator<readonly [number, string]> {
  const onDamage = (cause: unknown) => {
    throw new TraceError("bad-trace", `Cannot read ${path}: the compressed file is damaged, or was cut`, {
      cause,
    });
  };
  let number = 0;
  for await (const { lines } of readLines(path, { longest: LONGEST_LINE, isWhole: true, onDamage })) {
    for (const line of lines) {
      number++;
      const text = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (text !== "") yield [number, text];
    }
  }
}

/** The places of some columns in the heading of a file. @throws {TraceError} if one is not there, or twice */
export function columnsOf<Name extends string>(
  file: string,
  heading: Heading,
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name) => {
    const at = heading.indexOf(name), again = heading.indexOf(name, at + 1);
    if (at >= 0 && again >= 0) {
      throw new TraceError(
        "bad-trace",
        `Cannot read ${file}, line 1, column ${again + 1}: there are two columns ${name}`,
      );
    }
    if (at >= 0) return [name, at];
    throw new TraceError("bad-trace", `Cannot read ${file}, line 1: there is no column ${name}`);
  })) as Record<Name, number>;
}
