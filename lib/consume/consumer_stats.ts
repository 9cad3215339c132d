import type { Settings } from "../queue/mod.ts";
import type { AskedWait, HeldRetries, SchedulerStats, UnservedFunction } from "../scheduler/mod.ts";
import type { RefusedFunction } from "./refused_functions.ts";

/** The progress of a consumer. */
export interface ConsumerStats extends SchedulerStats {
  /** Attempts that have started here. */
  readonly calls: number;
  /** Instances that have completed here. */
  readonly completed: number;
  /** Instances that have failed here. */
  readonly failed: number;
  /** Instances that have been cancelled here. */
  readonly cancelled: number;
  /** Refused before their first start, as they could not meet their deadlines any more. */
  readonly shed: number;
  /**
   * The time until all held instances have ended, in milliseconds, by the learned run times, if as much as now stays in
   * flight. Undefined while nothing is in flight.
   */
  readonly leftMs: number | undefined;
  /** Functions that nobody serves: what calls them waits. */
  readonly unserved: readonly UnservedFunction[];
  /** Functions whose calls have all been refused for a minute. */
  readonly refused: readonly RefusedFunction[];
  /** Retries that wait, as the budgets of their functions are used up. */
  readonly heldRetries: readonly HeldRetries[];
  /** Platforms that have asked callers to wait. */
  readonly asked: readonly AskedWait[];
  /** The name of the policy in force. */
  readonly policy: string;
  /** The settings of the queue, as they are in force here; a policy that cannot be is left out. */
  readonly settings: Settings;
}
