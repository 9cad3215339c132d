import TinyQueue from "tinyqueue";

/** Room for the first rows. */
const FIRST_ROOM = 256;
/** A row that is gone, one that waits, and one that was taken out as it was due. */
const GONE = 0, WAITING = 1, TAKEN = 2;

/** A delayed message: where it stands, and when it is due, in milliseconds since 1970. */
export interface DelayedRow {
  readonly offset: number;
  readonly dueAtMs: number;
}

/**
 * The delayed messages of a partition, without what they bring: about 60 bytes each, so that a million can be
 * known. They are found by offset, by id, and in the order in which they are due.
 */
export class DelayedIndex {
  /** Rows, by ascending offsets; some may be gone. */
  #offsets = new Float64Array(FIRST_ROOM);
  #dues = new Float64Array(FIRST_ROOM);
  #hashes = new Float64Array(FIRST_ROOM);
  #states = new Uint8Array(FIRST_ROOM);
  #rows = 0;
  #live = 0;
  /** A binary heap of rows that wait, the next one first; some may be gone. */
  #heap = new Uint32Array(FIRST_ROOM);
  #heapSize = 0;
  /** Rows by the hashes of their ids, counted from 1, with open addressing; some may be gone. */
  #table = new Uint32Array(2 * FIRST_ROOM);

  /** Number of delayed messages. */
  get size(): number {
    return this.#live;
  }

  /** When the next one is due, in milliseconds since 1970; Infinity: none waits. */
  get nextMs(): number {
    const row = this.#first();
    return row === undefined ? Infinity : this.#dues[row]!;
  }

