/** A value of a Python literal. Dicts are Maps, so that 1 and '1' stay two keys; tuples and sets are lists, in order. */
export type PythonValue =
  | null
  | boolean
  | number
  | string
  | readonly PythonValue[]
  | ReadonlyMap<PythonKey, PythonValue>;

/** The keys that dicts may have here; Python has more (tuples). */
export type PythonKey = null | boolean | number | string;

/** Longer texts, in characters, are refused. */
const MAX_LENGTH = 1024 * 1024;
/** Deeper values are refused: reading them would exhaust the stack. */
const MAX_DEPTH = 50;

const NUMBER = /[+-]?(?:(?:0+|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_]\w*/y;
const WORDS: ReadonlyMap<string, PythonKey> = new Map([["None", null], ["True", true], ["False", false]]);
/** The text of a string before its end or its next escape, by its quote. */
const PLAIN = { "'": /[^'\\\n]*/y, '"': /[^"\\\n]*/y };
const ESCAPE = /\\(?:([\\'"abfnrtv])|([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;
const ESCAPED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Reads what Python's `repr` makes of plain data: None, True, False, numbers, strings, lists, tuples, sets and dicts, in each
 * other at will. Integers beyond 2^53 lose digits.
 *
 * @throws {SyntaxError} if the text is anything else, longer than 1 MiB, or nested more than 50 deep
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parsePythonLiteral("{'ids': [1, 2.5, None]}"), new Map([["ids", [1, 2.5, null]]]));
 * ```
 */
export function parsePythonLiteral(text: string): PythonValue {
  if (text.length > MAX_LENGTH) throw new SyntaxError(`Cannot read the Python literal: it is too long`);
  const parser = new Parser(text);
  const value = parser.value(MAX_DEPTH);
  parser.end();
  return value;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PythonValue {
    if (depth === 0) throw this.#error("it is nested too deep");
    switch (this.#peek()) {
      case "[":
        return this.#items("]", depth);
      case "(":
        return this.#tuple(depth);
      case "{":
        return this.#dictOrSet(depth);
    }
    return this.#scalar();
  }

  end(): void {
    if (this.#peek() !== undefined) throw this.#error("something follows it");
  }

  #scalar(): PythonKey {
    const sign = this.#peek();
    if (sign === "'" || sign === '"') return this.#string(sign);
    const number = this.#match(NUMBER);
    if (number) return Number(number[0]);
    const value = WORDS.get(this.#match(WORD)?.[0] ?? "");
    if (value === undefined) throw this.#error("there is no value");
    return value;
  }

  /** Values up to a closing sign; a comma may follow the last. */
  #items(close: string, depth: number): PythonValue[] {
    this.#at++;
    const items: PythonValue[] = [];
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(",");
      if (items.length > 0 && this.#take(close)) break;
      items.push(this.value(depth - 1));
    }
    return items;
  }

  #tuple(depth: number): PythonValue[] {
    const from = this.#at;
    const items = this.#items(")", depth);
    // (1) is a number in parentheses, which repr does not write
    if (items.length === 1 && !/,\s*\)$/.test(this.#text.slice(from, this.#at))) {
      throw this.#error("a tuple of one has no comma");
    }
    return items;
  }

  #dictOrSet(depth: number): PythonValue {
    const from = this.#at++;
    const entries = new Map<PythonKey, PythonValue>();
    while (!this.#take("}")) {
      if (entries.size > 0) this.#expect(",");
      if (entries.size > 0 && this.#take("}")) break;
      const key = this.#scalar();
      if (entries.size === 0 && this.#peek() !== ":") return this.#set(from, depth);
      this.#expect(":");
      entries.set(key, this.value(depth - 1));
    }
    return entries;
  }

  #set(from: number, depth: number): PythonValue[] {
    this.#at = from;
    return this.#items("}", depth);
  }

  #string(quote: "'" | '"'): string {
    this.#at++;
    let value = "";
    for (;;) {
      value += this.#match(PLAIN[quote])![0];
      if (this.#text[this.#at] === quote) break;
      value += this.#escape();
    }
    this.#at++;
    return value;
  }

  #escape(): string {
    const match = this.#match(ESCAPE);
    if (!match) throw this.#error("a string does not end, or has an unknown escape");
    const [, sign, octal, ...hex] = match;
    if (sign !== undefined) return ESCAPED[sign] ?? sign;
    const code = octal === undefined ? parseInt(hex.find((digits) => digits)!, 16) : parseInt(octal, 8);
    if (code > 0x10ffff) throw this.#error("an escape is no character");
    return String.fromCodePoint(code);
  }

  /** The next sign that is no blank, which becomes the current one. */
  #peek(): string | undefined {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
    return this.#text[this.#at];
  }

  #take(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#error(`there is no "${sign}"`);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #error(what: string): SyntaxError {
    return new SyntaxError(`Cannot read the Python literal: at character ${this.#at + 1}, ${what}`);
  }
}
