import type { FunctionSpec, Outcome } from "../model/mod.ts";
import { type PlatformView, type Policy, PolicyError } from "../policies/mod.ts";
import type { Invocation } from "./invocation.ts";
import { type Limit, type Starting, TimedLimit } from "./tree.ts";
import type { WayOut } from "./way_out.ts";
import type { WaysOut } from "./ways_out.ts";

/** A platform that functions may run on, beside others. */
export interface PlatformOption {
  /** Its name; its limit goes by it. */
  readonly name: string;
  /** The price of a call there, in any currency, for policies that go by it. (Default: 0) */
  readonly price?: number;
  /** The price of a millisecond of run time there, in the same currency. (Default: 0) */
  readonly pricePerMs?: number;
}

/** Rest of a platform on which nobody serves a function, in milliseconds: others that have room are preferred meanwhile. */
const UNSERVED_REST_MS = 1000;

/** A platform that functions may run on, as policies see it. */
class PlatformLoad implements PlatformView {
  restsUntilMs = -Infinity;
  readonly name: string;
  readonly price: number;
  readonly pricePerMs: number;
  readonly #all: WayOut;

  /**
   * @param all the way out of all functions
   * @param way that of those that it is for
   */
  constructor({ name, price = 0, pricePerMs = 0 }: PlatformOption, all: WayOut, readonly way = all) {
    this.name = name;
    this.price = price;
    this.pricePerMs = pricePerMs;
    this.#all = all;
  }

  /** The same platform for a function, which may have a limit of its own there. */
  of(functionName: string): PlatformLoad {
    const way = this.#all.of({ function: functionName });
    return way === this.#all ? this : new PlatformLoad(this, this.#all, way);
  }

  get running(): number {
    return this.#all.running;
  }

  get limit(): number {
    return this.#all.limit;
  }

  get used(): number {
    return this.running / this.limit;
  }
}

/** All platforms that are attached, and which of them each function may run on. */
export class Platforms {
  readonly #loads: ReadonlyMap<string, PlatformLoad>;
  readonly #pools = new Map<string, PlatformPool>();
  readonly #place: Policy["place"];
  readonly #time: { readonly nowMs: number };
  readonly #ways: WaysOut;
  readonly #own = new Map<string, WayOutLimit>();
  /** Holds back what is on none of them. */
  readonly out: WayOutLimit;

  /**
   * @param ways out to the platforms
   * @param time tells the present instant
   * @param before those that these replace: where nobody serves a function rests on
   */
  constructor(
    platforms: readonly PlatformOption[],
    ways: WaysOut,
    place: Policy["place"],
    time: { readonly nowMs: number },
    before?: Platforms,
  ) {
    this.#place = place;
    this.#time = time;
    this.#ways = ways;
    this.out = new WayOutLimit("way out", ways.to(undefined), time);
    this.#loads = new Map(
      platforms.map((option) => [option.name, new PlatformLoad(option, ways.to(option.name))]),
    );
    for (const [name, load] of this.#loads) {
      load.restsUntilMs = (before && before.#loads.get(name))?.restsUntilMs ?? -Infinity;
    }
  }

  /** Whether there are several, or one that has a name. */
  get areNamed(): boolean {
    return this.#loads.size > 0;
  }

  /** Until when nothing may start, as the platform has throttled. */
  get closedUntilMs(): number {
    return this.areNamed ? -Infinity : this.out.closedUntilMs;
  }

  /** The limit that is full while the platforms of a function are; undefined if there are none by name. */
  limitOf(fn: FunctionSpec): Limit | undefined {
    if (this.#loads.size > 0) return this.#poolOf(fn) ?? this.#ownOf(fn) ?? this.out;
    return this.#ownOf(fn);
  }

  /** The limit of its own that a function has where its URL says. */
  #ownOf({ name }: FunctionSpec): Limit | undefined {
    const own = this.#ways.to(undefined).own.get(name);
    let limit = this.#own.get(name);
    if (own !== undefined && limit === undefined) {
      this.#own.set(name, limit = new WayOutLimit(`way out of ${name}`, own, this.#time));
    }
    return limit;
  }

