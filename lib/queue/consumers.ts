import type { JsonObject } from "../model/mod.ts";

/** The record that a consumer writes of itself, about once in {@linkcode BEAT_MS}. */
export interface ConsumerRecord {
  /** The name of its machine. */
  readonly host: string;
  /** The id of its process there. */
  readonly pid: number;
  /** Where ids of processes mean the same, if that is known: containers have ids of their own. */
  readonly processSpace?: string;
  /** Of the program. */
  readonly version: string;
  /** The policy in force, as it is written on the command line. */
  readonly policy: string;
  /** The limits in force, of all consumers of the queue together. */
  readonly limits: JsonObject;
  /** Its part of these limits, an interval of [0, 1). (Default: all of them) */
  readonly part?: { readonly from: number; readonly to: number };
  /** The parts of the limits that it keeps, where consumers divide them among themselves. (Default: as its part says) */
  readonly quota?: Quota;
  /** Most attempts that it has in flight at present: its part of the global limit, also of one that it finds out. (Default: no limit) */
  readonly limit?: number;
  /** Instances that it holds, without those that they have called. */
  readonly instances: number;
  /** Attempts in flight. */
  readonly running: number;
  /** Invocations that wait for capacity. */
  readonly ready: number;
  /** Number of further attempts that it could start at once but has no work for. (Default: none) */
  readonly idle?: number;
  /** Attempts that it has started per second, lately. */
  readonly callsPerS: number;
  /** Throttles since it began. */
  readonly throttled: number;
  /** Platforms that have asked it to wait, at most {@linkcode MOST_ASKED} of them, and for how much longer. (Default: none) */
  readonly asked?: readonly AskedView[];
  /** Retries that wait at it for the budgets of their functions, at most {@linkcode MOST_HELD} functions, most first. (Default: none) */
  readonly heldRetries?: readonly HeldRetriesView[];
  /** Functions whose calls cannot start, whatever limits allow, at most {@linkcode MOST_ASKED} of them. (Default: none) */
  readonly kept?: readonly KeptFunction[];
  /** Whether it runs policies that are files of the user's, when the queue sets one. (Default: it refuses them) */
  readonly takesPolicyFiles?: boolean;
  /**
   * Its work by chain, by function and by value of a label, and its queueing times: a text of at most some 20 kB, which \`lib/live\`
   * writes and reads. (Default: it is of an earlier version, and tells none)
   */
  readonly work?: string;
  /** The revision of the settings that it goes by; and what of them cannot be in force here, or has failed, and why. */
  readonly settings?: { readonly revision: number; readonly error?: string };
}

/** A platform that has asked callers to wait. */
export interface AskedView {
  /** Its name, if several are attached. */
  readonly platform?: string;
  /** The function whose own limit that is for. (Default: it is for all) */
  readonly function?: string;
  /** Time until calls may start there again, in milliseconds. */
  readonly leftMs: number;
}

/** A function whose calls cannot start, as nobody serves it, or as the platform refuses all of them. */
export interface KeptFunction {
  /** Its name. */
  readonly function: string;
  /** Whether nobody serves it, or the platform refuses each of its calls. */
  readonly why: "unserved" | "refused";
  /** The reason of the last of them: `throttled with status 429`. */
  readonly reason: string;
}

/** The thing for which calls of a function wait, in words: `the platform, which refuses its calls: throttled with status 429`. */
export function keptWords({ why, reason }: KeptFunction): string {
  return why === "unserved" ? `a server: ${reason}` : `the platform, which refuses its calls: ${reason}`;
}

/** The platform that asks callers to wait, in words: `the platform`, `the platform edge`, `the platform edge, for function pay,`. */
export function askerWords({ platform, function: name }: Pick<AskedView, "platform" | "function">): string {
  return `the platform${platform === undefined ? "" : ` ${platform}`}${
    name === undefined ? "" : `, for function ${name},`
  }`;
}

/** Most platforms, and most functions, in a record. */
export const MOST_ASKED = 10;

/** Calls of a function that have failed and wait for its retry budget. */
export interface HeldRetriesView {
  /** Its name. */
  readonly function: string;
  /** The platform on which they failed, if several are attached. */
  readonly platform?: string;
  /** The number of calls that wait. */
  readonly waiting: number;
}

/** Most of these in a record. */
export const MOST_HELD = 10;

/** The amount that a consumer keeps of a limit, and the whole limit as this consumer sees it. */
export type KeptPart = readonly [kept: number, whole: number];

/** The parts that a consumer keeps of the limits that it divides with the others of its queue. */
export interface Quota {
  /** Tells it from all others, whose parts lie side by side in the order of their keys. */
  readonly key: string;
  /** The part kept of each limit, by name, where it differs from the consumer's own part. */
  readonly keeps: Readonly<Record<string, KeptPart>>;
  /** Names of the limits for which it needs more than it keeps. */
  readonly short: readonly string[];
  /**
   * The parts that it needs of the limits where it keeps more, as more is in use, by name. (Default: none)
   */
  readonly wants?: Readonly<Record<string, number>>;
  /** Names of the limits from which it uses more than its part. */
  readonly borrows: readonly string[];
  /** The part that floors reserve here of limits that somebody needs more of, by name. (Default: none) */
  readonly reserved?: Readonly<Record<string, number>>;
  /** Time after this beat in which it may start something, in milliseconds: then it needs another one. */
  readonly sureMs: number;
  /** Most attempts that it could have in flight with its part of the global limit, whatever of that others have now. */
  readonly capacity: number;
  /** Whether it starts nothing more: the others divide without it. (Default: false) */
  readonly isLeaving?: boolean;
}

/** A consumer that lives. */
export interface ConsumerView extends ConsumerRecord {
  /** Tells it from all others. */
  readonly id: string;
  /** Time since its last beat was seen, in milliseconds by the clock of the process that looks. */
  readonly beatAgoMs: number;
}

/** Time from one record of a consumer to its next one, in milliseconds. */
export const BEAT_MS = 1000;
/** A consumer counts as dead after this time without a beat, in milliseconds. */
export const SILENT_MS = 4 * BEAT_MS;
