import type { Random } from "../model/mod.ts";

/** Names a sequence of random numbers: of one part or more, mixed. */
export type Key = number & { readonly of: unique symbol };

/**
 * Random numbers by key: the n-th number of a key is the same whenever, and in whatever order, keys are asked for. So the
 * run times of a simulated instance do not depend on what is run when, and every policy is tried on the very same ones
 * (common random numbers: Law, Simulation Modeling and Analysis, 5th ed., section 11.2).
 *
 * Counter-based: each number is key and counter, mixed by the finalizer of MurmurHash3 (A. Appleby).
 */
export class KeyedRandom implements Random {
  readonly #seed: number;
  #key = 0;
  #counter = 0;

  /** @param seed of all keys, 32 bits */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** The key of one part, of up to 32 bits. */
  key(part: number): Key {
    return mix(this.#seed ^ part) as Key;
  }

  /** Goes to the first number of a key. */
  at(key: Key): this {
    this.#key = key;
    this.#counter = 0;
    return this;
  }

  next(): number {
    this.#counter = (this.#counter + 0x9e3779b9) | 0;
    return (mix(this.#key ^ this.#counter) >>> 0) / 2 ** 32;
  }
}

/** A key with one part more, of up to 32 bits. */
export function longerKey(key: Key, part: number): Key {
  return mix(key ^ Math.imul(part, 0x9e3779b1)) as Key;
}

function mix(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
