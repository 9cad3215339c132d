import TinyQueue from "tinyqueue";
import { byPlace, type Entry } from "./entry.ts";

/** Enough is read ahead when so many wait that were never handed out, or when their args are so long, in characters. */
const FULL = { entries: 10_000, characters: 64 * 2 ** 20 };
/** Taken entries are dropped from the front this many at a time. */
const FRONT = 1000;

/** The entries of a partition that wait: new ones in the order of their topic, and those that were queued again. */
export class WaitingLine {
  readonly #isThere: (entry: Entry) => boolean;
  #fresh: Entry[] = [];
  #at = 0;
  /** How long the args of the fresh ones are. */
  #characters = 0;
  /** A heap: each entry costs O(log n), in whatever order entries come back. Bounded by the instances of the partition. */
  readonly #again: TinyQueue<Entry>;

  /**
   * @param again the entries that were queued again
   * @param isThere whether an entry still waits: it may have ended, or may be ending, where it stands
   */
  constructor(again: readonly Entry[], isThere: (entry: Entry) => boolean) {
    this.#again = new TinyQueue([...again], byPlace);
    this.#isThere = isThere;
  }

  /** How many wait that were never handed out; some may be gone. */
  get fresh(): number {
    return this.#fresh.length - this.#at;
  }

  /** Whether enough waits that was never handed out. */
  get isFull(): boolean {
    return this.fresh >= FULL.entries || this.#characters >= FULL.characters;
  }

  /** Adds one that was read behind all the others. */
  push(entry: Entry): void {
    this.#fresh.push(entry);
    this.#characters += lengthOf(entry);
  }

  #pass(): void {
    this.#characters -= lengthOf(this.#fresh[this.#at++]!);
  }

  /** Puts entries where they were. */
  putBack(entries: readonly Entry[]): void {
    for (const entry of entries) this.#again.push(entry);
  }

  /** The one that comes next. */
  peek(): Entry | undefined {
    while (this.fresh > 0 && !this.#isThere(this.#fresh[this.#at]!)) this.#pass();
    while (this.#again.length > 0 && !this.#isThere(this.#again.peek()!)) this.#again.pop();
    const fresh = this.#fresh[this.#at], again = this.#again.peek();
    if (fresh === undefined || again === undefined) return fresh ?? again;
    return byPlace(again, fresh) < 0 ? again : fresh;
  }

  /** Takes the entry that {@linkcode peek} shows. @returns whether it was never handed out before */
  take(entry: Entry): boolean {
    if (entry === this.#again.peek()) {
      this.#again.pop();
      return false;
    }
    this.#pass();
    if (this.#at > FRONT && this.#at * 2 > this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#at);
      this.#at = 0;
    }
    return true;
  }
}

function lengthOf({ instance: { args } }: Entry): number {
  return args?.length ?? 0;
}
