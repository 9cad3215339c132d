import {
  checkFloors,
  type Limits,
  type LimitShare,
  type Scheduler,
  shareOfLimits,
} from "../scheduler/mod.ts";

/** A limit of what is in flight in all, and whether it is one whatever the platform refuses. */
export type GlobalLimit = Required<Pick<Limits, "global" | "fixed">>;

/** Limits that are meant for all consumers of a queue together, and the part of them that this one's scheduler keeps to. */
export class DividedLimits {
  readonly #scheduler: Scheduler;
  /** Those that the consumer was started with. */
  readonly own: Limits;
  /** The global limit that the queue has set for all consumers. */
  #global: GlobalLimit | undefined;
  /** Until it is heard that the queue is divided, it is not. */
  #share: LimitShare | undefined;

  /** @param scheduler has the limits whole, until its share is known */
  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.own = scheduler.limits;
  }

  /** The limits of all consumers together. */
  get limits(): Limits {
    return withGlobal(this.own, this.#global);
  }

  /** This consumer's part of them, if they are divided. */
  get share(): LimitShare | undefined {
    return this.#share;
  }

  /**
   * Goes on under another global limit.
   *
   * @param global undefined: the own one
   * @throws {RangeError} if that limit is not a whole number above 0, or below the floors; the former one stays in force
   */
  setGlobal(global: GlobalLimit | undefined): void {
    this.#apply(withGlobal(this.own, global), this.#share);
    this.#global = global;
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

function withGlobal(limits: Limits, global: GlobalLimit | undefined): Limits {
  return global === undefined ? limits : { ...limits, ...global };
}
