import type { Order } from "../queue/mod.ts";
import { type Limits, type LimitShare, type Scheduler, shareOfLimits } from "../scheduler/mod.ts";

/** What consumers hear of their limits. */
export type LimitOrder = Extract<Order, { kind: "limit" | "share" }>;

/** Limits that are meant for all consumers of a queue together, and the part of them that this one's scheduler keeps to. */
export class DividedLimits {
  readonly #scheduler: Scheduler;
  #limits: Limits;
  /** Until it is heard that the queue is divided, it is not. */
  #share: LimitShare | undefined;

  /** @param scheduler has the limits whole, until its share is known */
  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#limits = scheduler.limits;
  }

  /** The limits of all consumers together. */
  get limits(): Limits {
    return this.#limits;
  }

  /** This consumer's part of them, if they are divided. */
  get share(): LimitShare | undefined {
    return this.#share;
  }

  /**
   * Goes on under another global limit, or with another share.
   *
   * @throws {RangeError} if that limit is not a whole number above 0; the former ones stay in force
   */
  obey(order: LimitOrder): void {
    const limits = order.kind === "limit"
      ? { ...this.#limits, global: order.limit, fixed: false }
      : this.#limits;
    const share = order.kind === "share" ? { from: order.from, to: order.to } : this.#share;
    this.#scheduler.setLimits(share === undefined ? limits : shareOfLimits(limits, share));
    [this.#limits, this.#share] = [limits, share];
  }
}
