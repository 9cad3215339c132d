import { parseArgs } from "@std/cli/parse-args";
import { nearest, ownOf, parseCount } from "../../lib/model/mod.ts";
import { UsageError } from "./errors.ts";

/** One option of a command. */
export type Option =
  | { readonly kind: "flag"; readonly group?: string; readonly help: string }
  | {
    readonly kind: "one" | "many";
    /** The options among which the help of a command shows it: "for limits". (Default: those of the command alone) */
    readonly group?: string;
    /** Whether each word behind it is a value of it, up to the next option. (Default: the next word only) */
    readonly takesAll?: boolean;
    readonly value: string;
    readonly help: string;
    readonly read: Reader<unknown>;
  };

/** Reads the value of an option. @throws {Error} if it cannot be read */
export interface Reader<T> {
  (text: string): T;
  /** The words that it may be, or begin with. (Default: any) */
  readonly words?: readonly string[];
}

/** The options of a command by name. */
export type OptionTable = Readonly<Record<string, Option>>;

type Read<O> = O extends { read: (text: string) => infer T } ? T : never;

/** The parsed values of a table of options. */
export type Values<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends { kind: "flag" } ? boolean
    : T[K] extends { kind: "many" } ? readonly Read<T[K]>[]
    : Read<T[K]> | undefined;
};

/** The same options, shown as a group of their own in the help of each command that has them: "for limits". */
export function optionGroup<T extends OptionTable>(group: string, table: T): T {
  return Object.fromEntries(Object.entries(table).map(([name, option]) => [name, { ...option, group }])) as T;
}

/** An option without a value. */
export function flag(help: string): { readonly kind: "flag"; readonly help: string } {
  return { kind: "flag", help };
}

/** An option with a value; given twice, the last counts. */
export function one<T>(value: string, help: string, read: Reader<T>) {
  return { kind: "one", value, help, read } as const;
}

/** An option that may be given several times. */
export function many<T>(value: string, help: string, read: Reader<T>) {
  return { kind: "many", value, help, read } as const;
}

/** An option that takes all words up to the next option: `--base a.json b.json`. */
export function several<T>(value: string, help: string, read: Reader<T>) {
  return { kind: "many", takesAll: true, value, help, read } as const;
}

/** Takes the text as it is. */
export function text(value: string): string {
  return value;
}

/** Reads `name=value`. */
export function pair(value: string): readonly [string, string] {
  const at = value.indexOf("=");
  if (at <= 0) throw new SyntaxError(`Cannot read "${value}". Write name=value`);
  const name = value.slice(0, at);
  if (name === "__proto__") throw new SyntaxError(`Cannot take the name "__proto__". Choose another`);
  return [name, value.slice(at + 1)];
}

/** Reads how many may run at once, and whether that many do whatever the platform refuses: `100`, `100,fixed` or `auto`. */
export function fixableLimit(value: string): { readonly global: number | "auto"; readonly fixed?: true } {
  const bare = value.replace(/(?<=^\d+),fixed$/, "");
  if (bare === "auto") return { global: bare };
  if (/^\d+$/.test(bare)) return { global: parseCount(bare), ...bare !== value && { fixed: true } };
  throw new SyntaxError(
    `Cannot read "${value}" as a limit. Write a whole number, for example 100, or 100,fixed, or auto`,
  );
}

const SIZES = { kB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** Reads a number of bytes: `500kB`, `100MB`, `1.5GB`. */
export function size(value: string): number {
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?)(?<unit>kB|MB|GB)$/.exec(value)?.groups ?? {};
  const bytes = Number(number) * (SIZES[unit as keyof typeof SIZES] ?? NaN);
  if (bytes >= SIZES.kB && bytes <= 1000 * SIZES.GB) return bytes;
  throw new SyntaxError(
    `Cannot read "${value}" as a size. Write a number with a unit, from 1kB to 1000GB: 100MB`,
  );
}

/** Reads one of several words. */
export function choice<const T extends string>(...words: readonly T[]): Reader<T> {
  const read = (value: string) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new SyntaxError(
      `Cannot use "${value}"${didYouMean(value, words)} Choose from ${words.join(", ")}`,
    );
  };
  return withWords(read, words);
}

