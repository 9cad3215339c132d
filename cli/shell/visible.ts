/**
 * Signs that a terminal does not show, or that change how the rest is shown: DEL and C1 controls, soft hyphens, marks of zero width,
 * separators of lines, what turns the direction of text (UAX #9), and tags (U+E0000 to U+E007F, as pairs of UTF-16).
 */
const INVISIBLE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
// deno-lint-ignore no-control-regex -- these are what it looks for
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;

// deno-lint-ignore no-control-regex -- as above
const CONTROL_OF_LINES = /[\x00-\x1f\x7f]/g;

/**
 * A text with escapes in the place of signs that a terminal does not show, so that nothing in a queue or a log can hide a
 * part of a line or turn it around: `\u202e`. JSON stays the same JSON. Colours of our own are kept: whoever paints makes
 * visible beforehand what is not ours.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(visible("a\u202eb"), "a\\u202eb");
 * ```
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, escaped);
}

/** As {@linkcode visible}, of text without colours: what moves the cursor is shown as an escape as well. */
export function visiblePlain(text: string): string {
  return visible(text).replace(CONTROL, escaped);
}

/** As {@linkcode visiblePlain}, of one line: a name with a line break cannot pretend to be another line. */
export function visibleLine(text: string): string {
  return visible(text).replace(CONTROL_OF_LINES, escaped);
}

function escaped(signs: string): string {
  return signs.replace(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
