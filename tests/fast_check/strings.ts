import * as fc from "fast-check/plain";

const LAST = 0x10ffff, SURROGATES = { from: 0xd800, count: 0x800 };

/** Every character of Unicode; halves of surrogate pairs are none. */
const anyCharacter = fc.nat(LAST - SURROGATES.count).map(
  (n) => String.fromCodePoint(n < SURROGATES.from ? n : n + SURROGATES.count),
  (character) => {
    const point = typeof character === "string" ? character.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== character || !character.isWellFormed()) {
      throw new Error("Not a single character"); // fast-check asks this of each part of a text that it is to shrink
    }
    return point < SURROGATES.from ? point : point - SURROGATES.count;
  },
);

/**
 * Strings, as fast-check makes them; but of `unit: "binary"` without its list of the 1.1 million characters, which takes
 * 0.8 s to build in each file of tests that has such strings.
 */
export function string(constraints: fc.StringConstraints = {}): fc.Arbitrary<string> {
  return fc.string(constraints.unit === "binary" ? { ...constraints, unit: anyCharacter } : constraints);
}
