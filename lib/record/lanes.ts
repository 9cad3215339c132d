/** The most instances that are remembered at once; beyond it the oldest is forgotten, and its name is written again. */
const REMEMBERED = 100_000;

/** One of the lanes of an instance, whose attempts overlap in time. */
interface Lane {
  readonly tid: number;
  freeAtUs: number;
  next: Lane | undefined;
}

/**
 * Gives each attempt a thread id, so that attempts of one instance share a thread unless they overlap.
 *
 * Viewers nest the complete events of a thread by time: Perfetto leaves out the later one of two that overlap without
 * nesting (google/perfetto issue 4280). A fan-out would lose all but one of its calls. Attempts must come in the order
 * of their ends, as they are recorded.
 */
export class Lanes {
  /** The first lane of each instance. */
  readonly #first = new Map<string, Lane>();
  #lastTid = 0;

  /**
   * The thread of an attempt.
   *
   * @param named called with a thread's id and its lane (0 for the first), when it is given out for the first time
   */
  assign(
    instance: string,
    startUs: number,
    endUs: number,
    named: (tid: number, lane: number) => void,
  ): number {
    let number = 0, last: Lane | undefined;
    for (let lane = this.#first.get(instance); lane !== undefined; lane = lane.next) {
      if (lane.freeAtUs <= startUs) {
        lane.freeAtUs = endUs;
        return lane.tid;
      }
      last = lane;
      number++;
    }
    const lane: Lane = { tid: ++this.#lastTid, freeAtUs: endUs, next: undefined };
    if (last === undefined) this.#remember(instance, lane);
    else last.next = lane;
    named(lane.tid, number);
    return lane.tid;
  }

  /** Forgets an instance that has ended. */
  end(instance: string): void {
    this.#first.delete(instance);
  }

  #remember(instance: string, lane: Lane): void {
    if (this.#first.size >= REMEMBERED) this.#first.delete(this.#first.keys().next().value!);
    this.#first.set(instance, lane);
  }
}
