/** Characters that take no room: marks, joiners, controls that are not printed, variation selectors. */
const ZERO = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]/u;
/** Soft hyphens are printed, as one column. */
const SOFT_HYPHEN = "\u00ad";
const EMOJI = /\p{Emoji_Presentation}/u;

/** Ranges of East Asian wide and full-width characters (Unicode Standard Annex #11), first and last. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
];

/**
 * How many columns of a terminal a text takes: 2 for wide East Asian characters and emoji, 0 for combining marks.
 *
 * @example
 * ```ts
 * import { unicodeWidth } from "@std/cli/unicode-width";
 * unicodeWidth("天地"); // 4
 * ```
 */
export function unicodeWidth(str: string): number {
  if (/^[\x20-\x7e]*$/.test(str)) return str.length;
  let width = 0;
  for (const character of str) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character === SOFT_HYPHEN) return 1;
  if (ZERO.test(character)) return 0;
  const code = character.codePointAt(0)!;
  return EMOJI.test(character) || WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}
