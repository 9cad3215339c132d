import type { Random } from "./random.ts";

/** Rounds after the last word. */
const LAST_ROUNDS = 3;
/** Hashes are small integers of the engine: numbers of 30 bits are kept in a field without memory of their own. */
const BITS = 0x3fffffff;

/** A hash of texts, from 0 to 2^30 − 1. */
export type Hash = (text: string) => number;

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein, as in Linux' tables) with a secret key: whoever does not know it cannot choose
 * texts that have the same hash, or that differ from others in the high bits alone.
 *
 * @param random where the key comes from
 */
export function keyedHash(random: Random): Hash {
  const k0 = wordOf(random), k1 = wordOf(random);
  return (text) => {
    const { length } = text, words = length >> 1;
    let v0 = k0, v1 = k1, v2 = 0x6c796765 ^ k0, v3 = 0x74656462 ^ k1;
    for (let i = 0; i <= words + LAST_ROUNDS; i++) {
      let word = 0;
      if (i < words) word = text.charCodeAt(2 * i) | text.charCodeAt(2 * i + 1) << 16;
      else if (i === words) word = (length & 1 ? text.charCodeAt(length - 1) : 0) | length << 16;
      else if (i === words + 1) v2 ^= 0xff;
      v3 ^= word;
      v0 = v0 + v1 | 0;
      v1 = (v1 << 5 | v1 >>> 27) ^ v0;
      v0 = v0 << 16 | v0 >>> 16;
      v2 = v2 + v3 | 0;
      v3 = (v3 << 8 | v3 >>> 24) ^ v2;
      v0 = v0 + v3 | 0;
      v3 = (v3 << 7 | v3 >>> 25) ^ v0;
      v2 = v2 + v1 | 0;
      v1 = (v1 << 13 | v1 >>> 19) ^ v2;
      v2 = v2 << 16 | v2 >>> 16;
      v0 ^= word;
    }
    return (v1 ^ v3) & BITS;
  };
}

function wordOf(random: Random): number {
  return Math.floor(random.next() * 2 ** 32) | 0;
}
