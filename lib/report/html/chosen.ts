import TinyQueue from "tinyqueue";
import type { AttemptEvent, FunctionRunEvent, SubmitEvent } from "../events.ts";

/** The most instances of each kind that are kept: the slowest, some of the lost, and a sample of the others. */
const MOST_SLOWEST = 100, MOST_LOST = 150, MOST_SAMPLED = 250;
/** The most attempts of one instance that are kept. */
const MOST_CALLS = 1000;
/** The most attempts of instances under way that are kept, together; later ones of theirs are not. */
const MOST_HELD = 200_000;

/** An instance under way, and its attempts. */
export interface Watched {
  readonly id: string;
  readonly chain: string;
  readonly submit: SubmitEvent | undefined;
  readonly calls: AttemptEvent[];
  readonly told: FunctionRunEvent[];
  isCut: boolean;
}

/** An instance that ended, or that the log left. */
export interface Ended extends Watched {
  readonly outcome: string;
  readonly reason: string | undefined;
  readonly endedAtMs: number | null;
  /** Infinity: never; NaN: not known. */
  readonly chainMs: number;
}

/** An instance, and its rank among those that are kept. */
interface Ranked {
  readonly rank: number;
  readonly instance: Ended;
}

/** Keeps the instances of the greatest ranks. */
class Best {
  readonly #heap = new TinyQueue<Ranked>([], (a, b) => a.rank - b.rank);

  constructor(readonly most: number) {}

  /** @returns the instance that is not kept, if one is not */
  add(rank: number, instance: Ended): Ended | undefined {
    this.#heap.push({ rank, instance });
    return this.#heap.length > this.most ? this.#heap.pop()!.instance : undefined;
  }

  /** The greatest rank first. */
  list(): Ended[] {
    return [...this.#heap.data].sort((a, b) => b.rank - a.rank).map(({ instance }) => instance);
  }
}

/**
 * Chooses the instances that a page shows one by one, as they end: the 100 slowest, 150 of those that did not complete, and 250 of
 * all others; which ones depends on their ids alone, so that a log gives the same page always. The attempts of an instance
 * are held until it ends, 200,000 together at most.
 */
export class Chosen {
  readonly #slowest = new Best(MOST_SLOWEST);
  readonly #lost = new Best(MOST_LOST);
  readonly #sampled = new Best(MOST_SAMPLED);
  #held = 0;

  /** Adds an attempt to an instance under way. */
  attempt(watched: Watched, event: AttemptEvent): void {
    if (watched.calls.length >= MOST_CALLS || this.#held >= MOST_HELD) watched.isCut = true;
    else {
      watched.calls.push(event);
      this.#held++;
    }
  }

  /** Adds the times that a function told to an instance under way. */
  functionRun(watched: Watched, event: FunctionRunEvent): void {
    if (watched.told.length < watched.calls.length) watched.told.push(event);
  }

  /** An instance has ended, or never will; it is kept or forgotten. */
  end(instance: Ended): void {
    this.#held -= instance.calls.length;
    if (instance.outcome !== "completed") {
      this.#lost.add(hash(instance.id), instance);
      return;
    }
    const faster = Number.isNaN(instance.chainMs) ? instance : this.#slowest.add(instance.chainMs, instance);
    if (faster !== undefined) this.#sampled.add(hash(faster.id), faster);
  }

  /** The chosen instances: first the slowest, then the lost, then the others. */
  list(): { readonly why: "slowest" | "lost" | "sample"; readonly instance: Ended }[] {
    return [
      ...this.#slowest.list().map((instance) => ({ why: "slowest" as const, instance })),
      ...this.#lost.list().map((instance) => ({ why: "lost" as const, instance })),
      ...this.#sampled.list().map((instance) => ({ why: "sample" as const, instance })),
    ];
  }
}

/** A number that looks like chance: FNV-1a (Fowler, Noll, Vo), with a last mixing of its bits. */
function hash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
