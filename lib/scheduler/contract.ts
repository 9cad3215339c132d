import type { Instance, InstanceOutcome } from "../model/mod.ts";
import type { Task } from "../policies/mod.ts";

/** The meaning of an outcome for its invocation: whether it settles, and how, or is tried again. */
export type Verdict = "ok" | "failed" | "retry" | "throttled" | "unserved";

/** The end of an instance, and the reason unless it completed. */
export interface Ending {
  /** The outcome of the instance. */
  readonly outcome: InstanceOutcome;
  /** Why, unless it completed. */
  readonly reason?: string;
  /** It was refused before its first start, as it could not meet its deadline any more. */
  readonly shed?: true;
}

/** The consequences of a change of an instance. */
export interface Settlement {
  /** The instance that was changed. */
  readonly instance: Instance;
  /** The meaning of the outcome for its invocation. */
  readonly verdict?: Verdict;
  /** When the invocation is tried again, if it is. */
  readonly retryAtMs?: number;
  /** Nodes that were settled along with it: skipped ones. */
  readonly skipped: readonly number[];
  /** A map all of whose items have settled: its node has, too. */
  readonly mapped?: number;
  /** Nodes that wait for {@linkcode Scheduler.decide}, if there are any. */
  readonly undecided?: readonly number[];
  /** Chains that are to be run now; each is over with {@linkcode Scheduler.settleCall}. */
  readonly calls?: readonly NodeCall[];
  /** Nothing more of it is started, but the node that undoes; attempts in flight have yet to end. */
  readonly ending?: Ending;
  /** The instance has ended; the scheduler has forgotten it. */
  readonly ended?: Ending;
}

/** A node, or an item of a map, that calls a chain. */
export interface NodeCall {
  /** The node's index in its chain. */
  readonly node: number;
  /** Of a map: which item, from 0. */
  readonly item?: number;
}

/** The decision about a node that depends on the answers of nodes before it. */
export type Decision =
  | { readonly kind: "run" }
  | { readonly kind: "skip" }
  /** It runs once for each of `count` items; those of `done`, numbers below `count`, have settled before. */
  | { readonly kind: "map"; readonly count: number; readonly done?: ReadonlySet<number> }
  /** It cannot be told; the node fails. */
  | { readonly kind: "fail"; readonly reason: string };

/** When an instance was submitted, in the scheduler's time, if that is another than the instance's. */
export interface SubmissionTime {
  /** When it was submitted, or due if that was later. */
  readonly submittedAtMs: number;
  /** From when on its limits of time count: it was not there before, whatever it says. (Default: from its submission) */
  readonly notBeforeMs?: number | undefined;
}

/** Options for taking on an instance that another scheduler had before. */
export interface Submission extends SubmissionTime {
  /** Why it is to be cancelled: nothing of it starts but what undoes. (Default: it is not) */
  readonly cancel?: string | undefined;
  /**
   * Calls of chains that have begun and not ended. If the instance is to end before it comes to them again, a settlement asks for
   * them all the same: what they have done is to be undone first. (Default: none)
   */
  readonly calling?: readonly NodeCall[];
  /** Invocations that had failed and wait to be tried again. (Default: none) */
  readonly delays?: readonly Delay[];
}

/** The delay of an invocation that is to be tried again. */
export interface Delay extends NodeCall {
  /** Number of its attempts that have failed: if one has, a retry also waits for its function's retry budget. */
  readonly failures: number;
  /** When it may be tried again, in the scheduler's time. */
  readonly untilMs: number;
}

/** An obstacle that keeps an instance from going on, however much else may run: a pause, a limit, a rate, an unserved function. */
export interface Obstacle {
  /** Tells it from all others, in words. */
  readonly name: string;
  /**
   * The other instances that it keeps from starting as well, as long as nothing changes: all of the chain that have not begun,
   * those of them with the same labels, or none for certain.
   */
  readonly reach: "chain" | "labels" | "instance";
  /** All instances with this value of a label meet it as well, of whatever chain. (Default: nothing is known of others) */
  readonly label?: { readonly name: string; readonly value: string } | undefined;
}

/** Gauges and counters. */
export interface SchedulerStats {
  /** Instances that have not ended. */
  readonly instances: number;
  /** Invocations that wait for capacity. */
  readonly ready: number;
  /** Invocations that wait for the end of a delay after a failure or a throttle. */
  readonly delayed: number;
  /** Attempts in flight. */
  readonly running: number;
  /** The global limit at present, also one that is found out; Infinity for none. */
  readonly limit: number;
  /** Throttles and retries since the start. */
  readonly throttled: number;
  /** Failed attempts that were, or will be, followed by another. */
  readonly retried: number;
}

/** Follows which invocations wait and run. It is called several times for each attempt, so it is to be quick. */
export interface LoadObserver {
  /** An invocation begins or ceases to wait for capacity, or to be in flight: 1, -1 or 0 of each. */
  changed(task: Task, ready: number, running: number, nowMs: number): void;
  /** Nothing waits or is in flight, until it is told once more: other rules are in force. */
  restarted(nowMs: number): void;
}
