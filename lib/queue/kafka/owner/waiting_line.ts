import TinyQueue from "tinyqueue";
import type { Chain } from "../../../model/mod.ts";
import { type PassedKinds, type Passing, type Place, textOf, WaitingLines } from "../../waiting_lines.ts";
import { byPlace, type Entry } from "../log/entry.ts";

/** How much is read ahead. */
export interface ReadAhead {
  /** Enough is read when so many wait that were never handed out, */
  readonly entries: number;
  /** or when their args are so long, in characters. */
  readonly characters: number;
  /** Of what is passed over, so many stay in memory; so many of a kind are read again at a time when it is wanted. */
  readonly passed: number;
}

export const READ_AHEAD: ReadAhead = { entries: 10_000, characters: 64 * 2 ** 20, passed: 1000 };

/** What all partitions of a queue share, as one consumer may have them all; each may read ahead the least. */
const SHARED = { entries: 24_000, characters: 256 * 2 ** 20 },
  LEAST = { entries: 2000, characters: 4 * 2 ** 20 };

/** How much of each partition is read ahead: of more partitions, less. */
export function readAheadOf(partitions: number): ReadAhead {
  const { entries, characters, passed } = READ_AHEAD;
  return {
    entries: Math.max(LEAST.entries, Math.min(entries, Math.floor(SHARED.entries / partitions))),
    characters: Math.max(LEAST.characters, Math.min(characters, Math.floor(SHARED.characters / partitions))),
    passed,
  };
}

interface Waiting {
  readonly place: Place<Entry>;
  readonly waitsFor: string | undefined;
}

/** The entries of a partition that wait to be handed out: new ones, and those that were queued again. */
export class WaitingLine {
  readonly #isThere: (entry: Entry) => boolean;
  readonly #readAhead: ReadAhead;
  #lines = new WaitingLines<Entry>();
  readonly #waiting = new Map<Entry, Waiting>();
  /** Those that were never handed out. */
  readonly #fresh = new Set<Entry>();
  /** The same in the order of their topic; some may not wait any more. */
  #inOrder = new TinyQueue<Entry>([], byPlace);
  /** How many of the fresh ones there are of each kind: by chain, and labels as text. */
  readonly #ofKind = new Map<Chain, Map<string, number>>();
  /** How long the args of the fresh ones are. */
  #characters = 0;

  /**
   * @param again the entries that were queued again
   * @param isThere whether an entry still waits: it may have ended, or may be ending, where it stands
   */
  constructor(again: Iterable<Entry>, isThere: (entry: Entry) => boolean, readAhead = READ_AHEAD) {
    this.#isThere = isThere;
    this.#readAhead = readAhead;
    for (const entry of again) this.#wait(entry);
  }

  /** How many wait that were never handed out; some may be gone. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** Whether enough waits that was never handed out. */
  get isFull(): boolean {
    const { entries, characters } = this.#readAhead;
    return this.#fresh.size >= entries || this.#characters >= characters;
  }

  /** The offset of the first one that was never handed out; Infinity if there is none. */
  get firstFresh(): number {
    for (let first = this.#inOrder.peek(); first !== undefined; first = this.#inOrder.peek()) {
      if (this.#fresh.has(first)) return first.place.offset;
      this.#inOrder.pop();
    }
    return Infinity;
  }

  /** How many of a kind wait that were never handed out. @param labels as text */
  freshOf(chain: Chain, labels: string): number {
    return this.#ofKind.get(chain)?.get(labels) ?? 0;
  }

  #count({ instance: { chain, labels } }: Entry, by: 1 | -1): void {
    const kinds = this.#ofKind.get(chain) ?? new Map<string, number>(), text = textOf(labels);
    const count = (kinds.get(text) ?? 0) + by;
    if (count > 0) kinds.set(text, count);
    else kinds.delete(text);
    if (kinds.size > 0) this.#ofKind.set(chain, kinds);
    else this.#ofKind.delete(chain);
  }

