/** The classes in which times are counted: each is 2^(1/32), about 2 %, wider than the one below it. */
const PER_OCTAVE = 32;
/** The lower end of the first class, in milliseconds, as a power of two; shorter times count in it. */
const LOWEST = -4;
/** The last class ends at 2^30 ms, 12 days; longer times count in it. */
const CLASSES = (30 - LOWEST) * PER_OCTAVE;
/** Classes of a row of the heat map. */
const PER_ROW = 8;
const ROWS = CLASSES / PER_ROW;
/** Even, as they are merged in pairs. */
const MOST_COLUMNS = 160;
const LEAST_COLUMN_US = 1000;

/** The class of a time in milliseconds. */
export function classOf(ms: number): number {
  return Math.min(CLASSES - 1, Math.max(0, Math.floor((Math.log2(ms) - LOWEST) * PER_OCTAVE)));
}

/** Counts times in classes, and those that never came about. Takes 4.4 KB. */
export class TimeCounts {
  readonly #counts = new Uint32Array(CLASSES);
  #total = 0;

  /** @param ms Infinity: never */
  add(ms: number): void {
    this.#total++;
    if (ms < Infinity) this.#counts[classOf(ms)]!++;
  }

  get total(): number {
    return this.#total;
  }

  /** The classes that have times, ascending: class, count, class, count, … */
  pairs(): number[] {
    const pairs: number[] = [];
    this.#counts.forEach((count, at) => count > 0 && pairs.push(at, count));
    return pairs;
  }
}

/**
 * Counts times by when they began and how long they took. Takes 92 KB, however long the run is: when there would be more than 160
 * columns, pairs of them become one.
 */
export class HeatMap {
  #columnUs = LEAST_COLUMN_US;
  /** Column by column; the last row of each is for those that never came about. */
  readonly #cells = new Uint32Array(MOST_COLUMNS * (ROWS + 1));

  /** The length of a column, in microseconds. */
  get columnUs(): number {
    return this.#columnUs;
  }

  /** @param ms Infinity: never */
  add(atUs: number, ms: number): void {
    const at = Math.max(0, atUs);
    while (at >= MOST_COLUMNS * this.#columnUs) this.#mergePairs();
    const row = ms < Infinity ? Math.floor(classOf(ms) / PER_ROW) : ROWS;
    this.#cells[Math.floor(at / this.#columnUs) * (ROWS + 1) + row]!++;
  }

  /** The cells that have times: column, row (-1: never), count, … */
  cells(): number[] {
    const cells: number[] = [];
    this.#cells.forEach((count, at) => {
      const row = at % (ROWS + 1);
      if (count > 0) cells.push(Math.floor(at / (ROWS + 1)), row === ROWS ? -1 : row, count);
    });
    return cells;
  }

  #mergePairs(): void {
    const rows = ROWS + 1, cells = this.#cells;
    for (let column = 0; column < MOST_COLUMNS / 2; column++) {
      for (let row = 0; row < rows; row++) {
        cells[column * rows + row] = cells[2 * column * rows + row]! + cells[(2 * column + 1) * rows + row]!;
      }
    }
    cells.fill(0, MOST_COLUMNS / 2 * rows);
    this.#columnUs *= 2;
  }
}
