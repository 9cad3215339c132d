/** How arguments are read; see the properties. */
export interface ParseOptions {
  /** Put what stands behind `--` into `result["--"]` instead of `result._`. (Default: false) */
  "--"?: boolean;
  /** Other names of options. */
  alias?: Record<string, string | readonly string[]>;
  /** Options without a value; true: all `--name` without `=`. They are false when not given. */
  boolean?: boolean | string | readonly string[];
  /** Options that may be given several times: their values come as a list. */
  collect?: string | readonly string[];
  /** Values of options that are not given. */
  default?: Record<string, unknown>;
  /** Options that `--no-name` makes false. */
  negatable?: string | readonly string[];
  /** Everything from the first argument on that is no option goes into `result._`. (Default: false) */
  stopEarly?: boolean;
  /** Options whose value stays a text (`_` stands for the arguments that are none). */
  string?: string | readonly string[];
  /** Is told of arguments that were not announced; what it answers false to is left out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The options by name, and the other arguments. */
export interface Args {
  // deno-lint-ignore no-explicit-any -- as in the real package: the type depends on the options
  [name: string]: any;
  _: (string | number)[];
  "--"?: string[];
}

const NUMBER = /^(?:0x[0-9a-f]+|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)$/i;
const FLAG_WITH_VALUE = /^--([^=]+)=([^]*)$/;
const NEGATED = /^--no-([^=]+)$/;
const LETTERS = /^-[^-]+/;

/**
 * Reads command-line arguments: `--name value`, `--name=value`, `-n5`, `-abc`, `--no-name`, `--`. Dots in names nest.
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

function listOf(value: string | readonly string[] | boolean | undefined): readonly string[] {
  return typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
}

class Parser {
  readonly #options: ParseOptions;
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #booleans: ReadonlySet<string>;
  readonly #strings: ReadonlySet<string>;
  readonly #collected: ReadonlySet<string>;
  readonly #negatable: ReadonlySet<string>;
  readonly #given = new Set<string>();
  readonly #result: Args = { _: [] };

  constructor(options: ParseOptions) {
    this.#options = options;
    for (const [name, others] of Object.entries(options.alias ?? {})) {
      const all = [name, ...listOf(others)];
      for (const one of all) this.#aliases.set(one, all.filter((other) => other !== one));
    }
    const withAliases = (names: string | readonly string[] | boolean | undefined) =>
      new Set(listOf(names).flatMap((name) => [name, ...this.#aliases.get(name) ?? []]));
    this.#booleans = withAliases(options.boolean);
    this.#strings = withAliases(options.string);
    this.#collected = withAliases(options.collect);
    this.#negatable = withAliases(options.negatable);
  }

  parse(args: readonly string[]): Args {
    const end = args.indexOf("--");
    const before = end < 0 ? args : args.slice(0, end);
    const after = end < 0 ? [] : args.slice(end + 1);
    for (let i = 0; i < before.length; i++) {
      const arg = before[i]!;
      if (/^--[^]/.test(arg)) i += this.#long(arg, before[i + 1]);
      else if (LETTERS.test(arg) && !/^-\d/.test(arg)) i += this.#letters(arg, before[i + 1]);
      else if (/^-\d/.test(arg) && !NUMBER.test(arg)) i += this.#letters(arg, before[i + 1]);
      else {
        this.#positional(arg);
        if (this.#options.stopEarly) {
          this.#result._.push(...before.slice(i + 1));
          break;
        }
      }
    }
    this.#fillIn();
    if (this.#options["--"]) this.#result["--"] = [...after];
    else this.#result._.push(...after);
    return this.#result;
  }

  /** @returns how many further arguments it took */
  #long(arg: string, next: string | undefined): number {
    const valued = FLAG_WITH_VALUE.exec(arg);
    if (valued) {
      const [, key = "", value = ""] = valued;
      this.#set(key, this.#booleans.has(key) ? value !== "false" : value, arg);
      return 0;
    }
    const negated = NEGATED.exec(arg)?.[1];
    if (negated !== undefined && this.#negatable.has(negated)) {
      this.#set(negated, false, arg, false);
      return 0;
    }
    return this.#withNext(arg.slice(2), next, arg);
  }

  #letters(arg: string, next: string | undefined): number {
    const letters = arg.slice(1);
    for (let i = 0; i < letters.length - 1; i++) {
      const rest = letters.slice(i + 1);
      const isValue = rest.startsWith("=") || (/[A-Za-z]/.test(letters[i]!) && NUMBER.test(rest)) ||
        /^\W/.test(rest);
      if (isValue || (this.#strings.has(letters[i]!) && !this.#booleans.has(letters[i]!))) {
        this.#set(letters[i]!, rest.replace(/^=/, ""), arg);
        return 0;
      }
      this.#set(letters[i]!, this.#strings.has(letters[i]!) ? "" : true, arg);
    }
    return this.#withNext(letters.at(-1)!, next, arg);
  }

  /** An option whose value, if it takes one, is the next argument. */
  #withNext(key: string, next: string | undefined, arg: string): number {
    const isBoolean = this.#booleans.has(key) || this.#options.boolean === true;
    if (next !== undefined && !isBoolean && !next.startsWith("-")) {
      this.#set(key, next, arg);
      return 1;
    }
    if (this.#booleans.has(key) && (next === "true" || next === "false")) {
      this.#set(key, next === "true", arg);
      return 1;
    }
    this.#set(key, this.#strings.has(key) ? "" : true, arg);
    return 0;
  }

  #positional(arg: string): void {
    if (this.#options.unknown?.(arg) === false) return;
    this.#result._.push(this.#strings.has("_") ? arg : numeric(arg));
  }

  #set(key: string, value: unknown, arg: string, collect = true): void {
    if (!this.#isKnown(key, arg) && this.#options.unknown?.(arg, key, value) === false) return;
    const typed = typeof value === "string" && !this.#strings.has(key) ? numeric(value) : value;
    for (const name of [key, ...this.#aliases.get(key) ?? []]) this.#put(name, typed, collect);
  }

  #isKnown(key: string, arg: string): boolean {
    const announced = [this.#booleans, this.#strings, this.#collected, this.#negatable, this.#aliases];
    return announced.some((names) => names.has(key)) ||
      (this.#options.boolean === true && /^--[^=]+$/.test(arg));
  }

  #put(name: string, value: unknown, collect: boolean): void {
    const { parent, last } = this.#place(name);
    const again = this.#given.has(name);
    this.#given.add(name);
    if (collect && this.#collected.has(name)) {
      parent[last] = again ? [...parent[last] as unknown[], value] : [value];
    } else parent[last] = value;
  }

  #place(name: string): { parent: Record<string, unknown>; last: string } {
    const path = name.split(".");
    const last = path.pop()!;
    let parent: Record<string, unknown> = this.#result;
    for (const part of path) {
      if (part === "__proto__") continue;
      if (typeof parent[part] !== "object" || parent[part] === null) parent[part] = {};
      parent = parent[part] as Record<string, unknown>;
    }
    return { parent, last: last === "__proto__" ? "___proto___" : last };
  }

  #fillIn(): void {
    const missing = (name: string, value: unknown) => {
      if (this.#given.has(name)) return;
      const { parent, last } = this.#place(name);
      parent[last] ??= value;
    };
    for (const [name, value] of Object.entries(this.#options.default ?? {})) {
      for (const one of [name, ...this.#aliases.get(name) ?? []]) missing(one, value);
    }
    for (const name of this.#booleans) missing(name, this.#collected.has(name) ? [] : false);
    for (const name of this.#strings) if (this.#collected.has(name)) missing(name, []);
  }
}

function numeric(text: string): string | number {
  return NUMBER.test(text) ? Number(text) : text;
}