  /** Those that a function may run on; undefined if it is called where its URL says, or is on none of them. */
  #poolOf({ url, urls, name: functionName }: FunctionSpec): PlatformPool | undefined {
    if (url !== undefined) return undefined;
    const all = [...this.#loads.values()].filter(({ name }) =>
      urls === undefined || Object.hasOwn(urls, name)
    );
    if (all.length === 0) return undefined;
    const loads = all.map((load) => load.of(functionName));
    const isOwn = loads.some((load, i) => load !== all[i]);
    const key = loads.map(({ name }) => name).join(",") + (isOwn ? ` of ${functionName}` : "");
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#pools.set(key, pool = new PlatformPool(`platforms ${key}`, loads, this.#place, this.#time));
    }
    return pool;
  }

  /** Each set of platforms that some function may run on, as what ends on a platform makes room in all that have it; and {@linkcode out}. */
  *limits(): Generator<Limit> {
    yield* this.#pools.values();
    yield* this.#own.values();
    yield this.out;
  }

  /** Learns from what became of an attempt. */
  learn({ platform }: Invocation, outcome: Outcome): void {
    const load = platform === undefined ? undefined : this.#loads.get(platform);
    if (load === undefined) return;
    load.restsUntilMs = outcome.kind === "unserved" ? this.#time.nowMs + UNSERVED_REST_MS : -Infinity;
  }

  /** Whether an invocation may start on another platform than it did, which is open and does not rest. */
  canGoElsewhere({ spec, platform }: Invocation): boolean {
    return platform !== undefined && (this.#poolOf(spec)?.hasOtherThan(platform) ?? false);
  }
}

/**
 * Platforms that functions may run on: full while all of them are. A start picks the one, as the policy says, of those that
 * have room; of these, one that rests only if there is no other.
 */
export class PlatformPool extends TimedLimit {
  readonly #loads: readonly PlatformLoad[];
  readonly #place: Policy["place"];

  constructor(
    name: string,
    loads: readonly PlatformLoad[],
    place: Policy["place"],
    time: { readonly nowMs: number },
  ) {
    super(name, time);
    this.#loads = loads;
    this.#place = place;
  }

  override get opensAtMs(): number {
    let firstMs = Infinity;
    for (const { way } of this.#loads) if (way.hasRoom) firstMs = Math.min(firstMs, way.opensAtMs);
    return firstMs;
  }

  override start(task: Starting): void {
    const { nowMs } = this.time;
    const open = this.#loads.filter(({ way }) => way.isOpen(nowMs));
    const rested = open.filter(({ restsUntilMs }) => restsUntilMs <= nowMs);
    const choice = rested.length > 0 ? rested : open;
    task.platform = this.#place?.(task, choice) ?? leastUsed(choice).name;
    if (choice.some(({ name }) => name === task.platform)) return;
    throw new PolicyError(
      "bad-answer",
      `Cannot schedule: the policy's place answered ${task.platform} instead of ${
        choice.map(({ name }) => name).join(" or ")
      }`,
    );
  }

  hasOtherThan(platform: string): boolean {
    const { nowMs } = this.time;
    return this.#loads.some(({ name, way, restsUntilMs }) =>
      name !== platform && way.isOpen(nowMs) && restsUntilMs <= nowMs
    );
  }
}

/** Holds back what is called where its URL says. */
export class WayOutLimit extends TimedLimit {
  readonly #way: WayOut;

  constructor(name: string, way: WayOut, time: { readonly nowMs: number }) {
    super(name, time);
    this.#way = way;
  }

  override get opensAtMs(): number {
    return this.#way.hasRoom ? this.#way.opensAtMs : Infinity;
  }

  /** Until when it is closed, whether it has room or not. */
  get closedUntilMs(): number {
    return this.#way.opensAtMs;
  }
}

function leastUsed(loads: readonly PlatformLoad[]): PlatformLoad {
  return loads.reduce((least, other) =>
    other.used < least.used || (other.used === least.used && other.running < least.running) ? other : least
  );
}

/** @throws {RangeError} if a limit is that of a platform which is not attached */
export function checkNames(
  limits: Readonly<Record<string, number>>,
  platforms: readonly PlatformOption[],
): void {
  const stranger = Object.keys(limits).find((name) => platforms.every((platform) => platform.name !== name));
  if (stranger === undefined) return;
  const names = platforms.map(({ name }) => name).join(", ");
  throw new RangeError(`Cannot limit the platform ${stranger}: attached are ${names || "none by name"}`);
}
