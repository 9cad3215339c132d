import type { Random } from "./random.ts";

/** The digits of Crockford's base 32, as character codes. */
const CODES = Array.from("0123456789ABCDEFGHJKMNPQRSTVWXYZ", (digit) => digit.charCodeAt(0));
const BASE = CODES.length;
const TIME_DIGITS = 10;
const DIGITS = 26;

/**
 * Makes ULIDs (github.com/ulid/spec), which ascend: one of an instant that is not later than that of the one before is the next
 * number. Not by a library: those join each id of its characters, and such a text costs its first look-up in a map more than
 * all else that an instance takes in a simulation.
 *
 * @returns makes an id of an instant in whole milliseconds since 1970, from 1 on
 */
export function ulidMaker(random: Random): (atMs: number) => string {
  const digits = new Uint8Array(DIGITS), codes = new Array<number>(DIGITS).fill(0);
  let lastMs = 0;
  return (atMs) => {
    if (atMs > lastMs) {
      lastMs = atMs;
      begin(digits, atMs, random);
    } else increase(digits);
    for (let i = 0; i < DIGITS; i++) codes[i] = CODES[digits[i]!]!;
    return String.fromCharCode(...codes);
  };
}

function begin(digits: Uint8Array, atMs: number, random: Random): void {
  for (let i = TIME_DIGITS - 1, rest = atMs; i >= 0; i--, rest = Math.floor(rest / BASE)) {
    digits[i] = rest % BASE;
  }
  for (let i = DIGITS - 1; i >= TIME_DIGITS; i--) digits[i] = Math.floor(random.next() * BASE);
}

function increase(digits: Uint8Array): void {
  let at = DIGITS - 1;
  for (; digits[at] === BASE - 1; at--) digits[at] = 0;
  digits[at]!++;
}
