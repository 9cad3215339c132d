/** A rank beyond its first number: compared item by item, a shorter list first. */
export type RankTail = readonly number[];

const NO_TAIL: RankTail = [];

/** Work that waits in a heap. */
export interface Waiting {
  /** Before all that came later, at the same rank: no two have the same. */
  readonly sequence: number;
  /** Other than `"queued"`: it has left. */
  readonly phase: string;
}

/** Memory for as many entries is kept once it has been needed. */
const KEPT = 64;

/**
 * The queued work of one lane, least (rank, tail, sequence) first. A heap of four children a node whose keys lie in
 * arrays of numbers, so that a comparison touches no object: with a million entries that is what a decision costs.
 *
 * While work comes in its order, as nearly all does that is not ranked, it waits in a line: a heap as well, but one from which
 * the top is taken without a look at the rest. A short line is no better than any other heap.
 *
 * Work that is cancelled while it waits stays where it is, told by its phase, until it comes to the top.
 */
export class TaskHeap<T extends Waiting> {
  /** The rank and the sequence of each, by turns. */
  #keys = doubles();
  #tasks: (T | undefined)[] = [];
  /** Only allocated by policies that rank by lists. */
  #tails: RankTail[] | undefined;
  #isLine = true;
  /** Where the top is: only in a line anything, which is over, is before it. */
  #first = 0;

  push(task: T, rank: number, tail: RankTail | undefined): void {
    let hole = this.#tasks.length;
    if (tail !== undefined && this.#tails === undefined) this.#tails = new Array(hole).fill(NO_TAIL);
    const { sequence } = task;
    if (this.#isLine && hole > this.#first && this.#above(rank, tail, sequence, hole - 1)) {
      this.#endLine();
      hole = this.#tasks.length;
    }
    while (hole > 0 && !this.#isLine) {
      const parent = (hole - 1) >> 2;
      if (!this.#above(rank, tail, sequence, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, task, rank, tail, sequence);
  }

  /** The work to start next; call {@linkcode prune} first if some may have left. */
  get top(): T {
    return this.#tasks[this.#first]!;
  }

  /** Takes the top off. */
  pop(): void {
    const last = this.#tasks.length - 1, first = this.#first;
    if (first === last) return this.#dropLast();
    if (!this.#isLine) return this.#removeTop();
    if (last - first < KEPT) {
      this.#endLine();
      return this.#removeTop();
    }
    this.#tasks[this.#first++] = undefined;
    if (2 * first > last) this.#moveUp();
  }

  #endLine(): void {
    this.#isLine = false;
    if (this.#first > 0) this.#moveUp();
  }

  /** Gives back the memory before the top. */
  #moveUp(): void {
    this.#tasks = this.#tasks.slice(this.#first);
    this.#keys = this.#keys.slice(2 * this.#first);
    this.#tails = this.#tails?.slice(this.#first);
    this.#first = 0;
  }

  /** Drops work that have left the lane from the top. @param queued number of the others: nearly always all, and none is looked at */
  prune(queued: number): void {
    while (this.#tasks.length - this.#first > queued && this.top.phase !== "queued") this.pop();
  }

  clear(): void {
    if (this.#tasks.length > this.#first) {
      this.#truncate(0);
      this.#first = 0;
    }
    this.#tails = undefined;
    this.#isLine = true;
  }

  /** Whether this heap's top goes before another's; neither may be empty. */
  topBefore(other: TaskHeap<Waiting>): boolean {
    const first = this.#first;
    return other.#above(
      this.#keys[2 * first]!,
      this.#tails?.[first],
      this.#keys[2 * first + 1]!,
      other.#first,
    );
  }

  /** Writes the rank and the sequence of the top; NaN for the latter if ranks are lists: then {@linkcode topBefore} tells. */
  writeTop(keys: number[], at: number): void {
    const first = 2 * this.#first;
    keys[at] = this.#keys[first]!;
    keys[at + 1] = this.#tails === undefined ? this.#keys[first + 1]! : NaN;
  }

  #above(rank: number, tail: RankTail | undefined, sequence: number, at: number): boolean {
    const other = this.#keys[2 * at]!;
    if (rank !== other) return rank < other;
    if (tail !== undefined || this.#tails !== undefined) {
      const order = compareTails(tail ?? NO_TAIL, this.#tails?.[at] ?? NO_TAIL);
      if (order !== 0) return order < 0;
    }
    return sequence < this.#keys[2 * at + 1]!;
  }

  #removeTop(): void {
    const last = this.#tasks.length - 1;
    const task = this.#tasks[last]!;
    const rank = this.#keys[2 * last]!, sequence = this.#keys[2 * last + 1]!;
    const tail = this.#tails?.[last];
    this.#dropLast();
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
    const keys = this.#keys;
    if (keys[2 * a] !== keys[2 * b]) return keys[2 * a]! < keys[2 * b]!;
    if (this.#tails !== undefined) {
      const order = compareTails(this.#tails[a]!, this.#tails[b]!);
      if (order !== 0) return order < 0;
    }
    return keys[2 * a + 1]! < keys[2 * b + 1]!;
  }

  #move(from: number, to: number): void {
    const keys = this.#keys;
    keys[2 * to] = keys[2 * from]!;
    keys[2 * to + 1] = keys[2 * from + 1]!;
    this.#tasks[to] = this.#tasks[from]!;
    if (this.#tails) this.#tails[to] = this.#tails[from]!;
  }

  #set(at: number, task: T | undefined, rank: number, tail: RankTail | undefined, sequence: number): void {
    this.#keys[2 * at] = rank;
    this.#keys[2 * at + 1] = sequence;
    this.#tasks[at] = task;
    if (this.#tails) this.#tails[at] = tail ?? NO_TAIL;
  }

  /** Takes the last entry off: `pop` is fast but keeps the memory, which is given back at each half of a long heap. */
  #dropLast(): void {
    const length = this.#tasks.length - 1;
    if (length >= KEPT && (length & (length - 1)) === 0) return this.#truncate(length);
    this.#tasks.pop();
    this.#keys.pop();
    this.#keys.pop();
    this.#tails?.pop();
  }

  #truncate(length: number): void {
    this.#tasks.length = length;
    this.#keys.length = 2 * length;
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
