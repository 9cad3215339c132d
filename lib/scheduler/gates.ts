import { ownOf, type Pause, pauseName } from "../model/mod.ts";
import type { ChainPlan } from "./chain_plan.ts";
import { ConcurrencyLimit } from "./concurrency_limit.ts";
import type { Obstacle } from "./contract.ts";
import type { Invocation } from "./invocation.ts";
import type { LimitPart, LimitUse } from "./limit_part.ts";
import { checkLimit, type Limits } from "./limits.ts";
import type { Platforms } from "./platform_pool.ts";
import { LeasedRate, RateLease } from "./rate_lease.ts";
import { checkRate, paceOf, RateLimit, type StartRate } from "./rate_limit.ts";
import { Floor, type Reserves } from "./reserves.ts";
import { Gate, type KnownGates, Limit } from "./tree.ts";
import { type Hold, holdKey, HoldLimit } from "./unserved.ts";
import {
  ceilingOf,
  floorOf,
  limitName,
  type ValueLimits,
  valueLimitsOf,
  valueWords,
} from "./value_limits.ts";

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
  /** The leases of rates that others keep to as well, by name: for each rate there is one. Undefined: nobody else does. */
  readonly leases: Map<string, RateLease> | undefined;
}

/** Gates through which nothing waits to pass are kept up to this many, and limits against which nothing counts. */
const LEAST_GATES = 1000;

/** The limits in force, and the gates that invocations pass by them. */
export class Gates {
  /** Of all functions together. */
  readonly rate: RateLimit | LeasedRate | undefined;
  readonly #time: { readonly nowMs: number };
  readonly #platforms: Platforms;
  readonly #reserves: Reserves;
  #part: LimitPart;
  readonly #leases: Map<string, RateLease> | undefined;
  readonly #pauses: ReadonlyMap<Pause, Limit>;
  readonly #holds: ReadonlyMap<string, Limit>;
  /** Whether gates depend on the labels of instances. */
  readonly #readsLabels: boolean;
  readonly #byName = new Map<string, ConcurrencyLimit>();
  readonly #rates = new Map<string, RateLimit | LeasedRate>();
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
    { pauses, holds, part, leases }: KeptBack,
    reserves: Reserves,
    before?: Gates,
  ) {
    this.#time = time;
    this.#reserves = reserves;
    this.#platforms = platforms;
    this.#part = part;
    this.#leases = leases;
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
    for (const of of kinds) {
      for (const [value, max] of Object.entries(of.ceilings)) checkLimit(`of ${valueWords(of, value)}`, max);
    }
    if (limits.rate !== undefined) this.rate = this.#newRate("rate", limits.rate, before);
    for (const [name, rate] of Object.entries(limits.functionRates ?? {})) {
      this.#newRate(`rate of ${name}`, rate, before);
    }
  }

  #newRate(name: string, of: number | StartRate, before: Gates | undefined): RateLimit | LeasedRate {
    checkRate(name, of);
    const rate = this.#leasedRate(name, of) ?? this.#ownRate(name, of, before && before.#rates.get(name));
    this.#rates.set(name, rate);
    return rate;
  }

  #ownRate(name: string, of: number | StartRate, former: RateLimit | LeasedRate | undefined): RateLimit {
    const rate = new RateLimit(name, of, this.#time);
    if (former instanceof RateLimit) rate.inherit(former);
    return rate;
  }

  #leasedRate(name: string, of: number | StartRate): LeasedRate | undefined {
    if (this.#leases === undefined) return undefined;
    const pace = paceOf(of), lease = this.#leases.get(name) ?? new RateLease(name, pace);
    lease.pace = pace;
    this.#leases.set(name, lease);
    return new LeasedRate(lease, this.#time);
  }

  /** The gate of an invocation. */
  of({ run, nodeIndex }: Invocation): Gate {
    const cache: { gates: KnownGates | undefined } = this.#readsLabels ? run : run.plan;
    let known = cache.gates;
    if (known?.by !== this.#found) {
      known = { by: this.#found, ofNodes: this.#ofChain(run.plan, run.instance.labels) };
      cache.gates = known;
    }
    return known.ofNodes[nodeIndex]!;
  }

  /** Goes on with another part of all limits. @returns those that are divided */
  setPart(part: LimitPart): Iterable<ConcurrencyLimit> {
    this.#part = part;
    for (const limit of this.#byName.values()) limit.setPart(part);
    return this.divided();
  }

  /** The limits that others may keep to together with this scheduler. */
  divided(): Iterable<ConcurrencyLimit> {
    return this.#byName.values();
  }

  /** The rates that others keep to as well. */
  *leased(): Generator<LeasedRate> {
    for (const rate of this.#rates.values()) if (rate instanceof LeasedRate) yield rate;
  }

  /**
   * The use of the limits, and of floors; without labels' values, and floors, for which nothing is in flight or waits.
   *
   * @param awaited limits that something will count against which waits for a rate alone
   */
  *uses(awaited: ReadonlySet<Limit>): Generator<LimitUse> {
    for (const limit of this.divided()) {
      const { name, whole, used, held } = limit;
      if (used === 0 && !limit.shut && limit.reach === "labels") continue; // there may be 100,000 of them
      const isShort = limit.shut && !limit.idle && limit.full;
      yield { name, whole, used, held, isShort, ...awaited.has(limit) && { isAwaited: true } };
    }
    for (const limit of this.divided()) { // after the limits: of all that is short, the first ones count
      const use = limit instanceof Floor ? limit.use : undefined;
      if (use !== undefined) yield use;
    }
  }

  /** The slots that floors reserve for work that is there: of the kind of values with the most. */
  get reserved(): number {
    return Math.max(...[this.#functions, this.#chains, ...this.#labels].map((of) => {
      const floors = Object.keys(of.floors).map((value) => this.#limit(of, value) as Floor);
      return floors.reduce((sum, { needed }) => sum + needed, 0);
    }));
  }

  /** Whether there is any rate. */
  get areRated(): boolean {
    return this.#rates.size > 0;
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
      const value = ownOf(labels, of.label!);
      if (value !== undefined) shared.push(this.#limit(of, value));
    }
    const pauses = [...this.#pauses].filter(([pause]) =>
      (pause.chain ?? chain.name) === chain.name &&
      (pause.label === undefined || ownOf(labels, pause.label.name) === pause.label.value)
    );
    return chain.nodes.map(({ fn }) => {
      const { name } = fn;
      const own = [
        pauses.find(([pause]) => (pause.function ?? name) === name)?.[1],
        this.#holds.get(holdKey(fn)),
        this.#platforms.limitOf(fn),
        this.#limit(this.#functions, name),
      ];
      const rate = this.#rates.get(`rate of ${name}`); // the last one: what waits for it waits for nothing else
      return this.#gate([...own, ...shared, rate].filter((limit) => limit !== undefined));
    });
  }

  #limit(of: ValueLimits, value: string): ConcurrencyLimit | undefined {
    if ((ceilingOf(of, value) ?? floorOf(of, value)) === undefined) return undefined;
    const key = limitName(of, value);
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
    const key = JSON.stringify(limits.map(({ name }) => name)); // a value may have any characters
    let gate = this.#gates.get(key);
    if (gate === undefined) this.#gates.set(key, gate = new Gate(limits, this.#reserves.of(limits)));
    return gate;
  }
}
