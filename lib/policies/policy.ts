import { SequoiaError } from "../model/mod.ts";

/**
 * The view that a policy has of an invocation that waits, or is about to. All times are milliseconds; instants count from 1970.
 */
export interface Task {
  /** Name of the chain. */
  readonly chain: string;
  /** Id of the instance. */
  readonly instance: string;
  /** Name of the node. */
  readonly node: string;
  /** Name of the function. */
  readonly function: string;
  /** The instance's labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** The instance's priority, lower is more urgent. (Default: 0) */
  readonly priority: number;
  /** The function's own priority, lower is more urgent, if it has one. */
  readonly functionPriority: number | undefined;
  /** The share that was declared for the instance's chain. (Default: 1) */
  readonly weight: number;
  /** When the instance should have ended; Infinity for never. */
  readonly deadlineMs: number;
  /** Whether a function of the instance has been started before. */
  readonly chainStarted: boolean;
  /** When the instance was submitted, or due if that was later. */
  readonly submittedAtMs: number;
  /** When the invocation became ready. */
  readonly readyAtMs: number;
  /** Expected time of the longest path from here to the end of the chain, this invocation included. */
  readonly remainingMs: number;
  /** Expected run time of this invocation. */
  readonly expectedMs: number;
  /**
   * The time for which this process's ended attempts of the instance held their slots, summed up; throttled attempts count
   * nothing.
   */
  readonly attainedMs: number;
  /** 1 before the first attempt, 2 before the second, … */
  readonly attempt: number;
}

/** The state of one group of tasks. */
export interface GroupStats {
  /** The answer of `group` for its tasks. */
  readonly name: string;
  /** Invocations that wait for capacity. */
  readonly queued: number;
  /** Attempts in flight. */
  readonly running: number;
  /** The time for which the group's ended attempts held their slots, summed up while the group was known. In milliseconds. */
  readonly receivedMs: number;
  /** The weight declared for the group's newest task. */
  readonly declaredWeight: number;
  /** The demand for the function of the group's newest task, if it is at hand: it need not be looked up by name then. */
  readonly demand?: FunctionStats | undefined;
}

/** The demand for one function. */
export interface FunctionStats {
  /** Its name. */
  readonly name: string;
  /** The number of its nodes in the instances that have not ended, settled nodes left out. */
  readonly unsettled: number;
  /** Its arrivals per second, over the last 30 of them until now. */
  arrivalsPerS(nowMs: number): number;
}

/** One of several platforms that functions may run on. */
export interface PlatformView {
  /** Its name. */
  readonly name: string;
  /** Attempts in flight there. */
  readonly running: number;
  /** Most attempts in flight there; Infinity for no limit. */
  readonly limit: number;
  /** The price of a call there, in any currency. (Default: 0) */
  readonly price: number;
  /** The price of a millisecond of run time there, in the same currency. (Default: 0) */
  readonly pricePerMs: number;
}

/** The present state, as far as a policy may know it. */
export interface Stats {
  /** The present instant. */
  readonly nowMs: number;
  /** Attempts in flight, of all groups. */
  readonly running: number;
  /** Invocations that wait for capacity, of all groups. */
  readonly queued: number;
  /** The groups that have something queued or running, and some that had. */
  readonly groups: ReadonlyMap<string, GroupStats>;
  /** The functions that are asked for, and some thousand at least of those that were. */
  readonly functions: ReadonlyMap<string, FunctionStats>;
}

/**
 * A scheduling policy: up to four pure functions. Tasks are sorted into groups; the next group is the one with the least
 * service for its weight (the one that was served longest ago among equals); within it the task of the lowest rank is next, and
 * among equals the one whose instance was submitted first.
 *
 * Ranks are read once, when a task becomes ready (and again when its chain starts), so they cost nothing while it waits.
 *
 * @example The shortest job first, but no tenant gets more than the others.
 * ```ts
 * import type { Policy } from "sequoia";
 * const policy: Policy = {
 *   group: (task) => task.labels.tenant ?? "none",
 *   rank: (task) => task.remainingMs,
 * };
 * export default policy;
 * ```
 */
export interface Policy {
  /** The group that a task counts against. (Default: everyone in one group) */
  group?(task: Task): string;
  /** A group's share of the service, relative to the others; above 0. (Default: 1) */
  weight?(group: GroupStats, stats: Stats): number;
  /** The order within a group, lowest first; a list is compared item by item. (Default: order of submission) */
  rank?(task: Task, stats: Stats): number | readonly number[];
  /**
   * Where a task starts, if several platforms are attached: the name of one of those that it may run on and that have room.
   * One that has throttled just now is not among them, unless there is no other. (Default: where the least part of the
   * limit is used)
   */
  place?(task: Task, platforms: readonly PlatformView[]): string | undefined;
}

/** The codes of errors about policies; stable. */
export type PolicyErrorCode = "unknown-policy" | "bad-policy" | "bad-answer" | "not-allowed";

/** A policy that cannot be used, or gave an answer that cannot; the message names the policy and the function. */
export class PolicyError extends SequoiaError<PolicyErrorCode> {
  /** Tells it from other errors. */
  override readonly name = "PolicyError";

  /** The message names the policy and the part. */
  constructor(code: PolicyErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { ...options, kind: code.endsWith("-policy") ? "usage" : "failure" });
  }
}

/** The functions a policy may have. */
export const POLICY_FUNCTIONS = ["group", "weight", "rank", "place"] as const;

/**
 * Checks what a user's file exports as its policy.
 *
 * @param where the file, for the message
 * @throws {PolicyError} if it is no policy
 */
export function checkPolicy(value: unknown, where: string): Policy {
  const fail = (text: string): never => {
    throw new PolicyError("bad-policy", `Cannot use ${where} as a policy: ${text}`);
  };
  if (typeof value !== "object" || value === null) {
    return fail("its default export is no object. Write export default { rank: (task) => … }");
  }
  const names = POLICY_FUNCTIONS.join(", ");
  const keys = Object.keys(value);
  const unknown = keys.find((key) => !POLICY_FUNCTIONS.some((name) => name === key));
  if (unknown !== undefined) fail(`it has "${unknown}". A policy has no other parts than ${names}`);
  if (keys.length === 0) fail(`it has none of ${names}`);
  for (const [key, part] of Object.entries(value)) {
    if (typeof part !== "function") fail(`${key} is no function`);
  }
  return value as Policy;
}