  #wait(entry: Entry, waitsFor?: string): void {
    const before = this.#waiting.get(entry);
    if (before !== undefined) before.place.isLeft = true;
    this.#waiting.set(entry, { place: this.#lines.add(entry, waitsFor), waitsFor });
  }

  /** Adds one that was never handed out. */
  push(entry: Entry): void {
    this.#fresh.add(entry);
    this.#count(entry, 1);
    if (this.#inOrder.length > 2 * (this.#fresh.size + FEW)) {
      this.#inOrder = new TinyQueue([...this.#fresh], byPlace);
    } else this.#inOrder.push(entry);
    this.#characters += lengthOf(entry);
    this.#wait(entry);
  }

  /**
   * Puts entries where they were.
   *
   * @param waitsFor under which names they were handed back
   */
  putBack(entries: readonly Entry[], waitsFor?: ReadonlyMap<Entry, string>): void {
    for (const entry of entries) this.#wait(entry, waitsFor?.get(entry));
  }

  /** An entry is to be cancelled: if it waits, it is only to be undone. */
  mark(entry: Entry): void {
    if (this.#waiting.has(entry)) this.#wait(entry);
  }

  /** Those that wait, but for some kinds, until it is disposed. */
  passing(passed: PassedKinds): PassingLine {
    const leave = (entry: Entry) => this.#leave(entry);
    return new PassingLine(this.#lines.passing(passed), this.#isThere, leave);
  }

  #leave(entry: Entry): boolean {
    this.#waiting.delete(entry);
    if (!this.#fresh.delete(entry)) return false;
    this.#count(entry, -1);
    this.#characters -= lengthOf(entry);
    return true;
  }

  /**
   * Takes out what is passed over, but for the oldest of it.
   *
   * @param mayLeave whether an entry can be taken out
   */
  takePassed(passed: PassedKinds, mayLeave: (entry: Entry) => boolean): Entry[] {
    const isPassed = ({ instance: { chain, labels } }: Entry) =>
      passed.hasAllOf(chain) || passed.hasSomeOf(chain, textOf(labels));
    const there = [...this.#fresh].filter((entry) => this.#isThere(entry) && isPassed(entry)).sort(byPlace);
    const left = there.slice(this.#readAhead.passed).filter(mayLeave);
    for (const entry of left) this.#leave(entry);
    if (left.length > 0) this.#compact();
    return left;
  }

  /** Nothing is kept of those that do not wait any more. */
  #compact(): void {
    const left = [...this.#waiting].sort(([a], [b]) => byPlace(a, b));
    this.#lines = new WaitingLines();
    this.#inOrder = new TinyQueue([...this.#fresh], byPlace);
    for (const [entry, { waitsFor }] of left) {
      this.#waiting.set(entry, { place: this.#lines.add(entry, waitsFor), waitsFor });
    }
  }
}

const FEW = 1000;

/** Those that wait in a line, but for some kinds. */
export class PassingLine implements Disposable {
  readonly #passing: Passing<Entry>;
  readonly #isThere: (entry: Entry) => boolean;
  readonly #leave: (entry: Entry) => boolean;

  constructor(
    passing: Passing<Entry>,
    isThere: (entry: Entry) => boolean,
    leave: (entry: Entry) => boolean,
  ) {
    this.#passing = passing;
    this.#isThere = isThere;
    this.#leave = leave;
  }

  /** The one that comes next. */
  get first(): Entry | undefined {
    for (let entry = this.#passing.first; entry !== undefined; entry = this.#passing.first) {
      if (this.#isThere(entry)) return entry;
      this.#passing.take();
      this.#leave(entry);
    }
    return undefined;
  }

  /** Takes the entry that {@linkcode first} shows. @returns whether it was never handed out before */
  take(): boolean {
    const entry = this.#passing.first!;
    this.#passing.take();
    return this.#leave(entry);
  }

  [Symbol.dispose](): void {
    this.#passing[Symbol.dispose]();
  }
}

function lengthOf({ instance: { args } }: Entry): number {
  return args?.length ?? 0;
}
