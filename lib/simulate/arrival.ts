import type { Instance } from "../model/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";

/** How a call goes that the platform takes. */
export interface CallCourse {
  /** How long it runs, in milliseconds. */
  readonly runMs: number;
  /** How long it takes to leave once the scheduler has started it, in milliseconds. (Default: 0) */
  readonly startMs?: number;
  /** Whether it fails, and whether another attempt may go better. Left out: it goes well. */
  readonly fails?: "for good" | "this time";
  /** How long it asks to be left alone when it fails, in milliseconds. */
  readonly retryAfterMs?: number;
  /** How long it waits then until it may be tried again, in milliseconds. (Default: by the function's retry rule) */
  readonly delayMs?: number;
}

/** An instance that arrives, and how its calls go. */
export interface Arrival {
  readonly instance: Instance;
  /** When a consumer takes it, in milliseconds since 1970: at its submission, or later. */
  readonly takenAtMs: number;
  /**
   * How a call of a node, or of an item of its map, goes; the same whenever it is asked.
   *
   * @param failures how often it has failed before
   */
  course(node: number, item: number | undefined, failures: number): CallCourse;
  /** How long it takes until what follows a node may start, as its output becomes durable, in milliseconds. */
  durableMs(node: number): number;
  /** An instance that a node, or an item of its map, calls; its nodes' times are the same whenever it is. */
  called(instance: Instance, call: NodeCall): Arrival;
}
