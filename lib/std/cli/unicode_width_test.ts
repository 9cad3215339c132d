import { assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";

const CASES: readonly [what: string, text: string, columns: number][] = [
  ["nothing", "", 0],
  ["ASCII", "hello, ~!", 9],
  ["controls", "\x00\x1b\t\n\x7f\x85", 0],
  ["Latin, Greek, Cyrillic, Arabic", "éßλжم", 5],
  ["Chinese", "天地玄黃", 8],
  ["Japanese", "あア、ー", 8],
  ["half-width Japanese", "ｱｶ", 2],
  ["Korean", "한글", 4],
  ["Korean of parts", "\u1112\u1161\u11ab", 2],
  ["full-width letters", "ＡＢ", 4],
  ["rare Chinese", "\u{20000}\u{3fffd}", 4],
  ["boxes and blocks", "─ █ ▁ →", 7],
  ["emoji", "🙂🚀🎉✅⏰", 10],
  ["signs that are emoji on demand", "☺✔❤", 3],
  ["flags, as two letters", "🇩🇪", 2],
  ["combining marks", "e\u0301o\u20dd", 2],
  ["variation selectors", "❤\ufe0f", 1],
  ["zero-width space and joiners", "a\u200bb\u200c\u200d\u2060\ufeff", 2],
  ["directions", "\u200e\u202aa\u202c", 1],
  ["soft hyphens", "a\u00adb", 3],
  ["no-break spaces", "a\u00a0b", 3],
  ["joined emoji, one by one", "👩\u200d🚀", 4],
];

for (const [what, text, columns] of CASES) {
  Deno.test(`unicodeWidth() of ${what} is ${columns}`, () => assertEquals(unicodeWidth(text), columns));
}
