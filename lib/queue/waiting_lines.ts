import TinyQueue from "tinyqueue";
import { type Chain, type Instance, NO_LABELS } from "../model/mod.ts";
import type { Kind, LabelKind } from "./queue.ts";

/** An instance that waits in a queue, and its place in the order of submission. */
export interface Waiter {
  readonly seq: number;
  readonly instance: Instance;
  /** Why it is to be cancelled: then it is only to be undone. */
  readonly cancel: string | undefined;
}

/** Where something waits. */
export class Place<T extends Waiter> {
  /** It does not wait there any more. */
  isLeft = false;

  constructor(readonly waiter: T) {}

  get seq(): number {
    return this.waiter.seq;
  }
}

/** Something that has a first one of those that wait in it. */
interface Line<T extends Waiter> {
  readonly first: Place<T> | undefined;
}

/** Those of one kind. */
class KindLine<T extends Waiter> implements Line<T> {
  /** In the order of submission, from `at` on; and those that were not put there in that order. */
  #fresh: Place<T>[] = [];
  #at = 0;
  readonly #again = new TinyQueue<Place<T>>([], bySeq);

  /** @param labels of all of them, as a text */
  constructor(readonly labels: string) {}

  /** Those that still wait. */
  *all(): Generator<Place<T>> {
    for (let first = this.first; first !== undefined; first = this.first) {
      yield first;
      if (first === this.#again.peek()) this.#again.pop();
      else this.#skip();
    }
  }

  add(place: Place<T>): void {
    const last = this.#fresh.at(-1);
    if (last === undefined || last.seq < place.seq) this.#fresh.push(place);
    else this.#again.push(place);
  }

  get first(): Place<T> | undefined {
    while (this.#again.peek()?.isLeft) this.#again.pop();
    while (this.#fresh[this.#at]?.isLeft) this.#skip();
    const fresh = this.#fresh[this.#at], again = this.#again.peek();
    if (fresh === undefined || again === undefined) return fresh ?? again;
    return again.seq < fresh.seq ? again : fresh;
  }

  #skip(): void {
    this.#at++;
    if (this.#at * 2 <= this.#fresh.length) return;
    this.#fresh = this.#fresh.slice(this.#at); // each is moved once, on average
    this.#at = 0;
  }
}

/** Lines in the order of their first ones. */
class Lines<T extends Waiter, L extends Line<T>> implements Line<T> {
  readonly #heap = new TinyQueue<{ seq: number; readonly line: L }>([], bySeq);
  /** Where each line stands in the heap; whatever else is in the heap is out of date. */
  readonly #seqs = new Map<L, number>();
  readonly #emptied: (line: L) => void;

  /** @param emptied called with a line in which nobody waits any more */
  constructor(emptied: (line: L) => void) {
    this.#emptied = emptied;
  }

  /** Puts a line where it belongs; to be called whenever it may have a first one that comes earlier. */
  put(line: L): void {
    const seq = line.first?.seq;
    const before = this.#seqs.get(line) ?? Infinity;
    if (seq === undefined || seq >= before) return;
    this.#seqs.set(line, seq);
    const top = this.#heap.peek();
    if (top?.line === line && top.seq === before) top.seq = seq; // it stays the top
    else this.#heap.push({ seq, line });
  }

  /** The line whose first one comes first. */
  get best(): L | undefined {
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      const { seq, line } = top;
      const isCurrent = this.#seqs.get(line) === seq, now = isCurrent ? line.first : undefined;
      if (now?.seq === seq) return line;
      this.#heap.pop();
      if (!isCurrent) continue;
      this.#seqs.delete(line);
      if (now === undefined) this.#emptied(line);
      else this.put(line);
    }
    return undefined;
  }

  get first(): Place<T> | undefined {
    return this.best?.first;
  }

  /** Takes the best line out, until it is put back. */
  takeBest(): void {
    this.#seqs.delete(this.#heap.pop()!.line);
  }
}

/** The lines of a chain, of a name under which instances were given back, or of instances that are only to be undone. */
class Family<T extends Waiter> extends Lines<T, KindLine<T>> {
  readonly #kinds: Map<string, KindLine<T>>;

  constructor(readonly of: Chain | string) {
    const kinds = new Map<string, KindLine<T>>();
    super(({ labels }) => kinds.delete(labels));
    this.#kinds = kinds;
  }

  /** Takes its best line out for good. */
  takeOut({ labels }: KindLine<T>): void {
    this.takeBest();
    this.#kinds.delete(labels);
  }

  add(place: Place<T>): void {
    const labels = textOf(place.waiter.instance.labels);
    let line = this.#kinds.get(labels);
    if (line === undefined) this.#kinds.set(labels, line = new KindLine(labels));
    line.add(place);
    this.put(line);
  }
}

/** Before the names of what instances wait for. */
const NAME = "~";
const TO_UNDO = "cancelled";

/**
 * Those who wait in a queue, oldest first, and by their kinds: what is passed over costs a step for each kind that is named,
 * whatever waits of it.
 */
export class WaitingLines<T extends Waiter> {
  readonly #families = new Map<Chain | string, Family<T>>();
  readonly #lines = new Lines<T, Family<T>>(({ of }) => this.#families.delete(of));

  /**
   * @param waitsFor the name under which it was given back
   * @returns where it waits, until it is taken or its place is left
   */
  add(waiter: T, waitsFor?: string): Place<T> {
    const { cancel, instance } = waiter;
    const of = cancel !== undefined ? TO_UNDO : waitsFor === undefined ? instance.chain : NAME + waitsFor;
    const family = this.#familyOf(of);
    const place = new Place(waiter);
    family.add(place);
    this.#lines.put(family);
    return place;
  }

  #familyOf(of: Chain | string): Family<T> {
    let family = this.#families.get(of);
    if (family === undefined) this.#families.set(of, family = new Family(of));
    return family;
  }

  /** Takes the oldest, as long as `takes` says so, but none of the kinds that are passed over. */
  take(passOver: readonly Kind[], takes: (waiter: T) => boolean): T[] {
    using passing = this.passing(new PassedKinds(passOver));
    const taken: T[] = [];
    for (let first = passing.first; first !== undefined && takes(first); first = passing.first) {
      taken.push(first);
      passing.take();
    }
    return taken;
  }

  /** All but those of the kinds that are passed over, until it is disposed. */
  passing(passed: PassedKinds): Passing<T> {
    return new Passing(this.#families, this.#lines, passed, (waitsFor) => this.#familyOf(NAME + waitsFor));
  }
}

/** Those who wait, but for some kinds. Whatever is added meanwhile may be left out. */
export class Passing<T extends Waiter> implements Disposable {
  readonly #families: Map<Chain | string, Family<T>>;
  readonly #lines: Lines<T, Family<T>>;
  readonly #passed: PassedKinds;
  readonly #aside = new Set<Family<T>>();
  readonly #asideLines = new Map<KindLine<T>, Family<T>>();
  readonly #familyOf: (waitsFor: string) => Family<T>;
  #first: Place<T> | undefined;

  /** @param familyOf those that were given back under a name */
  constructor(
    families: Map<Chain | string, Family<T>>,
    lines: Lines<T, Family<T>>,
    passed: PassedKinds,
    familyOf: (waitsFor: string) => Family<T>,
  ) {
    this.#families = families;
    this.#lines = lines;
    this.#passed = passed;
    this.#familyOf = familyOf;
  }

  /** The oldest. */
  get first(): T | undefined {
    this.#first ??= this.#line()?.first;
    return this.#first?.waiter;
  }

  #line(): KindLine<T> | undefined {
    for (let family = this.#lines.best; family !== undefined; family = this.#lines.best) {
      const line = family.best!, { of } = family;
      if (this.#passed.hasAllOf(of)) {
        this.#lines.takeBest();
        this.#aside.add(family);
      } else if (this.#passed.hasSomeOf(of, line.labels)) {
        family.takeBest();
        this.#asideLines.set(line, family);
        this.#aside.add(family); // there may be nothing else in it
      } else {
        const waitsFor = this.#passed.nameFor(of, line.labels);
        if (waitsFor === undefined) return line;
        family.takeOut(line);
        this.#setAside(line, this.#familyOf(waitsFor));
        this.#aside.add(family);
      }
    }
    return undefined;
  }

  #setAside(line: KindLine<T>, family: Family<T>): void {
    for (const place of line.all()) family.add(place);
    this.#aside.add(family); // its lines count again when it is put back
  }

