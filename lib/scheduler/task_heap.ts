import type { Invocation } from "./invocation.ts";

/** A rank beyond its first number: compared item by item, a shorter list first. */
export type RankTail = readonly number[];

const NO_TAIL: RankTail = [];

/** Memory for as many entries is kept once it has been needed. */
const KEPT = 64;

/**
 * The queued invocations of one lane, least (rank, tail, sequence) first. A heap of four children a node whose keys lie in
 * arrays of numbers, so that a comparison touches no object: with a million entries that is what a decision costs.
 *
 * An invocation that is cancelled while it waits stays where it is, told by its phase, until it comes to the top.
 */
export class TaskHeap {
  readonly #ranks = doubles();
  readonly #sequences = doubles();
  readonly #tasks: Invocation[] = [];
  /** Only allocated by policies that rank by lists. */
  #tails: RankTail[] | undefined;

  push(task: Invocation, rank: number, tail: RankTail | undefined): void {
    let hole = this.#tasks.length;
    if (tail !== undefined && this.#tails === undefined) this.#tails = new Array(hole).fill(NO_TAIL);
    const { sequence } = task;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (!this.#above(rank, tail, sequence, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, task, rank, tail, sequence);
  }

  /** The invocation to start next; call {@linkcode prune} first if some may have left. */
  get top(): Invocation {
    return this.#tasks[0]!;
  }

  /** Takes the top off. */
  pop(): void {
    this.#removeTop();
  }

  /** Drops invocations that have left the lane from the top. @param queued number of the others: nearly always all, and none is looked at */
  prune(queued: number): void {
    while (this.#tasks.length > queued && this.#tasks[0]!.phase !== "queued") this.#removeTop();
  }

  clear(): void {
    if (this.#tasks.length > 0) this.#truncate(0);
    this.#tails = undefined;
  }

  /** Whether this heap's top goes before another's; neither may be empty. */
  topBefore(other: TaskHeap): boolean {
    return other.#above(this.#ranks[0]!, this.#tails?.[0], this.#sequences[0]!, 0);
  }

  #above(rank: number, tail: RankTail | undefined, sequence: number, at: number): boolean {
    const other = this.#ranks[at]!;
    if (rank !== other) return rank < other;
    if (tail !== undefined || this.#tails !== undefined) {
      const order = compareTails(tail ?? NO_TAIL, this.#tails?.[at] ?? NO_TAIL);
      if (order !== 0) return order < 0;
    }
    return sequence < this.#sequences[at]!;
  }

  #removeTop(): void {
    const last = this.#tasks.length - 1;
    const task = this.#tasks[last]!;
    const rank = this.#ranks[last]!, sequence = this.#sequences[last]!;
    const tail = this.#tails?.[last];
    this.#dropLast();
    if (last === 0) return;
    let hole = 0;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= last) break;
      let least = first;
      const end = Math.min(first + 4, last);
      for (let child = first + 1; child < end; child++) if (this.#less(child, least)) least = child;
      if (this.#above(rank, tail, sequence, least)) break;
      this.#move(least, hole);
      hole = least;
    }
    this.#set(hole, task, rank, tail, sequence);
  }

  #less(a: number, b: number): boolean {
    const ranks = this.#ranks;
    if (ranks[a] !== ranks[b]) return ranks[a]! < ranks[b]!;
    if (this.#tails !== undefined) {
      const order = compareTails(this.#tails[a]!, this.#tails[b]!);
      if (order !== 0) return order < 0;
    }
    return this.#sequences[a]! < this.#sequences[b]!;
  }

  #move(from: number, to: number): void {
    this.#ranks[to] = this.#ranks[from]!;
    this.#sequences[to] = this.#sequences[from]!;
    this.#tasks[to] = this.#tasks[from]!;
    if (this.#tails) this.#tails[to] = this.#tails[from]!;
  }

  #set(at: number, task: Invocation, rank: number, tail: RankTail | undefined, sequence: number): void {
    this.#ranks[at] = rank;
    this.#sequences[at] = sequence;
    this.#tasks[at] = task;
    if (this.#tails) this.#tails[at] = tail ?? NO_TAIL;
  }

  /** Takes the last entry off: `pop` is fast but keeps the memory, which is given back at each half of a long heap. */
  #dropLast(): void {
    const length = this.#tasks.length - 1;
    if (length >= KEPT && (length & (length - 1)) === 0) return this.#truncate(length);
    this.#tasks.pop();
    this.#ranks.pop();
    this.#sequences.pop();
    this.#tails?.pop();
  }

  #truncate(length: number): void {
    this.#tasks.length = length;
    this.#ranks.length = length;
    this.#sequences.length = length;
    if (this.#tails) this.#tails.length = length;
  }
}

/** An empty array that keeps its numbers unboxed and together in memory, whole ones too. */
export function doubles(): number[] {
  const array = [0.5];
  array.length = 0;
  return array;
}

function compareTails(a: RankTail, b: RankTail): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
