import type { Clock } from "../../model/mod.ts";

/** One call that must end in time. */
export interface Deadline {
  readonly lengthMs: number;
  readonly atMs: number;
  readonly expire: () => void;
}

/** Calls of one length, in the order of their ends, and what takes their timer back. */
interface Row {
  readonly open: Set<Deadline>;
  disarm: () => void;
}

/**
 * Time-outs of many calls by one timer for each length: calls of the same length end in the order in which they began. A
 * timer for every call would cost a tenth of a local call.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #rows = new Map<number, Row>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param expire is called once if {@linkcode end} is not called in time */
  begin(lengthMs: number, expire: () => void): Deadline {
    let row = this.#rows.get(lengthMs);
    if (row === undefined) this.#rows.set(lengthMs, row = { open: new Set(), disarm: () => {} });
    const deadline = { lengthMs, atMs: this.#clock.nowMs() + lengthMs, expire };
    row.open.add(deadline);
    if (row.open.size === 1) this.#arm(row, deadline);
    return deadline;
  }

  end(deadline: Deadline): void {
    const row = this.#rows.get(deadline.lengthMs);
    if (row === undefined || !row.open.delete(deadline) || row.open.size > 0) return;
    row.disarm();
    this.#rows.delete(deadline.lengthMs);
  }

  #arm(row: Row, { atMs }: Deadline): void {
    row.disarm = this.#clock.after(Math.max(0, atMs - this.#clock.nowMs()), () => this.#expire(row));
  }

  #expire(row: Row): void {
    for (const deadline of row.open) {
      if (deadline.atMs > this.#clock.nowMs()) return this.#arm(row, deadline);
      this.end(deadline);
      deadline.expire();
    }
  }
}
