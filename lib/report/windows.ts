/** The length of a window at first, in microseconds. */
const WINDOW_US = 1_000_000;
/** Even, as they are merged in pairs. */
const MOST_WINDOWS = 400;

/** The record of one group, by window. */
class Rows {
  /** The service that it received: microseconds that its attempts ran, or their number. */
  readonly work = new Float64Array(MOST_WINDOWS);
  /** Microseconds for which it waited. */
  readonly waiting = new Float64Array(MOST_WINDOWS);
  /** 1: it was refused for good. */
  readonly refused = new Uint8Array(MOST_WINDOWS);

  copy(): Rows {
    const copy = new Rows();
    copy.work.set(this.work);
    copy.waiting.set(this.waiting);
    copy.refused.set(this.refused);
    return copy;
  }
}

/**
 * The windows of a run: the work that each group (a chain, or a tenant) had done in them, and whether the group wanted more.
 *
 * They take 7 KB for each group, however long the run is: a window is a second, and when there would be more than 400, pairs of
 * them become one. All is summed up exactly, so the result depends neither on when pairs were merged nor on the order of the
 * events.
 */
export class Windows {
  readonly #fromUs: number;
  #sizeUs = WINDOW_US;
  #groups: Rows[] = [];

  /** @param fromUs the start of the first window; what happens before it is left out */
  constructor(fromUs: number) {
    this.#fromUs = fromUs;
  }

  /** The same windows, to which more can be added. */
  copy(): Windows {
    const copy = new Windows(this.#fromUs);
    copy.#sizeUs = this.#sizeUs;
    copy.#groups = this.#groups.map((rows) => rows.copy());
    return copy;
  }

  /** The number of windows, if the run ends at `toUs`. The last window ends with it. */
  count(toUs: number): number {
    this.#reach(toUs);
    return Math.ceil((toUs - this.#fromUs) / this.#sizeUs);
  }

  /** The length of all windows but the last, in microseconds. */
  get sizeUs(): number {
    return this.#sizeUs;
  }

  /** The length of a window, in microseconds. */
  lengthUs(window: number, toUs: number): number {
    return Math.min(this.#sizeUs, toUs - this.#fromUs - window * this.#sizeUs);
  }

  /** The service that a group received in a window. */
  workOf(window: number, group: number): number {
    return this.#rows(group).work[window]!;
  }

  /** Whether a group waited for at least half of a window, or was refused in it for good. */
  isWanting(window: number, group: number, toUs: number): boolean {
    const { refused, waiting } = this.#rows(group);
    return refused[window] === 1 || 2 * waiting[window]! >= this.lengthUs(window, toUs);
  }

  /** An attempt of the group ran from `startUs` to `endUs`: its time is work. */
  work(group: number, startUs: number, endUs: number): void {
    this.#reach(endUs);
    this.#spread(this.#rows(group).work, startUs, endUs);
  }

  /** An attempt of the group started then: the attempt itself is work, however long it took. */
  call(group: number, atUs: number): void {
    const window = this.#windowAt(atUs);
    if (atUs >= this.#fromUs) this.#rows(group).work[window]!++;
  }

  /** The group waited from `fromUs` to `toUs`. Segments that are told of one group do not overlap. */
  wait(group: number, fromUs: number, toUs: number): void {
    this.#reach(toUs);
    this.#spread(this.#rows(group).waiting, fromUs, toUs);
  }

  /** The group was refused, and is not tried again: it wanted more in all of that window. */
  refuse(group: number, atUs: number): void {
    const window = this.#windowAt(atUs);
    this.#rows(group).refused[window] = 1;
  }

  /** The memory that they take. */
  get bytes(): number {
    return this.#groups.length * MOST_WINDOWS * (8 + 8 + 1);
  }

  #windowAt(atUs: number): number {
    this.#reach(atUs + 1);
    return Math.max(0, Math.floor((atUs - this.#fromUs) / this.#sizeUs));
  }

  #spread(row: Float64Array, startUs: number, endUs: number): void {
    const size = this.#sizeUs, end = endUs - this.#fromUs;
    let at = Math.max(0, startUs - this.#fromUs);
    for (let w = Math.floor(at / size); at < end; w++) {
      const next = Math.min(end, (w + 1) * size);
      row[w]! += next - at;
      at = next;
    }
  }

  #rows(group: number): Rows {
    while (this.#groups.length <= group) this.#groups.push(new Rows());
    return this.#groups[group]!;
  }

  #reach(toUs: number): void {
    while (toUs - this.#fromUs > MOST_WINDOWS * this.#sizeUs) {
      this.#groups.forEach(mergePairs);
      this.#sizeUs *= 2;
    }
  }
}

function mergePairs({ work, waiting, refused }: Rows): void {
  const half = MOST_WINDOWS / 2;
  for (let w = 0; w < half; w++) {
    work[w] = work[2 * w]! + work[2 * w + 1]!;
    waiting[w] = waiting[2 * w]! + waiting[2 * w + 1]!;
    refused[w] = refused[2 * w]! | refused[2 * w + 1]!;
  }
  for (const row of [work, waiting, refused]) row.fill(0, half);
}
