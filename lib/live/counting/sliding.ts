import { placeOf, TimeHistogram } from "./histogram.ts";

/** The times of the last minute, or hour: slots that are emptied one after the other. */
export class SlidingHistogram {
  readonly #slotMs: number;
  /** Made when they are first used: most rows have few times. */
  readonly #slots: (Slot | undefined)[];

  /** @param windowMs the time that it looks back, less one slot at most @param slots the number of parts into which that is cut */
  constructor(windowMs: number, slots: number) {
    this.#slotMs = windowMs / slots;
    this.#slots = new Array(slots);
  }

  /** Counts a time, in milliseconds. */
  add(ms: number, nowMs: number, place = placeOf(ms)): void {
    const turn = Math.floor(nowMs / this.#slotMs), at = turn % this.#slots.length;
    const slot = this.#slots[at] ??= { turn, times: new TimeHistogram() };
    if (slot.turn !== turn) {
      slot.times.clear();
      slot.turn = turn;
    }
    slot.times.add(ms, place);
  }

  /** The times within the window. */
  at(nowMs: number): TimeHistogram {
    const all = new TimeHistogram(), first = Math.floor(nowMs / this.#slotMs) - this.#slots.length;
    for (const slot of this.#slots) if (slot !== undefined && slot.turn > first) all.merge(slot.times);
    return all;
  }
}

interface Slot {
  /** The number of slots between the beginning of time and this one. */
  turn: number;
  readonly times: TimeHistogram;
}