  /** Takes the instance that {@linkcode first} shows. */
  take(): void {
    if (this.#first !== undefined) this.#first.isLeft = true;
    this.#first = undefined;
  }

  /** Puts back what was passed over. */
  [Symbol.dispose](): void {
    for (const [line, family] of this.#asideLines) family.put(line);
    for (const family of this.#aside) {
      this.#families.set(family.of, family);
      this.#lines.put(family);
    }
  }
}

/** Kinds that are passed over. */
export class PassedKinds {
  /** Families from which nothing is taken. */
  readonly #whole = new Set<Chain | string>();
  /** Of others, the labels. */
  readonly #some = new Map<Chain | string, Set<string>>();
  /** The names under which those with values of labels are put. */
  readonly #byLabel: LabelKind[] = [];

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) {
      if ("label" in kind) this.#byLabel.push(kind);
      else if ("waitsFor" in kind) this.#whole.add(NAME + kind.waitsFor);
      else if (kind.labels === undefined) this.#whole.add(kind.chain);
      else {
        const some = this.#some.get(kind.chain) ?? new Set();
        this.#some.set(kind.chain, some.add(textOf(kind.labels)));
      }
    }
  }

  /** Whether all of a chain, or all that was given back under a name, is passed over. */
  hasAllOf(family: Chain | string): boolean {
    return this.#whole.has(family);
  }

  /** Whether those of a chain are that have these labels. */
  hasSomeOf(family: Chain | string, labels: string): boolean {
    return this.#some.get(family)?.has(labels) ?? false;
  }

  /** The name under which those of a chain with these labels are put; undefined: under none. */
  nameFor(family: Chain | string, labels: string): string | undefined {
    if (this.#byLabel.length === 0 || typeof family === "string") return undefined;
    const values: Instance["labels"] = JSON.parse(labels);
    return this.#byLabel.find(({ label: { name, value } }) =>
      Object.hasOwn(values, name) && values[name] === value
    )
      ?.waitsFor;
  }
}

/** Labels as they tell kinds apart. */
export function textOf(labels: Instance["labels"]): string {
  if (labels === NO_LABELS) return "{}";
  return JSON.stringify(labels);
}

function bySeq(a: { readonly seq: number }, b: { readonly seq: number }): number {
  return a.seq - b.seq;
}
