/** An interval of time, in microseconds. */
export type Interval = readonly [fromUs: number, toUs: number];

/**
 * The time that is covered by some of the intervals, as segments that neither overlap nor touch, in their order.
 *
 * @param froms the starts of the intervals, sorted in place @param tos their ends, as many, sorted in place
 */
export function* unionOf(froms: Float64Array, tos: Float64Array): Generator<Interval> {
  froms.sort();
  tos.sort();
  let open = 0, ended = 0, fromUs = 0;
  for (const startUs of froms) {
    for (; open > 0 && tos[ended]! < startUs; ended++) {
      if (--open === 0) yield [fromUs, tos[ended]!];
    }
    if (open++ === 0) fromUs = startUs;
  }
  if (open > 0) yield [fromUs, tos.at(-1)!];
}

/** The same of intervals that come one by one, in any order: fast if they come about in the order of their ends. */
export class Waits {
  #froms: number[] = [];
  #tos: number[] = [];

  /** The same segments, to which more can be added. */
  copy(): Waits {
    const copy = new Waits();
    copy.#froms = [...this.#froms];
    copy.#tos = [...this.#tos];
    return copy;
  }

  /** Adds an interval; one without a length is none. */
  add(fromUs: number, toUs: number): void {
    if (!(toUs > fromUs)) return;
    const froms = this.#froms, tos = this.#tos;
    let first = tos.length, after = froms.length;
    while (first > 0 && tos[first - 1]! >= fromUs) first--;
    while (after > first && froms[after - 1]! > toUs) after--;
    const from = first < after ? Math.min(fromUs, froms[first]!) : fromUs;
    const to = first < after ? Math.max(toUs, tos[after - 1]!) : toUs;
    if (after === first + 1) { // as nearly always
      froms[first] = from;
      tos[first] = to;
    } else {
      froms.splice(first, after - first, from);
      tos.splice(first, after - first, to);
    }
  }

  /** The number of segments. */
  get size(): number {
    return this.#froms.length;
  }

  /** The segments, in their order. */
  *segments(): Generator<Interval> {
    for (let i = 0; i < this.#froms.length; i++) yield [this.#froms[i]!, this.#tos[i]!];
  }

  /** Takes the oldest segments out. */
  take(count: number): Interval[] {
    const froms = this.#froms.splice(0, count), tos = this.#tos.splice(0, count);
    return froms.map((fromUs, i) => [fromUs, tos[i]!]);
  }
}
