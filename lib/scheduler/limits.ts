import { type ByValue, type Pause, pauseName } from "../model/mod.ts";
import type { ChainPlan } from "./chain_plan.ts";
import type { Obstacle } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import type { LimitPart } from "./limit_part.ts";
import type { Platforms } from "./platform_pool.ts";
import { ConcurrencyLimit } from "./concurrency_limit.ts";
import { checkRate, RateLimit, sameRate, type StartRate } from "./rate_limit.ts";
import { Floor, type Reserves } from "./reserves.ts";
import { Gate, Limit } from "./tree.ts";
import { type Hold, holdKey, HoldLimit } from "./unserved.ts";
import {
  ceilingOf,
  floorOf,
  type LabelLimit,
  type ValueLimits,
  valueLimitsOf,
  valueWords,
} from "./value_limits.ts";

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
    sameByName(byWords(some, "ceilings"), byWords(others, "ceilings")) &&
    sameByName(byWords(some, "floors"), byWords(others, "floors"));
}

/** All ceilings, or floors, by their values in words. */
function byWords(limits: Limits, bound: "ceilings" | "floors"): Record<string, number> {
  return Object.fromEntries(
    valueLimitsOf(limits).flatMap((of) =>
      Object.entries(of[bound]).map(([value, max]) => [valueWords(of, value), max])
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

/** Lets nothing start. */
class Paused extends Limit {
  override readonly reach: Obstacle["reach"];
  override readonly label: Obstacle["label"];

  constructor(pause: Pause) {
    super(`pause of ${pauseName(pause)}`);
    this.reach = pause.label === undefined ? "chain" : "labels";
    this.label = pause.chain === undefined && pause.function === undefined ? pause.label : undefined;
  }

  override get full(): boolean {
    return true;
  }
}

/** Work that is kept from starting for a while, and the part of the limits. */
export interface KeptBack {
  readonly pauses: readonly Pause[];
  /** Functions that nobody serves, by {@linkcode holdKey}. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** The part of the limits that is in force. */
  readonly part: LimitPart;
}

/** Gates through which nothing waits to pass are kept up to this many, and limits against which nothing counts. */
const LEAST_GATES = 1000;

/** The limits in force, and the gates that invocations pass by them. */
export class Gates {
  /** Of all functions together. */
  readonly rate: RateLimit | undefined;
  readonly #time: { readonly nowMs: number };
  readonly #platforms: Platforms;
  readonly #reserves: Reserves;
  #part: LimitPart;
  readonly #pauses: ReadonlyMap<Pause, Limit>;
  readonly #holds: ReadonlyMap<string, Limit>;
  /** Whether gates depend on the labels of instances. */
  readonly #readsLabels: boolean;
  readonly #byName = new Map<string, ConcurrencyLimit>();
  readonly #rates = new Map<string, RateLimit>();
  readonly #gates = new Map<string, Gate>();
  #gatesAllowed = LEAST_GATES;
  /** Gates that chains and instances remember are in force as long as this is the same object. */
  #found = {};
  readonly #functions: ValueLimits;
  readonly #chains: ValueLimits;
  readonly #labels: readonly ValueLimits[];

  /**
   * @param time tells the present instant
   * @param platforms those that functions may run on, if there are several
   * @param kept work that is kept from starting
   * @param reserves get what counts for floors
   * @param before the gates that these replace: rates go on as they were
   * @throws {RangeError} if a limit is not a whole number above 0, or a rate no number above 0
   */
  constructor(
    limits: Limits,
    time: { readonly nowMs: number },
    platforms: Platforms,
    { pauses, holds, part }: KeptBack,
    reserves: Reserves,
    before?: Gates,
  ) {
    this.#time = time;
    this.#reserves = reserves;
    this.#platforms = platforms;
    this.#part = part;
    this.#pauses = new Map(pauses.map((pause) => [pause, new Paused(pause)]));
    this.#holds = new Map(
      [...holds].map(([key, hold]) => [key, new HoldLimit(`unserved ${key}`, hold, time)]),
    );
    const kinds = valueLimitsOf(limits);
    [this.#functions, this.#chains, ...this.#labels] = kinds;
    for (const of of kinds) for (const value of Object.keys(of.floors)) this.#limit(of, value);
    this.#readsLabels = this.#labels.length > 0 || pauses.some(({ label }) => label !== undefined);
    for (const [name, max] of Object.entries(limits.platforms ?? {})) {
      checkLimit(`on the platform ${name}`, max);
    }
    for (const [words, max] of Object.entries(byWords(limits, "ceilings"))) checkLimit(`of ${words}`, max);
    if (limits.rate !== undefined) this.rate = this.#newRate("rate", limits.rate, before);
    for (const [name, rate] of Object.entries(limits.functionRates ?? {})) {
      this.#newRate(`rate of ${name}`, rate, before);
    }
  }

  #newRate(name: string, of: number | StartRate, before: Gates | undefined): RateLimit {
    const rate = new RateLimit(name, checkRate(name, of), this.#time);
    const former = before && before.#rates.get(name);
    if (former !== undefined) rate.inherit(former);
    rate.setPart(this.#part.of(name, rate.whole));
    this.#rates.set(name, rate);
    return rate;
  }

  /** The gate of an invocation. */
  of({ run, nodeIndex }: Invocation): Gate {
    const cache: { gates: readonly Gate[]; gatesOf: unknown } = this.#readsLabels ? run : run.plan;
    if (cache.gatesOf !== this.#found) {
      cache.gates = this.#ofChain(run.plan, run.instance.labels);
      cache.gatesOf = this.#found;
    }
    return cache.gates[nodeIndex]!;
  }

  /** Goes on with another part of all limits. @returns those that are divided */
  setPart(part: LimitPart): Iterable<ConcurrencyLimit | RateLimit> {
    this.#part = part;
    for (const limit of this.#byName.values()) limit.setPart(part);
    for (const rate of this.#rates.values()) rate.setPart(part.of(rate.name, rate.whole));
    return this.divided();
  }

  /** The limits that others may keep to together with this scheduler. */
  *divided(): Generator<ConcurrencyLimit | RateLimit> {
    yield* this.#byName.values();
    yield* this.#rates.values();
  }

  /** The number of gates and limits that are remembered; nothing may be left that passes some of them. */
  get remembered(): number {
    return this.#gates.size + this.#byName.size;
  }

  /** Whether there are enough gates for the idle ones, through which nothing waits to pass, to be the majority. */
  get areMany(): boolean {
    return this.#gates.size >= this.#gatesAllowed;
  }

  /** Forgets all gates but some, and the limits against which nothing counts and for which nothing waits. */
  keepOnly(gates: ReadonlySet<Gate>): void {
    const limits = new Set<Limit>();
    for (const [key, gate] of this.#gates) {
      if (!gates.has(gate)) this.#gates.delete(key);
      else for (const limit of gate.limits) limits.add(limit);
    }
    this.#reserves.keepOnly(new Set(this.#gates.values().map(({ root }) => root)));
    for (const [key, limit] of this.#byName) {
      limit.forgetIdle();
      if (limit.running === 0 && !limits.has(limit) && !(limit instanceof Floor)) this.#byName.delete(key);
    }
    this.#gatesAllowed = LEAST_GATES + 2 * this.#gates.size;
    this.#found = {};
  }

  #ofChain({ chain }: ChainPlan, labels: Readonly<Record<string, string>>): Gate[] {
    const shared = [this.#limit(this.#chains, chain.name)];
    for (const of of this.#labels) {
      const value = labels[of.label!];
      if (value !== undefined) shared.push(this.#limit(of, value));
    }
    const pauses = [...this.#pauses].filter(([pause]) =>
      (pause.chain ?? chain.name) === chain.name &&
      (pause.label === undefined || labels[pause.label.name] === pause.label.value)
    );
    return chain.nodes.map(({ fn }) => {
      const { name } = fn;
      const own = [
        pauses.find(([pause]) => (pause.function ?? name) === name)?.[1],
        this.#holds.get(holdKey(fn)),
        this.#platforms.limitOf(fn),
        this.#limit(this.#functions, name),
        this.#rates.get(`rate of ${name}`),
      ];
      return this.#gate([...own, ...shared].filter((limit) => limit !== undefined));
    });
  }

  #limit(of: ValueLimits, value: string): ConcurrencyLimit | undefined {
    if ((ceilingOf(of, value) ?? floorOf(of, value)) === undefined) return undefined;
    const key = `${of.kind} ${value}`;
    let limit = this.#byName.get(key);
    if (limit === undefined) this.#byName.set(key, limit = this.#newLimit(key, of, value));
    return limit;
  }

  #newLimit(key: string, of: ValueLimits, value: string): ConcurrencyLimit {
    const max = ceilingOf(of, value) ?? Infinity, least = floorOf(of, value);
    const label = of.label === undefined ? undefined : { name: of.label, value };
    const limit = least === undefined
      ? new ConcurrencyLimit(key, max, label)
      : new Floor(key, max, label, least, this.#reserves);
    limit.setPart(this.#part);
    return limit;
  }

  #gate(limits: readonly Limit[]): Gate {
    const key = limits.map((limit) => limit.name).join("\n");
    let gate = this.#gates.get(key);
    if (gate === undefined) this.#gates.set(key, gate = new Gate(limits, this.#reserves.of(limits)));
    return gate;
  }
}

/** @throws {RangeError} if it is neither a whole number above 0 nor Infinity */
export function checkLimit(what: string, max: number): number {
  if (max === Infinity || (Number.isInteger(max) && max > 0)) return max;
  throw new RangeError(`Cannot limit what runs ${what} to ${max}. Write a whole number above 0`);
}
