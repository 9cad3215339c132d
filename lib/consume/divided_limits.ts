import type { SetLimits } from "../queue/mod.ts";
import {
  checkFloors,
  type Limits,
  type LimitShare,
  type Scheduler,
  shareOfLimits,
} from "../scheduler/mod.ts";

/** Limits that are meant for all consumers of a queue together, and the part of them that this one's scheduler keeps to. */
export class DividedLimits {
  readonly #scheduler: Scheduler;
  /** Those that the consumer was started with. */
  readonly own: Limits;
  /** Those that the queue has set for all consumers. */
  #set: SetLimits = {};
  /** Until it is heard that the queue is divided, it is not. */
  #share: LimitShare | undefined;

  /** @param scheduler has the limits whole, until its share is known */
  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.own = scheduler.limits;
  }

  /** The limits of all consumers together. */
  get limits(): Limits {
    return { ...this.own, ...this.#set };
  }

  /** This consumer's part of them, if they are divided. */
  get share(): LimitShare | undefined {
    return this.#share;
  }

  /**
   * Goes on under what the queue sets, and its own limits beside that.
   *
   * @throws {RangeError} if a limit is not a whole number above 0, or the floors cannot be met; the former ones stay in force
   */
  set(limits: SetLimits): void {
    this.#apply({ ...this.own, ...limits }, this.#share);
    this.#set = limits;
  }

  /** Goes on with another part of the limits. */
  setShare(share: LimitShare): void {
    this.#apply(this.limits, share);
    this.#share = share;
  }

  #apply(limits: Limits, share: LimitShare | undefined): void {
    checkFloors(limits); // its part of them always fits
    this.#scheduler.setLimits(share === undefined ? limits : shareOfLimits(limits, share));
  }
}
