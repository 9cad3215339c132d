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
