import { byPlace, type Entry } from "./partition_state.ts";

/** Taken entries are dropped from the front so many at a time. */
const FRONT = 1000;

/** What of a partition waits to be handed out: what never was, in the order of its topic, and what was queued again. */
export class WaitingLine {
  readonly #isThere: (entry: Entry) => boolean;
  #fresh: Entry[] = [];
  #at = 0;
  #again: Entry[];

  /**
   * @param again what was queued again
   * @param isThere whether an entry still waits: it may have ended, or may be ending, where it stands
   */
  constructor(again: readonly Entry[], isThere: (entry: Entry) => boolean) {
    this.#again = again.toSorted(byPlace);
    this.#isThere = isThere;
  }

  /** How many wait that were never handed out; some may be gone. */
  get fresh(): number {
    return this.#fresh.length - this.#at;
  }

  /** Adds one that was read behind all the others. */
  push(entry: Entry): void {
    this.#fresh.push(entry);
  }

  /** Puts entries where they were. */
  putBack(entries: readonly Entry[]): void {
    this.#again = [...this.#again, ...entries].sort(byPlace);
  }

  /** The one that comes next. */
  peek(): Entry | undefined {
    while (this.fresh > 0 && !this.#isThere(this.#fresh[this.#at]!)) this.#at++;
    while (this.#again.length > 0 && !this.#isThere(this.#again[0]!)) this.#again.shift();
    const fresh = this.#fresh[this.#at], again = this.#again[0];
    if (fresh === undefined || again === undefined) return fresh ?? again;
    return byPlace(again, fresh) < 0 ? again : fresh;
  }

  /** Takes what {@linkcode peek} shows. @returns whether it was never handed out before */
  take(entry: Entry): boolean {
    if (entry === this.#again[0]) {
      this.#again.shift();
      return false;
    }
    this.#at++;
    if (this.#at > FRONT && this.#at * 2 > this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#at);
      this.#at = 0;
    }
    return true;
  }
}