  /** Adds a message. Offsets ascend; one that is not behind the last is passed over. */
  add(id: string, offset: number, dueAtMs: number): void {
    if (this.#rows > 0 && offset <= this.#offsets[this.#rows - 1]!) return;
    if (this.#rows === this.#offsets.length) this.#rebuild();
    const row = this.#rows++;
    this.#offsets[row] = offset;
    this.#dues[row] = dueAtMs;
    this.#hashes[row] = hashOf(id);
    this.#states[row] = WAITING;
    this.#live++;
    this.#enter(row);
    this.#push(row);
  }

  /** Whether a message is known that stands at an offset. */
  has(offset: number): boolean {
    return this.#find(offset) !== undefined;
  }

  /** When the message at an offset is due, in milliseconds since 1970; undefined: it is not known. */
  dueAt(offset: number): number | undefined {
    const row = this.#find(offset);
    return row === undefined ? undefined : this.#dues[row];
  }

  /** Forgets a message. @returns whether it was known */
  remove(offset: number): boolean {
    const row = this.#find(offset);
    if (row === undefined) return false;
    this.#states[row] = GONE;
    this.#live--;
    return true;
  }

  /** Where messages may stand that bring an id: others may have the same hash. */
  at(id: string): number[] {
    const hash = hashOf(id), found: number[] = [], mask = this.#table.length - 1;
    for (let slot = hash & mask; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const row = this.#table[slot]! - 1;
      if (this.#hashes[row] === hash && this.#states[row] !== GONE) found.push(this.#offsets[row]!);
    }
    return found;
  }

  /** The offsets of all, ascending. Whatever is added or removed meanwhile may be missed. */
  offsets(): Float64Array {
    let count = 0;
    const all = new Float64Array(this.#live);
    for (let row = 0; row < this.#rows; row++) {
      if (this.#states[row] !== GONE) all[count++] = this.#offsets[row]!;
    }
    return all;
  }

  /** Takes those out of the order that are due by an instant, the first ones first; they stay known until they are removed. */
  take(nowMs: number, max: number): DelayedRow[] {
    const taken: DelayedRow[] = [];
    for (let row = this.#first(); row !== undefined && taken.length < max; row = this.#first()) {
      if (this.#dues[row]! > nowMs) break;
      this.#states[row] = TAKEN;
      this.#pop();
      taken.push({ offset: this.#offsets[row]!, dueAtMs: this.#dues[row]! });
    }
    return taken;
  }

  /** Those that wait and are due next, before an instant; in no order. */
  soonest(beforeMs: number, max: number): DelayedRow[] {
    const found: DelayedRow[] = [];
    const rowAt = (place: number) => this.#heap[place]!;
    const open = new TinyQueue([0], (a, b) => this.#isBefore(rowAt(a), rowAt(b)) ? -1 : 1); // places in the heap
    while (found.length < max) {
      const place = open.pop();
      if (place === undefined || place >= this.#heapSize) break;
      const row = rowAt(place);
      if (this.#dues[row]! >= beforeMs) break;
      if (this.#states[row] === WAITING) {
        found.push({ offset: this.#offsets[row]!, dueAtMs: this.#dues[row]! });
      }
      for (const below of [2 * place + 1, 2 * place + 2]) {
        if (below < this.#heapSize) open.push(below);
      }
    }
    return found;
  }

  #find(offset: number): number | undefined {
    let low = 0, high = this.#rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.#rows && this.#offsets[low] === offset && this.#states[low] !== GONE ? low : undefined;
  }

  #enter(row: number): void {
    const mask = this.#table.length - 1;
    let slot = this.#hashes[row]! & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = row + 1;
  }

  /** Keeps what is not gone, with room for half as much again. */
  #rebuild(): void {
    const [offsets, dues, hashes, states] = [this.#offsets, this.#dues, this.#hashes, this.#states];
    const rows = this.#rows, room = FIRST_ROOM + Math.ceil(1.5 * this.#live);
    this.#offsets = new Float64Array(room);
    this.#dues = new Float64Array(room);
    this.#hashes = new Float64Array(room);
    this.#states = new Uint8Array(room);
    this.#heap = new Uint32Array(room);
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(2 * room)));
    this.#rows = this.#heapSize = 0;
    for (let from = 0; from < rows; from++) {
      if (states[from] === GONE) continue;
      const row = this.#rows++;
      this.#offsets[row] = offsets[from]!;
      this.#dues[row] = dues[from]!;
      this.#hashes[row] = hashes[from]!;
      this.#states[row] = states[from]!;
      this.#enter(row);
      if (states[from] === WAITING) this.#push(row);
    }
  }

  /** The row that is due next. */
  #first(): number | undefined {
    while (this.#heapSize > 0 && this.#states[this.#heap[0]!] !== WAITING) this.#pop();
    return this.#heapSize > 0 ? this.#heap[0] : undefined;
  }

  #isBefore(a: number, b: number): boolean {
    return this.#dues[a]! < this.#dues[b]! || (this.#dues[a] === this.#dues[b] && a < b);
  }

  #push(row: number): void {
    let at = this.#heapSize++;
    for (
      let above = (at - 1) >> 1;
      at > 0 && this.#isBefore(row, this.#heap[above]!);
      above = (at - 1) >> 1
    ) {
      this.#heap[at] = this.#heap[above]!;
      at = above;
    }
    this.#heap[at] = row;
  }

  #pop(): void {
    const row = this.#heap[--this.#heapSize]!;
    let at = 0;
    for (let below = 1; below < this.#heapSize; below = 2 * at + 1) {
      if (below + 1 < this.#heapSize && this.#isBefore(this.#heap[below + 1]!, this.#heap[below]!)) below++;
      if (!this.#isBefore(this.#heap[below]!, row)) break;
      this.#heap[at] = this.#heap[below]!;
      at = below;
    }
    if (this.#heapSize > 0) this.#heap[at] = row;
  }
}

/** 53 bits that differ for nearly all ids: two hashes of 32 bits, after FNV-1a, mixed. */
function hashOf(id: string): number {
  let a = 0x811c9dc5, b = 0x2c1b3c6d;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (b >>> 15), 0x2c1b3c6d);
  b = Math.imul(b ^ (a >>> 13), 0x297a2d39);
  return (b >>> 11) * 2 ** 32 + ((a ^ (a >>> 16)) >>> 0);
}
