import type { Clock } from "../model/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

interface Batch {
  readonly open: Set<HeldInstance>;
  /** Lets them have all the time they need. */
  readonly cancel: () => void;
}

/** Instances on their way to other consumers, and how long each has to come to rest here. */
export class HandOvers {
  readonly #clock: Clock;
  readonly #overdue: (root: HeldInstance) => void;
  readonly #batches = new Set<Batch>();

  /** @param overdue called with each instance that has not been let go of in time */
  constructor(clock: Clock, overdue: (root: HeldInstance) => void) {
    this.#clock = clock;
    this.#overdue = overdue;
  }

  /** Gives these instances this time from now on, in milliseconds; those with less left from before get no more. */
  begin(roots: readonly HeldInstance[], withinMs: number): void {
    if (roots.length === 0) return;
    const open = new Set(roots);
    const cancel = this.#clock.after(withinMs, () => {
      this.#batches.delete(batch);
      for (const root of open) this.#overdue(root);
    });
    const batch = { open, cancel };
    this.#batches.add(batch);
  }

  /** One has been let go of. */
  end(root: HeldInstance): void {
    for (const batch of this.#batches) {
      if (batch.open.delete(root) && batch.open.size === 0) this.#close(batch);
    }
  }

  /** Forgets all of them. */
  clear(): void {
    for (const batch of this.#batches) this.#close(batch);
  }

  #close(batch: Batch): void {
    batch.cancel();
    this.#batches.delete(batch);
  }
}
