/** How many instances are remembered at once; beyond it the oldest is forgotten, and its name is written again. */
const REMEMBERED = 100_000;

/** An instance as a row of tracks: attempts that overlap in time stand in different lanes. */
interface Track {
  readonly lanes: { readonly tid: number; freeAtUs: number }[];
}

/**
 * Gives each attempt a thread id, so that attempts of one instance share a thread unless they overlap.
 *
 * Viewers nest the complete events of a thread by time: Perfetto leaves out the later one of two that overlap without
 * nesting (google/perfetto issue 4280). A fan-out would lose all but one of its calls. Attempts must come in the order
 * of their ends, as they are recorded.
 */
export class Lanes {
  readonly #tracks = new Map<string, Track>();
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
    const { lanes } = this.#track(instance);
    let lane = lanes[0];
    if (lane === undefined || lane.freeAtUs > startUs) {
      lane = lanes.find(({ freeAtUs }) => freeAtUs <= startUs);
    }
    if (lane === undefined) {
      lane = { tid: ++this.#lastTid, freeAtUs: 0 };
      lanes.push(lane);
      named(lane.tid, lanes.length - 1);
    }
    lane.freeAtUs = endUs;
    return lane.tid;
  }

  /** Forgets an instance that has ended. */
  end(instance: string): void {
    this.#tracks.delete(instance);
  }

  #track(instance: string): Track {
    let track = this.#tracks.get(instance);
    if (track === undefined) {
      if (this.#tracks.size >= REMEMBERED) this.#tracks.delete(this.#tracks.keys().next().value!);
      this.#tracks.set(instance, track = { lanes: [] });
    }
    return track;
  }
}
