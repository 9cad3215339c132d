import type { Instance } from "../model/mod.ts";
import type { NodeCall } from "../scheduler/mod.ts";

/** The course of a call that the platform takes. */
export interface CallCourse {
  /** Its run time, in milliseconds. */
  readonly runMs: number;
  /** Time until it leaves once the scheduler has started it, in milliseconds. (Default: 0) */
  readonly startMs?: number;
  /** Whether it fails, and whether another attempt may go better. Left out: it goes well. */
  readonly fails?: "for good" | "this time";
  /** Time for which it asks to be left alone when it fails, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Its wait then until it may be tried again, in milliseconds. (Default: by the function's retry rule) */
  readonly delayMs?: number;
}

/** An instance that arrives, and the courses of its calls. */
export interface Arrival {
  readonly instance: Instance;
  /** When a consumer takes it, in milliseconds since 1970: at its submission, or later. */
  readonly takenAtMs: number;
  /**
   * The course of a call of a node, or of an item of its map; the same whenever it is asked for.
   *
   * @param failures number of times that it has failed before
   */
  course(node: number, item: number | undefined, failures: number): CallCourse;
  /** Time until the successors of a node may start, as its output becomes durable, in milliseconds. */
  durableMs(node: number): number;
  /** An instance that a node, or an item of its map, calls; its nodes' times are the same whenever it is. */
  called(instance: Instance, call: NodeCall): Arrival;
}
