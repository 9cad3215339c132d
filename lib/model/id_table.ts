import { type Hash, keyedHash } from "./keyed_hash.ts";
import { type Random, systemRandom } from "./random.ts";

/** A member of a table: it has its place in itself, so that it leaves without a look at its id. */
export interface Listed<T> {
  /** It is found by this: that of an instance. */
  readonly id: string;
  /** Before those that came later. */
  readonly sequence: number;
  /** The hash of its id, … */
  idHash: number;
  /** … and the next one in the bucket of that hash. */
  nextInBucket: T | undefined;
}

/** Number of buckets at the beginning. */
const LEAST_BUCKETS = 16;
/** Buckets for each member at most, as memory is given back; there is one at least, so that chains are short. */
const MOST_EACH = 8;

/**
 * Instances by id: a hash table whose chains run through its members. A `Map` would look at the id, its own table and
 * the entries in it when one leaves; with a million of them, each look waits for memory. And the first look that a `Map` has at
 * a text costs several looks of this.
 */
export class IdTable<T extends Listed<T>> {
  readonly #hashOf: Hash;
  #buckets = bucketsOf<T>(LEAST_BUCKETS);
  #size = 0;

  /**
   * @param random for a hash that whoever chooses ids does not know: none can be chosen that make long chains. No order depends
   * on it but that of {@linkcode IdTable.[Symbol.iterator]}. (Default: the system's)
   */
  constructor(random: Random = systemRandom()) {
    this.#hashOf = keyedHash(random);
  }

  /** Number of members. */
  get size(): number {
    return this.#size;
  }

  /** The member of an id. */
  get(id: string): T | undefined {
    const hash = this.#hashOf(id);
    let at = this.#buckets[this.#bucketOf(hash)];
    while (at !== undefined && (at.idHash !== hash || at.id !== id)) at = at.nextInBucket;
    return at;
  }

  /** Takes in one, unless there is a member of its id. @returns whether it has */
  add(member: T): boolean {
    member.idHash = this.#hashOf(member.id);
    if (!this.#append(member)) return false;
    this.#size++;
    if (this.#buckets.length < this.#size) this.#resize(2 * this.#buckets.length);
    return true;
  }

  /** Takes a member out. Those that came first leave first, nearly always: they are first in their buckets. */
  remove(member: T): void {
    const bucket = this.#bucketOf(member.idHash);
    let at = this.#buckets[bucket]!;
    if (at === member) this.#buckets[bucket] = member.nextInBucket;
    else {
      while (at.nextInBucket !== member) at = at.nextInBucket!;
      at.nextInBucket = member.nextInBucket;
    }
    member.nextInBucket = undefined; // whoever still has this one is not to keep others in memory
    this.#size--;
    const { length } = this.#buckets;
    if (length > LEAST_BUCKETS && length > MOST_EACH * this.#size) this.#resize(length / 2);
  }

  /** All members in their order, which costs a sort. */
  inOrder(): T[] {
    return this.#all().sort((a, b) => a.sequence - b.sequence);
  }

  /** All members, in no order. */
  [Symbol.iterator](): ArrayIterator<T> {
    return this.#all().values();
  }

  #all(): T[] {
    const all: T[] = [];
    for (const first of this.#buckets) {
      for (let at = first; at !== undefined; at = at.nextInBucket) all.push(at);
    }
    return all;
  }

  #bucketOf(hash: number): number {
    return hash & (this.#buckets.length - 1);
  }

  /** Puts one behind the others in its bucket, unless one of them has its id. */
  #append(member: T): boolean {
    const { idHash, id } = member, bucket = this.#bucketOf(idHash);
    let last: T | undefined;
    for (let at = this.#buckets[bucket]; at !== undefined; at = at.nextInBucket) {
      if (at.idHash === idHash && at.id === id) return false;
      last = at;
    }
    member.nextInBucket = undefined;
    if (last === undefined) this.#buckets[bucket] = member;
    else last.nextInBucket = member;
    return true;
  }

  #resize(buckets: number): void {
    const members = this.#all();
    this.#buckets = bucketsOf(buckets);
    for (const member of members) this.#append(member);
  }
}

function bucketsOf<T>(length: number): (T | undefined)[] {
  return new Array<T | undefined>(length).fill(undefined);
}
