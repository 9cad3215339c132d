/** A source of randomness, handed in wherever chance is needed so that a seed repeats a run. */
export interface Random {
  /** The next number, uniform in [0, 1). */
  next(): number;
}

/**
 * A fast generator with a period of about 2^128: sfc32 by C. Doty-Humphrey (PractRand), seeded from the text by FNV-1a.
 *
 * @param seed any text or number; the same seed gives the same numbers on every machine
 *
 * @example
 * ```ts
 * import { seededRandom } from "sequoia";
 * seededRandom(7).next() === seededRandom(7).next(); // true
 * ```
 */
export function seededRandom(seed: string | number): Random {
  let a = hash(`a${seed}`), b = hash(`b${seed}`), c = hash(`c${seed}`), counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return { next };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

/** A seed for a run that was given none: from the system's randomness, short enough to be typed again. */
export function freshSeed(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36);
}

/** A number from the standard normal distribution (Box–Muller). */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

const POOL = 1024;

/** The system's randomness, for what must differ from run to run: ids, and the jitter of retries. */
export function systemRandom(): Random {
  const pool = new Uint32Array(POOL);
  let at = POOL;
  return {
    next() {
      if (at === POOL) {
        crypto.getRandomValues(pool);
        at = 0;
      }
      return pool[at++]! / 4294967296;
    },
  };
}