/** A reader whose values are, or begin with, some words that completions offer. */
export function withWords<T>(read: (text: string) => T, words: readonly string[]): Reader<T> {
  return Object.assign((text: string) => read(text), { words });
}

/** The end of a sentence about a word that is not among some words: `; did you mean "x"?`, or `.` */
export function didYouMean(word: string, words: Iterable<string>): string {
  const hint = nearest(word, words);
  return hint === undefined ? "." : `; did you mean "${hint}"?`;
}

/**
 * Reads the arguments of a command.
 *
 * @throws {UsageError} if an option is unknown, lacks its value, or its value cannot be read
 */
export function readOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
): { values: Values<T>; rest: string[] } {
  const names = Object.keys(table);
  const withValue = names.filter((name) => table[name]!.kind !== "flag");
  checkFlags(table, args);
  const parsed = parseArgs(eachNamed(table, args), {
    string: [...withValue, "_"], // an id of digits stays as it is
    boolean: names.filter((name) => table[name]!.kind === "flag"),
    collect: withValue,
    alias: { h: "help" },
    "--": true,
    unknown: (argument: string, key?: string) => {
      if (key === undefined) return true;
      const long = argument.replace(/=.*$/, "");
      throw new UsageError(
        `Unknown option ${long}${didYouMean(key, names.map((name) => name)).replace('"', '"--')} See --help`,
      );
    },
  });
  const values = Object.fromEntries(
    names.map((name) => [name, readOption(name, table[name]!, parsed[name])]),
  );
  return { values: values as Values<T>, rest: [...parsed._.map(String), ...(parsed["--"] ?? [])] };
}

/** Names the option again in front of each word that an option takes beyond the first, and joins it to a "-", which is a value. */
function eachNamed(table: OptionTable, args: readonly string[]): string[] {
  const words = optionWords(args), named: string[] = [];
  let taking: string | undefined;
  words.forEach((word, i) => {
    const { name } = /^--(?<name>[^=]+)(?:=|$)/s.exec(word)?.groups ?? {};
    if (word === "-" && takesValue(table, words[i - 1])) return void (named[named.length - 1] += "=-");
    if (word === "-" && taking !== undefined) return void named.push(`--${taking}=-`);
    if (word.startsWith("-")) taking = takesAll(table, name) ? name : undefined;
    else if (taking !== undefined && words[i - 1] !== `--${taking}`) named.push(`--${taking}`);
    named.push(word);
  });
  return [...named, ...args.slice(words.length)];
}

function takesValue(table: OptionTable, word = ""): boolean {
  const name = word.replace(/^--/, "");
  return word !== name && Object.hasOwn(table, name) && table[name]!.kind !== "flag";
}

function takesAll(table: OptionTable, name = ""): boolean {
  const option = ownOf(table, name);
  return option?.kind === "many" && option.takesAll === true;
}

/** The words of a command line among which options are: what stands behind `--` is none. */
export function optionWords(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args : args.slice(0, end);
}

/** Refuses a flag with a value that would count as true whatever it says: `--all=no` must not mean everything. */
function checkFlags(table: OptionTable, args: readonly string[]): void {
  for (const word of optionWords(args)) {
    const { name = "", value } = /^--(?<name>[^=]+)=(?<value>.*)$/s.exec(word)?.groups ?? {};
    const isFlag = Object.hasOwn(table, name) && table[name]!.kind === "flag";
    if (!isFlag || value === "true" || value === "false") continue;
    throw new UsageError(`--${name}: Cannot use "${value}". Write --${name}, or --${name}=false`);
  }
}

/** Whether an option has a value that somebody has given. */
export function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

function readOption(name: string, option: Option, given: unknown): unknown {
  if (option.kind === "flag") return given === true;
  const read = (given as string[] ?? []).map((value) => readValue(name, option, value));
  return option.kind === "many" ? read : read.at(-1);
}

function readValue(name: string, option: Exclude<Option, { kind: "flag" }>, value: string): unknown {
  if (value === "") throw new UsageError(`--${name} lacks its value. Write --${name} ${option.value}`);
  try {
    return option.read(value);
  } catch (cause) {
    throw new UsageError(`--${name}: ${(cause as Error).message}`, { cause });
  }
}
