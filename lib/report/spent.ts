import type { EndEvent } from "./events.ts";
import type { CallTally } from "./tallies.ts";

/** Parts of an instance's attempts are kept one by one up to this number; of more, those of each sum are added up. */
const MOST_PARTS = 32;

/** The most lost instances that are remembered, for calls of theirs that end after them; the earliest is forgotten. */
const MOST_LOST = 10_000;

/** An instance under way, as far as its attempts go. */
export interface Spender {
  /** The instance that called it. */
  readonly parent: string | undefined;
  /** Its attempts so far; undefined: there are none. */
  spent: Spent | undefined;
}

/** Keeps attempts until it is known whether they were made for nothing, as their instance is lost, or one that called it. */
export class Spending {
  readonly #lost = new RecentlyLost();

  /** Adds an attempt, which some sums count. @returns whether its instance is lost already */
  attempt(
    instance: string,
    open: Spender | undefined,
    tallies: readonly CallTally[],
    startUs: number,
    us: number,
  ): boolean {
    const isLost = this.#lost.has(instance, startUs);
    if (isLost) { for (const tally of tallies) tally.waste(1, us); }
    else if (open !== undefined) (open.spent ??= new Spent()).add(tallies, us);
    return isLost;
  }

  /** Ends an instance. @param caller the one that called it, if that is under way @returns what turns out to be wasted */
  end(
    { instance, outcome }: EndEvent,
    { parent, spent }: Spender,
    caller: Spender | undefined,
    atUs: number,
  ): Spent | undefined {
    const isLost = outcome !== "completed";
    if (isLost) this.#lost.add(instance, atUs);
    if (spent === undefined) return undefined;
    if (isLost || parent !== undefined && this.#lost.has(parent)) {
      spent.waste();
      return spent;
    }
    if (caller !== undefined) (caller.spent ??= new Spent()).join(spent);
    return undefined;
  }
}

/** Some attempts that a sum counts, and the time that they took together, in microseconds. */
interface Part {
  readonly tally: CallTally;
  readonly calls: number;
  readonly us: number;
}

/** Attempts of one instance under way, and of the completed ones that it called, by the sums that count them. */
export class Spent {
  /** All of them. */
  calls = 0;
  /** The time that they took together, in microseconds. */
  us = 0;
  #parts: Part[] = [];
  #most = MOST_PARTS;

  /** Adds an attempt, which all of some sums count. @param us the time that it took, in microseconds */
  add(tallies: readonly CallTally[], us: number): void {
    this.calls++;
    this.us += us;
    for (let i = 0; i < tallies.length; i++) this.#keep({ tally: tallies[i]!, calls: 1, us });
  }

  /** Adds those of an instance that this one called. */
  join(other: Spent): void {
    this.calls += other.calls;
    this.us += other.us;
    for (const part of other.#parts) this.#keep(part);
  }

  #keep(part: Part): void {
    if (this.#parts.length >= this.#most) this.#addUp();
    this.#parts.push(part);
  }

  #addUp(): void {
    const sums = new Map<CallTally, Part>();
    for (const { tally, calls, us } of this.#parts) {
      const sum = sums.get(tally);
      sums.set(tally, { tally, calls: calls + (sum?.calls ?? 0), us: us + (sum?.us ?? 0) });
    }
    this.#parts = [...sums.values()];
    this.#most = Math.max(MOST_PARTS, 2 * sums.size);
  }

  /** Counts them as wasted: the instance is lost. */
  waste(): void {
    for (const { tally, calls, us } of this.#parts) tally.waste(calls, us);
  }
}

/** The instances that were lost last, and the times of that, in microseconds. */
class RecentlyLost {
  readonly #atUs = new Map<string, number>();

  add(instance: string, atUs: number): void {
    this.#atUs.delete(instance);
    this.#atUs.set(instance, atUs);
    if (this.#atUs.size > MOST_LOST) this.#atUs.delete(this.#atUs.keys().next().value!);
  }

  /** Whether an instance was lost at an instant or later. */
  has(instance: string, fromUs = -Infinity): boolean {
    if (this.#atUs.size === 0) return false;
    return (this.#atUs.get(instance) ?? -Infinity) >= fromUs && this.#atUs.has(instance);
  }
}
