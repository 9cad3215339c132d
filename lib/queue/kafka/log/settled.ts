/** The progress of a partition that leaves messages in their topic, as it stands in the changelog. */
export interface Left {
  /** All messages before this offset are settled (have ended, have a head, or are no instances), but for these: */
  readonly before: number;
  /** messages that were read and are not settled, by their offsets, */
  readonly open: readonly number[];
  /** and all messages of some kinds from an offset on: the hash of the chain, the labels as text, and the offset, */
  readonly kinds: readonly (readonly [chain: string, labels: string, from: number])[];
  /** unless they are among these: they stand among those of such a kind, and are settled or open all the same. */
  readonly among: readonly number[];
}

/** Tells which messages are settled though `from` stands before them: their ends may be forgotten by now. */
export class Settled {
  /** All of this is about messages before this offset. */
  readonly before: number;
  readonly #open: ReadonlySet<number>;
  readonly #among: ReadonlySet<number>;
  readonly #kinds: ReadonlyMap<string, number>;
  /** Where the first message stands that is left. */
  readonly #leftFrom: number;

  constructor({ before, open, kinds, among }: Left) {
    this.before = before;
    this.#open = new Set(open);
    this.#among = new Set(among);
    this.#kinds = new Map(kinds.map(([chain, labels, from]) => [`${chain} ${labels}`, from]));
    this.#leftFrom = Math.min(...kinds.map(([, , from]) => from));
  }

  /** Whether a message may be settled, by where it stands. */
  mayHave(offset: number): boolean {
    return offset < this.before && !this.#open.has(offset);
  }

  /** Whether a message is settled that may be. @param chain the hash of its chain */
  has(offset: number, chain: string, labels: string): boolean {
    return this.#among.has(offset) || offset < (this.#kinds.get(`${chain} ${labels}`) ?? Infinity);
  }

  /** Whether a message is settled whose kind cannot be told. */
  hasUnread(offset: number): boolean {
    return this.mayHave(offset) && (this.#among.has(offset) || offset < this.#leftFrom);
  }
}
