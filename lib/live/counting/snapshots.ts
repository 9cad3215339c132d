import { numbersBy } from "./columns.ts";

/** Most snapshots: one a second for a minute, and one that is older. */
const MOST = 62;

/** Some counters at one instant, in milliseconds. */
export type Snapshot<Name extends string> = Readonly<Record<Name, number>> & { readonly atMs: number };

/** Counters as they were at the instants of the last minute. */
export class Snapshots<Name extends string> {
  readonly #names: readonly Name[];
  /** Oldest first. */
  readonly #all: Snapshot<Name>[] = [];

  constructor(names: readonly Name[], nowMs: number) {
    this.#names = names;
    this.#take(numbersBy(names, () => 0), nowMs);
  }

  /** When the last one was taken. */
  get latestMs(): number {
    return this.#all.at(-1)!.atMs;
  }

  /** Notes the counters at an instant. */
  add(counters: Readonly<Record<Name, number>>, nowMs: number): void {
    if (nowMs <= this.latestMs) return;
    this.#take(counters, nowMs);
    if (this.#all.length > MOST) this.#all.shift();
  }

  /** The counters at an instant, or as shortly before it as is known; the oldest that are, if all are later. */
  at(atMs: number): Snapshot<Name> {
    let found = this.#all[0]!;
    for (const each of this.#all) {
      if (each.atMs > atMs) break;
      found = each;
    }
    return found;
  }

  #take(counters: Readonly<Record<Name, number>>, atMs: number): void {
    this.#all.push({ ...numbersBy(this.#names, (name) => counters[name]), atMs });
  }
}
