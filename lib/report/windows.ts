/** The instants of a window at which it is recorded whether a chain waits: the bits of a word. */
const INSTANTS = 32;
const ALL = 0xffffffff;
/** The length of a window at first, in microseconds. */
const WINDOW_US = 1_000_000;
/** Even, as they are merged in pairs. */
const MOST_WINDOWS = 400;

/** The record of one chain, by window. */
class Rows {
  /** Microseconds that its attempts ran. */
  readonly work = new Float64Array(MOST_WINDOWS);
  /** A bit for each instant at which it waited; the lowest is the window's start. */
  readonly waiting = new Uint32Array(MOST_WINDOWS);
  /** 1: it was refused. */
  readonly refused = new Uint8Array(MOST_WINDOWS);
}

/**
 * The windows of a run: the work that each chain had done in them, and whether the chain wanted more.
 *
 * They take 5 KiB for each chain, however long the run is: a window is a second, and when there would be more than 400, pairs
 * of them become one. The instants of a pair's window are every second one of theirs, so the result depends neither on when
 * pairs were merged nor on the order of the events.
 */
export class Windows {
  readonly #fromUs: number;
  #sizeUs = WINDOW_US;
  readonly #chains: Rows[] = [];

  /** @param fromUs the start of the first window; work before it is left out */
  constructor(fromUs: number) {
    this.#fromUs = fromUs;
  }

  /** The number of windows, if the run ends at `toUs`. The last window ends with it. */
  count(toUs: number): number {
    this.#reach(toUs);
    return Math.ceil((toUs - this.#fromUs) / this.#sizeUs);
  }

  /** The length of a window, in microseconds. */
  lengthUs(window: number, toUs: number): number {
    return Math.min(this.#sizeUs, toUs - this.#fromUs - window * this.#sizeUs);
  }

  /** The time that the attempts of a chain ran in a window, summed up, in microseconds. */
  workOf(window: number, chain: number): number {
    return this.#rows(chain).work[window]!;
  }

  /** Whether a chain was refused in a window, or waited at half of its instants. */
  isWanting(window: number, chain: number, toUs: number): boolean {
    const { refused, waiting } = this.#rows(chain);
    const instants = Math.ceil(this.lengthUs(window, toUs) / (this.#sizeUs / INSTANTS));
    return refused[window] === 1 || 2 * bits(waiting[window]!) >= instants;
  }

  /** Records that an attempt of the chain ran from `startUs` to `endUs`. */
  work(chain: number, startUs: number, endUs: number): void {
    this.#reach(endUs);
    const { work } = this.#rows(chain), size = this.#sizeUs, end = endUs - this.#fromUs;
    let at = Math.max(0, startUs - this.#fromUs);
    for (let w = Math.floor(at / size); at < end; w++) {
      const next = Math.min(end, (w + 1) * size);
      work[w]! += next - at;
      at = next;
    }
  }

  /** The chain waited from `startUs` on, until `endUs`. */
  wait(chain: number, startUs: number, endUs: number): void {
    this.#reach(endUs);
    const instantUs = this.#sizeUs / INSTANTS;
    const from = Math.ceil(Math.max(0, startUs - this.#fromUs) / instantUs);
    const to = Math.ceil((endUs - this.#fromUs) / instantUs);
    if (to <= from) return;
    const { waiting } = this.#rows(chain);
    const first = from >>> 5, last = to >>> 5; // INSTANTS is 2⁵
    if (first === last) {
      waiting[first]! |= lowBits(to & 31) & ~lowBits(from & 31);
      return;
    }
    waiting[first]! |= ~lowBits(from & 31);
    if (last > first + 1) waiting.fill(ALL, first + 1, last);
    if ((to & 31) !== 0) waiting[last]! |= lowBits(to & 31);
  }

  /** The chain was refused: it wants more in all of that window. */
  refuse(chain: number, atUs: number): void {
    this.#reach(atUs + 1);
    this.#rows(chain).refused[Math.max(0, Math.floor((atUs - this.#fromUs) / this.#sizeUs))] = 1;
  }

  /** The memory that they take. */
  get bytes(): number {
    return this.#chains.length * MOST_WINDOWS * (8 + 4 + 1);
  }

  #rows(chain: number): Rows {
    while (this.#chains.length <= chain) this.#chains.push(new Rows());
    return this.#chains[chain]!;
  }

  #reach(toUs: number): void {
    while (toUs - this.#fromUs > MOST_WINDOWS * this.#sizeUs) {
      this.#chains.forEach(mergePairs);
      this.#sizeUs *= 2;
    }
  }
}

function mergePairs({ work, waiting, refused }: Rows): void {
  const half = MOST_WINDOWS / 2;
  for (let w = 0; w < half; w++) {
    work[w] = work[2 * w]! + work[2 * w + 1]!;
    waiting[w] = evenBits(waiting[2 * w]!) | (evenBits(waiting[2 * w + 1]!) << (INSTANTS / 2));
    refused[w] = refused[2 * w]! | refused[2 * w + 1]!;
  }
  for (const row of [work, waiting, refused]) row.fill(0, half);
}

/** A word whose lowest `count` bits are set, up to 31. */
function lowBits(count: number): number {
  return (1 << count) - 1;
}

/** The number of bits that are set (Kernighan). */
function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The bits 0, 2, 4, … moved together: the inverse of a Morton code's interleaving. */
function evenBits(value: number): number {
  let x = value & 0x55555555;
  x = (x | (x >>> 1)) & 0x33333333;
  x = (x | (x >>> 2)) & 0x0f0f0f0f;
  x = (x | (x >>> 4)) & 0x00ff00ff;
  return (x | (x >>> 8)) & 0xffff;
}
