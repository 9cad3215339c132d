/** Starts that count together: none of them was later. */
type Starts = readonly [atMs: number, starts: number];

/** Most entries that a log has; with a greater number of starts, several of them share one. */
const MOST_ENTRIES = 10_000;

/**
 * The instants of the last starts, a ring: a window that may hold n starts is open for the next one when it has left the n-th
 * last behind (a sliding-window log). Windows are half-open: of two starts exactly one window apart only one counts.
 *
 * Beyond 10,000 starts, k at a time share an entry, with the instant of the last of them: a start waits for k - 1 others at
 * most, and the window holds up to k - 1 fewer, which is less than a thousandth of what it may hold.
 */
export class StartLog {
  readonly #windowMs: number;
  /** Number of starts that share an entry. */
  readonly #together: number;
  /** The entries of the window, and the one that is being written. */
  readonly #lastAtMs: Float64Array;
  #at = 0;
  /** Number of starts in the entry that is being written. */
  #count = 0;

  /**
   * @param most number of starts that a window holds, a whole number above 0
   * @param windowMs its length
   */
  constructor(most: number, windowMs: number) {
    this.#windowMs = windowMs;
    this.#together = Math.ceil(most / MOST_ENTRIES);
    this.#lastAtMs = new Float64Array(Math.floor(most / this.#together) + 1).fill(-Infinity);
  }

  /**
   * When the window has room for a start, or since when; Infinity: not before one of those to come has come.
   *
   * @param coming number of starts that are to come for certain, nobody knows when: they take room in every window
   */
  opensAtMs(coming = 0): number {
    const { length } = this.#lastAtMs, ahead = 1 + Math.ceil(coming / this.#together);
    return ahead < length ? this.#lastAtMs[(this.#at + ahead) % length]! + this.#windowMs : Infinity;
  }

  /** Notes starts, not before those that it has. */
  add(atMs: number, starts = 1): void {
    for (let left = starts; left > 0;) {
      const taken = Math.min(left, this.#together - this.#count);
      left -= taken;
      this.#count += taken;
      this.#lastAtMs[this.#at] = atMs;
      if (this.#count < this.#together) return;
      this.#count = 0;
      this.#at = this.#after(this.#at);
    }
  }

  /** The log that goes on from another one, which is not used any more: as far as that remembers. */
  after(other: StartLog): StartLog {
    const isAlike = this.#together === other.#together && this.#windowMs === other.#windowMs &&
      this.#lastAtMs.length === other.#lastAtMs.length;
    if (isAlike) return other;
    for (const [atMs, starts] of other.entries()) this.add(atMs, starts);
    return this;
  }

  /** The starts that it remembers, the earliest first. */
  entries(): Starts[] {
    const entries: Starts[] = [];
    let at = this.#at;
    do {
      at = this.#after(at);
      const atMs = this.#lastAtMs[at]!, starts = at === this.#at ? this.#count : this.#together;
      if (atMs > -Infinity && starts > 0) entries.push([atMs, starts]);
    } while (at !== this.#at);
    return entries;
  }

  #after(at: number): number {
    return at + 1 === this.#lastAtMs.length ? 0 : at + 1;
  }
}
