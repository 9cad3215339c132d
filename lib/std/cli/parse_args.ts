import { hasNested, setNested } from "./_nested.ts";

/** The options for reading arguments. */
export interface ParseOptions {
  /** Put what stands behind `--` into `result["--"]` instead of `result._`. (Default: false) */
  "--"?: boolean;
  /** Other names of options. */
  alias?: Record<string, string | readonly string[]>;
  /** Options without a value, false when not given; true: all `--name` without `=`. */
  boolean?: boolean | string | readonly string[];
  /** Options that may be given several times: their values come as a list. */
  collect?: string | readonly string[];
  /** Values of options that are not given. */
  default?: Record<string, unknown>;
  /** Options that `--no-name` makes false. */
  negatable?: string | readonly string[];
  /** Put all that follows the first argument that is no option into `result._`, unchanged. (Default: false) */
  stopEarly?: boolean;
  /** Options whose value stays a text (`_` stands for the arguments that are no options). */
  string?: string | readonly string[];
  /** Called with each argument that is not among the options; if it returns false, the argument is left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The options by name, and the other arguments. */
export interface Args {
  // unknown, where the real type depends on the options: what is checked or cast here, is right there too
  [name: string]: unknown;
  _: (string | number)[];
  "--"?: string[];
}

/**
 * Reads command-line arguments: `--name value`, `--name=value`, `-n5`, `-abc`, `--no-name`, `--`. Dots in
 * names nest; values that are numbers become numbers.
 *
 * @example
 * ```ts
 * import { parseArgs } from "@std/cli/parse-args";
 * parseArgs(["--port", "80", "-v", "file"], { boolean: ["v"] }); // { _: ["file"], port: 80, v: true }
 * ```
 */
export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  return new Parser(options).parse(args);
}

const LONG = /^--(?<no>no-)?(?<name>.+?)(?:=(?<value>.*))?$/s;
const NUMBER_AT_END = /-?\d+(\.\d*)?(e-?\d+)?$/;
const VALUE = /=(.+)/;
const OPTION = /^--?[^-]/;

type Names = string | readonly string[] | boolean | undefined;

class Parser {
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #booleans: ReadonlySet<string>;
  readonly #strings: ReadonlySet<string>;
  readonly #collected: ReadonlySet<string>;
  readonly #negatable: ReadonlySet<string>;
  readonly #result: Args = { _: [] };

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      const all = [name, ...[others].flat()];
      for (const one of all) this.#aliases.set(one, all.filter((other) => other !== one));
    }
    this.#booleans = this.#setOf(options.boolean);
    this.#strings = this.#setOf(options.string);
    this.#collected = this.#setOf(options.collect);
    this.#negatable = this.#setOf(options.negatable);
  }

  #setOf(names: Names): ReadonlySet<string> {
    const list = [names].flat().filter((name) => typeof name === "string" && name !== "") as string[];
    return new Set(list.flatMap((name) => this.#withAliases(name)));
  }

  #withAliases(name: string): string[] {
    return [name, ...this.#aliases.get(name) ?? []];
  }

  parse(args: readonly string[]): Args {
    const end = args.indexOf("--");
    const before = end < 0 ? args : args.slice(0, end);
    const after = end < 0 ? [] : args.slice(end + 1);
    for (let i = 0; i < before.length; i++) {
      const arg = before[i]!;
      if (arg.length > 2 && arg.startsWith("--")) i += this.#long(arg, before[i + 1]);
      else if (arg.length > 1 && arg.startsWith("-")) i += this.#letters(arg, before[i + 1]);
      else {
        this.#positional(arg);
        if (!this.#options.stopEarly) continue;
        this.#result._.push(...before.slice(i + 1));
        break;
      }
    }
    this.#fillIn();
    if (this.#options["--"]) this.#result["--"] = after;
    else this.#result._.push(...after);
    return this.#result;
  }

  /** @returns how many further arguments it took */
  #long(arg: string, next: string | undefined): number {
    const { no = "", name = "", value } = LONG.exec(arg)!.groups!;
    if (value !== undefined) {
      this.#set(name, this.#booleans.has(name) ? value !== "false" : value, arg);
      return 0;
    }
    if (no && this.#negatable.has(name)) {
      this.#set(name, false, arg, false);
      return 0;
    }
    const key = no + name;
    const takesValue = !this.#booleans.has(key) && this.#options.boolean !== true;
    return this.#withNext(key, next, takesValue && !next?.startsWith("-"), arg);
  }

  /** @returns how many further arguments it took */
  #letters(arg: string, next: string | undefined): number {
    for (let i = 1; i < arg.length - 1; i++) {
      const letter = arg[i]!;
      const rest = arg.slice(i + 1);
      const value = rest === "=" ? "" : this.#glued(letter, rest);
      if (value !== undefined) {
        this.#set(letter, value, arg);
        return 0;
      }
      this.#set(letter, rest === "-" ? "-" : this.#valueless(letter), arg);
    }
    const last = arg.at(-1)!;
    if (last === "-") return 0;
    return this.#withNext(last, next, !this.#booleans.has(last) && !OPTION.test(next ?? ""), arg);
  }

  /** The value in `-n5`, `-n=value` or `-n/value`, if there is one. */
  #glued(letter: string, rest: string): string | undefined {
    if (/[A-Za-z]/.test(letter)) {
      const value = VALUE.exec(rest)?.[1];
      if (value !== undefined) return value;
      if (NUMBER_AT_END.test(rest)) return rest;
    }
    return rest.length > 1 && /^\W/.test(rest) ? rest : undefined;
  }

  /** An option whose value may be the next argument. */
  #withNext(key: string, next: string | undefined, takesValue: boolean, arg: string): number {
    // an empty argument is no value, as in the real package
    const isValue = next && (takesValue || next === "true" || next === "false");
    this.#set(key, !isValue ? this.#valueless(key) : takesValue ? next : next === "true", arg);
    return isValue ? 1 : 0;
  }

  #valueless(key: string): string | boolean {
    return this.#strings.has(key) ? "" : true;
  }

  #positional(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#result._.push(this.#strings.has("_") ? arg : numeric(arg));
  }

  #set(key: string, value: string | boolean, arg: string, collect = true): void {
    if (!this.#isKnown(key, arg) && this.#options.unknown?.(arg, key, value) === false) return;
    const typed = typeof value === "string" && !this.#strings.has(key) ? numeric(value) : value;
    const isCollected = collect && this.#collected.has(key);
    for (const name of this.#withAliases(key)) setNested(this.#result, name, typed, isCollected);
  }

  #isKnown(key: string, arg: string): boolean {
    const announced = [this.#booleans, this.#strings, this.#collected, this.#aliases];
    return announced.some((names) => names.has(key)) ||
      (this.#options.boolean === true && /^--[^=]+$/.test(arg));
  }

  #fillIn(): void {
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      if (hasNested(this.#result, name)) continue;
      for (const one of this.#withAliases(name)) setNested(this.#result, one, value);
    }
    for (const name of this.#booleans) {
      if (!hasNested(this.#result, name)) {
        setNested(this.#result, name, this.#collected.has(name) ? [] : false);
      }
    }
    for (const name of this.#strings) {
      if (!hasNested(this.#result, name) && this.#collected.has(name)) setNested(this.#result, name, []);
    }
  }
}

function numeric(text: string): string | number {
  return /\S/.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}
