import type { ByValue } from "../model/mod.ts";
import { sameRate, type StartRate } from "./rate_limit.ts";
import { type LabelLimit, limitName, valueLimitsOf } from "./value_limits.ts";

/**
 * Limits on the work that runs at once, and on the rate of starts. Left out: no limit.
 *
 * @example At most 100 in all, 5 of one function, 20 of each tenant, and 50 starts a second.
 * ```ts
 * import type { Limits } from "sequoia/scheduler";
 * const limits: Limits = { global: 100, functions: { compile: 5 }, labels: { tenant: 20 }, rate: 50 };
 * ```
 */
export interface Limits {
  /**
   * Of all functions; `"auto"`: as many as the platform runs at once, which is found out. A number is a ceiling: if the platform
   * runs less at once, that is found out, too.
   */
  readonly global?: number | "auto";
  /** Whether nothing is found out: the numbers are the limits, whatever the platform refuses. (Default: false) */
  readonly fixed?: boolean;
  /** Of each function, by name, where `*` means each of the functions that are not named. */
  readonly functions?: Readonly<Record<string, number>>;
  /** Of each chain, by name, where `*` means each of the chains that are not named. */
  readonly chains?: Readonly<Record<string, number>>;
  /**
   * Of each value of a label, by the label's name: one number for all values, or numbers by value, where `*` means the values
   * that are not named. Instances without the label are not limited.
   */
  readonly labels?: Readonly<Record<string, LabelLimit>>;
  /**
   * Slots that are reserved for functions, chains or values of labels by name, under the global limit: while the work of one of
   * them waits and holds fewer, it goes first; when none waits, others borrow the slots, until the attempts that hold them end.
   */
  readonly floors?: ByValue;
  /** Of each platform, by name, where several are attached. */
  readonly platforms?: Readonly<Record<string, number>>;
  /** Starts of all functions, in any second or any window of the rate. */
  readonly rate?: number | StartRate;
  /** Starts of each function, by name. */
  readonly functionRates?: Readonly<Record<string, number | StartRate>>;
}

/**
 * The most attempts in flight where nothing else is said: what a Lambda account has in a region, by default, without an
 * increase. A platform that runs fewer at once is given fewer.
 */
export const DEFAULT_LIMIT = 1000;

/** Limits without one that is found out by itself. */
export type FixedLimits = Limits & { readonly global?: number };

/** Limits as they are in force now. @param max most attempts in flight in all; Infinity: any number */
export function inForce({ global: _, ...others }: Limits, max: number): FixedLimits {
  return max === Infinity ? others : { ...others, global: max };
}

/** Whether two sets of limits differ in the global one at most. */
export function sameButGlobal(some: FixedLimits, others: FixedLimits): boolean {
  return sameRate(some.rate, others.rate) &&
    sameByName(some.functionRates, others.functionRates, sameRate) &&
    sameByName(some.platforms, others.platforms) &&
    sameByName(boundsByName(some, "ceilings"), boundsByName(others, "ceilings")) &&
    sameByName(boundsByName(some, "floors"), boundsByName(others, "floors"));
}

/** All ceilings, or floors, by the names of their limits. */
function boundsByName(limits: Limits, bound: "ceilings" | "floors"): Record<string, number> {
  return Object.fromEntries(
    valueLimitsOf(limits).flatMap((of) =>
      Object.entries(of[bound]).map(([value, max]) => [limitName(of, value), max])
    ),
  );
}

function sameByName<T>(
  a: Readonly<Record<string, T>> = {},
  b: Readonly<Record<string, T>> = {},
  areSame: (a: T, b: T) => boolean = Object.is,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && areSame(a[name]!, b[name]!));
}

/** @throws {RangeError} if it is neither a whole number above 0 nor Infinity */
export function checkLimit(what: string, max: number): number {
  if (max === Infinity || (Number.isInteger(max) && max > 0)) return max;
  throw new RangeError(`Cannot limit what runs ${what} to ${max}. Write a whole number above 0`);
}
