/**
 * Room that callers share. Whoever has a party may take as much as it leaves free: half of what the others leave, so that no
 * party keeps all others out, however much it asks for.
 */
export class FairRoom {
  readonly #most: number;
  readonly #taken = new Map<string, number>();
  #total = 0;

  /** @param most the room of all together */
  constructor(most: number) {
    this.#most = most;
  }

  /** The room that is taken. */
  get taken(): number {
    return this.#total;
  }

  /**
   * Takes room, if that is left.
   *
   * @param party whom it counts for; undefined: it may take all
   * @returns whether it was taken
   */
  take(party: string | undefined, amount = 1): boolean {
    const total = this.#total + amount, free = this.#most - total;
    if (free < 0) return false;
    if (party !== undefined) {
      const own = (this.#taken.get(party) ?? 0) + amount;
      if (own > free) return false;
      this.#taken.set(party, own);
    }
    this.#total = total;
    return true;
  }

  /** Takes room for as long as something lasts: until it is disposed; undefined if there is none left. */
  place(party: string | undefined): Disposable | undefined {
    return this.take(party) ? { [Symbol.dispose]: () => this.give(party) } : undefined;
  }

  /** Gives back what was taken. */
  give(party: string | undefined, amount = 1): void {
    this.#total -= amount;
    if (party === undefined) return;
    const own = (this.#taken.get(party) ?? 0) - amount;
    if (own > 0) this.#taken.set(party, own);
    else this.#taken.delete(party); // a party that has nothing is forgotten
  }
}
