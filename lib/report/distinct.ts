/**
 * A number that stands for a call of one node, or one item of its map, of one instance, in one generation: 53 bits of two
 * 32-bit FNV-1a hashes, each finished with the mixer of MurmurHash3 (Appleby 2011).
 *
 * Counting distinct invocations by it costs 8 bytes each. Of ten million invocations two share a number with a
 * probability of half a percent, and then one is not counted.
 */
export function invocationNumber(instance: string, node: string, item?: number, generation = 0): number {
  let a = 0x811c9dc5, b = 0x1b873593;
  for (let i = 0; i < instance.length; i++) {
    const code = instance.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  a = Math.imul(a ^ 0x10000, 0x01000193);
  b = Math.imul(b ^ 0x10000, 0x85ebca6b);
  for (let i = 0; i < node.length; i++) {
    const code = node.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  if (item !== undefined) {
    a = Math.imul(a ^ (0x20000 + item), 0x01000193);
    b = Math.imul(b ^ (0x20000 + item), 0x85ebca6b);
  }
  if (generation > 0) {
    a = Math.imul(a ^ (0x40000000 + generation), 0x01000193);
    b = Math.imul(b ^ (0x40000000 + generation), 0x85ebca6b);
  }
  return (mixed(a) & 0x1fffff) * 2 ** 32 + mixed(b);
}

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Counts the different numbers. Sorts the array. */
export function countDistinct(numbers: Float64Array): number {
  numbers.sort();
  let count = 0;
  for (let i = 0; i < numbers.length; i++) if (i === 0 || numbers[i] !== numbers[i - 1]) count++;
  return count;
}
