/** Sets of values by key. A key that has no values left is forgotten, so that it takes no memory. */
export class SetMap<K, V> {
  readonly #sets = new Map<K, Set<V>>();

  /** The number of keys that have values. */
  get size(): number {
    return this.#sets.size;
  }

  /** The values of a key, in the order in which they were added. */
  get(key: K): ReadonlySet<V> {
    return this.#sets.get(key) ?? NONE;
  }

  has(key: K): boolean {
    return this.#sets.has(key);
  }

  keys(): Iterable<K> {
    return this.#sets.keys();
  }

  /** The values of all keys. */
  *values(): Generator<V> {
    for (const set of this.#sets.values()) yield* set;
  }

  add(key: K, value: V): void {
    let set = this.#sets.get(key);
    if (set === undefined) this.#sets.set(key, set = new Set());
    set.add(value);
  }

  /** Forgets one value of a key. @returns whether it was there */
  delete(key: K, value: V): boolean {
    const set = this.#sets.get(key);
    if (!set?.delete(value)) return false;
    if (set.size === 0) this.#sets.delete(key);
    return true;
  }

  /** Forgets a key with all its values. */
  deleteAll(key: K): void {
    this.#sets.delete(key);
  }
}

const NONE: ReadonlySet<never> = new Set();
