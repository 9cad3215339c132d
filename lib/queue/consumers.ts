import type { JsonObject } from "../model/mod.ts";

/** What a consumer writes of itself, about once in {@linkcode BEAT_MS}. */
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
  /** What it keeps of the limits, where consumers divide them among themselves. (Default: what its part says) */
  readonly quota?: Quota;
  /** Most attempts that it has in flight at present: its part of the global limit, also of one that it finds out. (Default: no limit) */
  readonly limit?: number;
  /** Instances that it holds, without those that they have called. */
  readonly instances: number;
  /** Attempts in flight. */
  readonly running: number;
  /** Invocations that wait for capacity. */
  readonly ready: number;
  /** How many more attempts it could start at once, and has nothing for. (Default: none) */
  readonly idle?: number;
  /** Attempts that it has started per second, lately. */
  readonly callsPerS: number;
  /** Throttles since it began. */
  readonly throttled: number;
  /** Platforms that have asked it to wait, at most {@linkcode MOST_ASKED} of them, and for how much longer. (Default: none) */
  readonly asked?: readonly AskedView[];
  /** Whether it runs policies that are files of the user's, when the queue sets one. (Default: it refuses them) */
  readonly takesPolicyFiles?: boolean;
  /** The revision of the settings that it goes by; and what of them cannot be in force here, or has failed, and why. */
  readonly settings?: { readonly revision: number; readonly error?: string };
}

/** A platform that has asked callers to wait. */
export interface AskedView {
  /** Its name, if several are attached. */
  readonly platform?: string;
  /** The function whose own limit that is for. (Default: it is for all) */
  readonly function?: string;
  /** How much longer nothing starts there, in milliseconds. */
  readonly leftMs: number;
}

/** Most of these in a record. */
export const MOST_ASKED = 10;

/** How much a consumer keeps of a limit, and how large that is for it. */
export type KeptPart = readonly [kept: number, whole: number];

/** What a consumer keeps of the limits that it divides with the others of its queue. */
export interface Quota {
  /** Tells it from all others, whose parts lie side by side in the order of their keys. */
  readonly key: string;
  /** What it keeps of limits by name, where that is not what its part says. */
  readonly keeps: Readonly<Record<string, KeptPart>>;
  /** Names of limits of which it needs more than it keeps. */
  readonly short: readonly string[];
  /** Names of limits of which it uses more than its part. */
  readonly borrows: readonly string[];
  /** For how long after this beat it may start something, in milliseconds: then it needs another one. */
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
  /** How long ago its last beat was seen, in milliseconds by the clock of whoever looks. */
  readonly beatAgoMs: number;
}

/** How often a consumer writes its record, in milliseconds. */
export const BEAT_MS = 1000;
/** A consumer counts as dead after so long without a beat, in milliseconds. */
export const SILENT_MS = 4 * BEAT_MS;
