/** The arrays that columns are made of. */
export type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/**
 * A list of numbers that grows, without an object per number: a run may have tens of millions of attempts. It takes the
 * element's size for each, and half as much again at most while it grows.
 */
export class Column<T extends Numbers> {
  readonly #make: (length: number) => T;
  #data: T;
  #length = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#data = make(256);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = this.#make(Math.ceil(this.#length * 1.5));
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  /** The numbers so far: a view, valid until the next push. */
  view(): T {
    return this.#data.subarray(0, this.#length) as T;
  }
}

/** A column of any numbers. */
export function numbers(): Column<Float64Array<ArrayBuffer>> {
  return new Column((length) => new Float64Array(length));
}

/** A column of indices. */
export function indices(): Column<Uint32Array<ArrayBuffer>> {
  return new Column((length) => new Uint32Array(length));
}

/** A column of flags. */
export function flags(): Column<Uint8Array<ArrayBuffer>> {
  return new Column((length) => new Uint8Array(length));
}

/** Gives names numbers, in the order in which they come. */
export class Names {
  readonly #numbers = new Map<string, number>();

  get length(): number {
    return this.#numbers.size;
  }

  number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, number = this.#numbers.size);
    return number;
  }

  list(): string[] {
    return [...this.#numbers.keys()];
  }
}

/** The row numbers 0 … length − 1. */
export function allRows(length: number): Uint32Array {
  return new Uint32Array(length).map((_, i) => i);
}

/** The row numbers of each group, ascending, by a counting sort. */
export function rowsByGroup(group: Uint32Array, groups: number): Uint32Array[] {
  const sizes = new Uint32Array(groups);
  for (const g of group) sizes[g]!++;
  const rows = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(groups);
  for (let i = 0; i < group.length; i++) {
    const g = group[i]!;
    rows[g]![filled[g]!++] = i;
  }
  return rows;
}
