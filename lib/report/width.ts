/**
 * How many columns of a terminal a text takes: one for each code point.
 *
 * In place of `unicodeWidth` of `@std/cli/unicode-width`, which also knows wide letters.
 */
export function unicodeWidth(text: string): number {
  return [...text].length;
}
