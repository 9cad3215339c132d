import type { Obstacle, Scheduler } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { Holdings } from "./holdings.ts";
import type { Stuck } from "./jams.ts";
import { bytesOf } from "./memory.ts";

/** Tells which of the instances that are held may go on, as far as the scheduler knows since its last answer. */
export class Blockage {
  readonly #holdings: Holdings;
  readonly #scheduler: Scheduler;

  constructor(holdings: Holdings, scheduler: Scheduler) {
    this.#holdings = holdings;
    this.#scheduler = scheduler;
  }

  /** Those of some instances that may not go on. */
  *stuckAmong(ids: readonly string[]): Generator<Stuck> {
    for (const id of ids) {
      const held = this.#holdings.get(id), stuck = held && this.#stuck(held);
      if (stuck !== undefined) yield stuck;
    }
  }

  /** The instances that may not go on; what is given back is left out. */
  *stuck(): Generator<Stuck> {
    for (const held of this.#holdings.all()) {
      const stuck = this.#stuck(held);
      if (stuck !== undefined) yield stuck;
    }
  }

  #stuck(root: HeldInstance): Stuck | undefined {
    const { place } = root;
    if (place === undefined || root.leaving || root.again !== undefined || !place.isWaiting) return undefined;
    let obstacle: Obstacle | undefined, bytes = 0;
    for (const held of root.called.size === 0 ? [root] : root.tree()) {
      const state = this.#scheduler.obstacleOf(held.id);
      if (state === "free") return undefined;
      if (state !== "idle") obstacle ??= state;
      bytes += bytesOf(1, held.weight);
    }
    return obstacle && { held: root, place, obstacle, bytes };
  }

  /** The ids of instances that could start, or go on, if there was room for more in flight; what came first is first. */
  waitingForCapacity(): string[] {
    const waiting = [...this.#holdings.all()].filter(({ id, place, leaving, again }) =>
      place?.isWaiting && !leaving && again === undefined && this.#scheduler.obstacleOf(id) === "free"
    );
    return waiting.map(({ id }) => id);
  }
}
