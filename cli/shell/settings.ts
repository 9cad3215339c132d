import { UsageError, whyUnread } from "./errors.ts";
import { didYouMean, type Option, type OptionTable, optionWords } from "./options.ts";

/** The sources of options that the command line does not give. */
export interface Sources {
  /** A variable of the environment; undefined if it is unset or empty. */
  variable(name: string): string | undefined;
  /** @throws {Deno.errors.NotFound} and others */
  readFile(path: string): Promise<Uint8Array>;
  /** The names of the options of all commands. */
  readonly optionNames: ReadonlySet<string>;
}

/** Options that stand for one command line only. */
const NOT_SETTABLE = new Set(["help", "config"]);
/** Options whose variables the commands read: an address of the environment says less than one of the command line. */
const OWN_VARIABLES = new Set(["queue", "local"]);

/** The variable that an option may be given by: `--label-limit` by `SEQUOIA_LABEL_LIMIT`. */
export function variableOf(option: string): string {
  return `SEQUOIA_${option.toUpperCase().replaceAll("-", "_")}`;
}

/**
 * The arguments of a command with those options before them that the environment and the file of `--config` give. The command
 * line wins over the environment, which wins over the file: an option counts from one of them only. One file may serve several
 * commands: each takes the options that it has.
 *
 * @param table the options of the command that may be given so
 * @throws {UsageError} if the file cannot be read, holds an option that no command has, or a value cannot be read; it
 * names the variable, or the file and the option
 */
export async function withSettings(
  table: OptionTable,
  args: readonly string[],
  sources: Sources,
): Promise<readonly string[]> {
  const words = optionWords(args);
  const path = valueOf("config", words) ?? sources.variable(variableOf("config"));
  const settings = new Map([
    ...path === undefined ? [] : await settingsOfFile(path, table, sources),
    ...settingsOfVariables(table, sources),
  ]);
  for (const word of words) settings.delete(/^--([^=]+)/.exec(word)?.[1] ?? "");
  return [...[...settings.values()].flat(), ...args];
}

/** An option, and the words of a command line that say the same. */
type Setting = readonly [name: string, words: readonly string[]];

async function settingsOfFile(path: string, table: OptionTable, sources: Sources): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (const [name, value] of Object.entries(parseConfig(path, await readConfig(path, sources)))) {
    const where = `${path}: "${name}"`;
    if (isSettable(table, name)) {
      const option = table[name]!;
      settings.push([name, wordsOf(name, option, textsOf(value, option, where), where)]);
    } else if (!sources.optionNames.has(name) || NOT_SETTABLE.has(name)) {
      const names = Object.keys(table).filter((known) => isSettable(table, known));
      throw new UsageError(`${path}: unknown option "${name}"${didYouMean(name, names)} See --help`);
    }
  }
  return settings;
}

function settingsOfVariables(table: OptionTable, { variable }: Sources): Setting[] {
  return Object.entries(table).flatMap(([name, option]): Setting[] => {
    const text = isSettable(table, name) ? variable(variableOf(name)) : undefined;
    if (text === undefined) return [];
    if (OWN_VARIABLES.has(name)) return [[name, []]]; // instead of that of the file
    const texts = option.kind === "many" ? text.split("\n").filter((line) => line !== "") : [text];
    return [[name, wordsOf(name, option, texts, variableOf(name))]];
  });
}

function isSettable(table: OptionTable, name: string): boolean {
  return Object.hasOwn(table, name) && !NOT_SETTABLE.has(name);
}

function valueOf(name: string, args: readonly string[]): string | undefined {
  const at = args.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const word = args[at]!;
  const value = word.includes("=") ? word.slice(word.indexOf("=") + 1) : args[at + 1];
  if (value === undefined || value === "") {
    throw new UsageError(`--${name} lacks its value. Write --${name} FILE`);
  }
  return value;
}

async function readConfig(path: string, { readFile }: Sources): Promise<string> {
  try {
    const bytes = await readFile(path);
    return (await import("../../lib/model/mod.ts")).fileText(bytes);
  } catch (cause) {
    throw new UsageError(`Cannot read the options in ${path}: ${whyUnread(cause)}`, { cause });
  }
}

function parseConfig(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path}: ${(cause as Error).message}. Write a JSON object`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${path}: it holds no JSON object. Write {"policy": "fair-share", "limit": 100}`);
  }
  return value as Record<string, unknown>;
}

/** The texts of a value in the file: a list for an option that may be given several times. */
function textsOf(value: unknown, { kind }: Option, where: string): readonly string[] {
  const values = Array.isArray(value) && kind === "many" ? value : [value];
  return values.map((one) => {
    const isFine = kind === "flag"
      ? typeof one === "boolean"
      : typeof one === "string" || typeof one === "number";
    if (isFine) return String(one);
    const wanted = {
      flag: "true or false",
      one: "a text or a number",
      many: "a text, a number, or a list of them",
    };
    throw new UsageError(`${where}: Cannot use ${JSON.stringify(one)}. Write ${wanted[kind]}`);
  });
}

/** @returns the words of a command line that say the same */
function wordsOf(name: string, option: Option, texts: readonly string[], where: string): readonly string[] {
  if (option.kind === "flag") {
    const [text] = texts;
    if (text === "true" || text === "1") return [`--${name}`];
    if (text === "false" || text === "0") return [];
    throw new UsageError(`${where}: Cannot use "${text}". Write true or false`);
  }
  return texts.map((text) => {
    try {
      option.read(text);
    } catch (cause) {
      throw new UsageError(`${where}: ${(cause as Error).message}`, { cause });
    }
    return `--${name}=${text}`;
  });
}
