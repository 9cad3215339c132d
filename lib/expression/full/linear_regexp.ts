import { RE2JS } from "re2js";

/**
 * The part of RegExp that JSONata uses, in time linear in the text (RE2, https://github.com/google/re2/wiki/Syntax):
 * a pattern like `(a+)+b` would otherwise block the process for as long as its author likes. Has no look-around and no
 * back-references.
 */
export class LinearRegExp {
  lastIndex = 0;
  readonly source: string;
  readonly #pattern: RE2JS;

  /** @throws {Error} if RE2 cannot match such a pattern */
  constructor({ source, flags }: RegExp) {
    this.source = source;
    const insensitive = flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0;
    const lines = flags.includes("m") ? RE2JS.MULTILINE : 0;
    this.#pattern = RE2JS.compile(RE2JS.translateRegExp(source), insensitive | lines);
  }

  /** The next match from `lastIndex` on, with its groups, as RegExp's with the flag g. */
  exec(text: string): RegExpExecArray | null {
    const matcher = this.#pattern.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined);
    return Object.assign(groups, { index: matcher.start(), input: text }) as unknown as RegExpExecArray;
  }
}

/** Characters that a regular expression goes through per step. */
const PER_STEP = 8;

/** {@linkcode LinearRegExp} that counts what it goes through. */
export function countedRegExp(step: (steps: number) => void): new (regex: RegExp) => LinearRegExp {
  return class extends LinearRegExp {
    override exec(text: string): RegExpExecArray | null {
      const from = this.lastIndex;
      step(1);
      const match = super.exec(text);
      step(((match === null ? text.length : this.lastIndex) - from) / PER_STEP);
      return match;
    }
  };
}

/** Checks the regular expressions of a syntax tree. @throws {Error} if RE2 cannot match one of them */
export function checkRegexes(tree: unknown): void {
  if (typeof tree !== "object" || tree === null) return;
  if (tree instanceof RegExp) new LinearRegExp(tree);
  else Object.values(tree).forEach(checkRegexes);
}
