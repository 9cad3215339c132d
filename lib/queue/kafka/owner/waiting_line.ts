import TinyQueue from "tinyqueue";
import { type PassedKinds, type Passing, type Place, textOf, WaitingLines } from "../../waiting_lines.ts";
import { byPlace, type Entry } from "../log/entry.ts";
import { kindOf, type MessageKind } from "../log/messages.ts";
import { KindCounts } from "./kind_counts.ts";

/** Bounds of reading ahead. */
export interface ReadAhead {
  /** Enough is read when this many instances wait that were never handed out, */
  readonly entries: number;
  /** or when their args have this length, in characters. */
  readonly characters: number;
  /** Most passed-over instances that stay in memory, and most of a kind that are read again at a time when it is wanted. */
  readonly passed: number;
  /**
   * When this many instances wait that were handed back under names, no more of their kinds are read, but for kinds that have
   * less than their part of this number; at twice this number, nothing more is read.
   */
  readonly named: number;
}

export const READ_AHEAD: ReadAhead = {
  entries: 10_000,
  characters: 64 * 2 ** 20,
  passed: 1000,
  named: 100_000,
};

/** The bounds that all partitions of a queue share, as one consumer may have them all; each may read ahead `LEAST`. */
const SHARED = { entries: 24_000, characters: 256 * 2 ** 20, named: 100_000 };
const LEAST = { entries: 2000, characters: 4 * 2 ** 20, named: 2000 };

/** The bounds of reading ahead in each partition: smaller with more partitions. */
export function readAheadOf(partitions: number): ReadAhead {
  const of = (part: keyof typeof SHARED) =>
    Math.max(LEAST[part], Math.min(READ_AHEAD[part], Math.floor(SHARED[part] / partitions)));
  return {
    entries: of("entries"),
    characters: of("characters"),
    passed: READ_AHEAD.passed,
    named: of("named"),
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
  /** The same by kinds. */
  readonly #freshKinds = new KindCounts();
  /** Those that were handed back under names. */
  readonly #named = new KindCounts();
  /** The length of the args of the fresh ones, in characters. */
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

  /** Number of waiting instances that were never handed out; some may be gone. */
  get fresh(): number {
    return this.#fresh.size;
  }

  /** Whether enough waits: that was never handed out, or was handed back under names. */
  get isFull(): boolean {
    const { entries, characters, named } = this.#readAhead;
    return this.#fresh.size >= entries || this.#characters >= characters || this.#named.total >= 2 * named;
  }

  /** Whether enough of a kind waits that was handed back under names, so that no more of it should begin. */
  isCrowded(kind: MessageKind): boolean {
    const { named: most } = this.#readAhead, { total, size } = this.#named;
    return total >= most && this.#named.of(kind) >= Math.max(1, most / size);
  }

  /** Forgets entries that were handed back and wait no more, if there seem to be many. */
  tidy(): void {
    if (this.#named.total < this.#readAhead.named) return;
    for (const [entry, { place, waitsFor }] of this.#waiting) {
      if (waitsFor === undefined || this.#isThere(entry)) continue;
      place.isLeft = true;
      this.#leave(entry);
    }
  }

  /** The offset of the first one that was never handed out; Infinity if there is none. */
  get firstFresh(): number {
    for (let first = this.#inOrder.peek(); first !== undefined; first = this.#inOrder.peek()) {
      if (this.#fresh.has(first)) return first.place.offset;
      this.#inOrder.pop();
    }
    return Infinity;
  }

  /** Number of waiting instances of a kind that were never handed out. */
  freshOf(kind: MessageKind): number {
    return this.#freshKinds.of(kind);
  }

  #wait(entry: Entry, waitsFor?: string): void {
    const before = this.#waiting.get(entry);
    if (before !== undefined) before.place.isLeft = true;
    const wasNamed = before?.waitsFor !== undefined, isNamed = waitsFor !== undefined;
    if (wasNamed !== isNamed) this.#named.change(kindOf(entry.instance), isNamed ? 1 : -1);
    this.#waiting.set(entry, { place: this.#lines.add(entry, waitsFor), waitsFor });
  }

  /** Adds one that was never handed out. */
  push(entry: Entry): void {
    this.#fresh.add(entry);
    this.#freshKinds.change(kindOf(entry.instance), 1);
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
    const kind = kindOf(entry.instance);
    if (this.#waiting.get(entry)?.waitsFor !== undefined) this.#named.change(kind, -1);
    this.#waiting.delete(entry);
    if (!this.#fresh.delete(entry)) return false;
    this.#freshKinds.change(kind, -1);
    this.#characters -= lengthOf(entry);
    return true;
  }

  /**
   * Takes out the entries that are passed over, but for the oldest of them.
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
