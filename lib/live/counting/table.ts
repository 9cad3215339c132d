import { MOST_ROWS } from "../live_view.ts";
import { Counts } from "./counts.ts";

/** Names that are longer, in UTF-16 code units, have no row: a record of a consumer is to stay small. */
const LONGEST_NAME = 100;
/** Most rows that go to other names at once. */
const MOST_SWAPS = 5;

/** One name that has something waiting or in flight, or a row. */
interface Entry {
  readonly name: string;
  ready: number;
  running: number;
  /** Attempts that have started since the last sweep. */
  starts: number;
  /** Its own row, or the rest's. */
  counts: Counts;
}

/**
 * Counts by name, however many names there are. {@linkcode MOST_ROWS} of them have rows of their own; the others count together as
 * the rest, until one has much more to do than the least of those with a row. There is an entry for each name that has something
 * waiting or in flight: at most as many as the consumer holds instances.
 */
export class Table {
  /** The row of all names that have none. */
  readonly rest: Counts;
  readonly #entries = new Map<string, Entry>();
  #rows = 0;
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.rest = new Counts(nowMs);
  }

  /** More or fewer wait, or are in flight. */
  change(name: string, ready: number, running: number, nowMs: number): void {
    this.#nowMs = nowMs;
    const entry = this.#of(name);
    entry.ready += ready;
    entry.running += running;
    entry.counts.change(ready, running, nowMs);
  }

  /** An attempt has started. */
  starts(name: string): void {
    const entry = this.#of(name);
    entry.starts++;
    entry.counts.count("started");
  }

  /** Where things are counted that have happened to a name. */
  of(name: string): Counts {
    return this.#of(name).counts;
  }

  /** Nothing waits or is in flight any more, as all is told once more. */
  restart(nowMs: number): void {
    for (const entry of this.#entries.values()) {
      entry.counts.change(-entry.ready, -entry.running, nowMs);
      entry.ready = entry.running = 0;
    }
  }

  /** Gives rows to the names that have the most to do, and forgets those that have nothing. To be called about once a second. */
  sweep(nowMs: number): void {
    const ranked: Entry[] = [];
    for (const entry of this.#entries.values()) {
      const isRest = entry.counts === this.rest;
      if (isRest && loadOf(entry) === 0) this.#entries.delete(entry.name);
      else if (isRest && entry.name.length <= LONGEST_NAME) ranked.push(entry);
    }
    if (ranked.length > 0) this.#swap(ranked, nowMs);
    for (const entry of this.#entries.values()) entry.starts = 0;
  }

  /** The names with rows, those first that have the most waiting and in flight. */
  rows(): readonly { readonly name: string; readonly counts: Counts }[] {
    return [...this.#entries.values()].filter(({ counts }) => counts !== this.rest).sort(byLoad);
  }

  #of(name: string): Entry {
    let entry = this.#entries.get(name);
    if (entry !== undefined) return entry;
    const hasRow = this.#rows < MOST_ROWS && name.length <= LONGEST_NAME;
    if (hasRow) this.#rows++;
    const counts = hasRow ? new Counts(this.#nowMs) : this.rest;
    this.#entries.set(name, entry = { name, ready: 0, running: 0, starts: 0, counts });
    return entry;
  }

  #swap(without: Entry[], nowMs: number): void {
    without.sort((a, b) => loadOf(b) - loadOf(a));
    const least = [...this.#entries.values()].filter(({ counts }) => counts !== this.rest).sort((a, b) =>
      placeOf(a) - placeOf(b)
    );
    for (let i = 0; i < MOST_SWAPS && i < without.length && i < least.length; i++) {
      const next = without[i]!, former = least[i]!;
      if (loadOf(next) <= 2 * placeOf(former)) return;
      this.#move(former, this.rest, nowMs);
      this.#move(next, new Counts(nowMs), nowMs);
    }
  }

  /** The past counts are lost with the row: whoever reads sees one that is gone, and another that begins. */
  #move(entry: Entry, to: Counts, nowMs: number): void {
    entry.counts.change(-entry.ready, -entry.running, nowMs);
    to.change(entry.ready, entry.running, nowMs);
    entry.counts = to;
  }
}

/** Lately, of a name without a row. */
function loadOf({ ready, running, starts }: Entry): number {
  return ready + running + starts;
}

/** Of a name with a row: also what it had to do within the last minute. */
function placeOf({ ready, running, counts }: Entry): number {
  return ready + running + counts.lately;
}

function byLoad(a: Entry, b: Entry): number {
  return placeOf(b) - placeOf(a) || (a.name < b.name ? -1 : 1);
}
