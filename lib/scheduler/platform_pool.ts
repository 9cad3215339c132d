import type { FunctionSpec, Outcome } from "../model/mod.ts";
import { type PlatformView, type Policy, PolicyError } from "../policies/mod.ts";
import type { Invocation } from "./invocation.ts";
import { Limit } from "./tree.ts";

/** A platform that functions may run on, beside others. */
export interface PlatformOption {
  /** Its name; its limit goes by it. */
  readonly name: string;
  /** What a call costs there, in any currency, for policies that go by it. (Default: 0) */
  readonly price?: number;
  /** What a millisecond of run time costs there, in the same currency. (Default: 0) */
  readonly pricePerMs?: number;
}

/** A platform that has throttled rests for 50 ms at first; doubled each time that it does so again, up to 5 s. */
const FIRST_REST_MS = 50;
const LONGEST_REST_MS = 5000;

/** A platform on which nobody serves a function rests for so long, in milliseconds. */
const UNSERVED_REST_MS = 1000;

/** What is in flight on one platform, and whether it takes more. */
class PlatformLoad implements PlatformView {
  running = 0;
  /** Throttles since it has let something in. */
  throttles = 0;
  /** Until then others are preferred to it, if they have room. */
  restsUntilMs = -Infinity;

  readonly name: string;
  readonly price: number;
  readonly pricePerMs: number;

  constructor({ name, price = 0, pricePerMs = 0 }: PlatformOption, readonly limit: number) {
    this.name = name;
    this.price = price;
    this.pricePerMs = pricePerMs;
  }

  get used(): number {
    return this.running / this.limit;
  }

  get hasRoom(): boolean {
    return this.running < this.limit;
  }

  learn(outcome: Outcome, nowMs: number): void {
    if (outcome.kind === "unserved") {
      this.restsUntilMs = Math.max(this.restsUntilMs, nowMs + UNSERVED_REST_MS);
      return;
    }
    if (outcome.kind !== "throttled") {
      this.throttles = 0;
      this.restsUntilMs = -Infinity;
      return;
    }
    const restMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(this.throttles++, 16));
    this.restsUntilMs = Math.max(this.restsUntilMs, nowMs + Math.max(restMs, outcome.retryAfterMs ?? 0));
  }
}

/** All platforms that are attached, and which of them each function may run on. */
export class Platforms {
  readonly #loads: ReadonlyMap<string, PlatformLoad>;
  readonly #pools = new Map<string, PlatformPool>();
  readonly #place: Policy["place"];
  readonly #time: { readonly nowMs: number };

  /**
   * @param limits of the platforms, by name; Infinity for those that have none
   * @param time tells the present instant
   * @param before those that these replace: what has throttled rests on
   */
  constructor(
    platforms: readonly PlatformOption[],
    limits: Readonly<Record<string, number>>,
    place: Policy["place"],
    time: { readonly nowMs: number },
    before?: Platforms,
  ) {
    this.#place = place;
    this.#time = time;
    this.#loads = new Map(
      platforms.map((option) => [option.name, new PlatformLoad(option, limits[option.name] ?? Infinity)]),
    );
    for (const [name, load] of this.#loads) {
      const { throttles, restsUntilMs } = (before && before.#loads.get(name)) ?? load;
      Object.assign(load, { throttles, restsUntilMs });
    }
  }

  /** Those that a function may run on; undefined if it is called where its URL says, or is on none of them. */
  poolOf({ url, urls }: FunctionSpec): PlatformPool | undefined {
    if (url !== undefined) return undefined;
    const loads = [...this.#loads.values()].filter(({ name }) =>
      urls === undefined || Object.hasOwn(urls, name)
    );
    if (loads.length === 0) return undefined;
    const key = loads.map(({ name }) => name).join(",");
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      this.#pools.set(key, pool = new PlatformPool(`platforms ${key}`, loads, this.#place, this.#time));
    }
    return pool;
  }

  /** Each set of platforms that some function may run on: what ends on a platform makes room in all that have it. */
  get pools(): Iterable<PlatformPool> {
    return this.#pools.values();
  }

  /** Learns from what became of an attempt. */
  learn({ platform }: Invocation, outcome: Outcome): void {
    if (platform !== undefined) this.#loads.get(platform)?.learn(outcome, this.#time.nowMs);
  }

  /** Whether an invocation may start on another platform than it did, which has room and does not rest. */
  canGoElsewhere({ spec, platform }: Invocation): boolean {
    return platform !== undefined && (this.poolOf(spec)?.hasOtherThan(platform) ?? false);
  }
}

/**
 * Platforms that functions may run on: full while all of them are. A start picks the one, as the policy says, of those that
 * have room; of these, one that has throttled just now only if there is no other.
 */
export class PlatformPool extends Limit {
  readonly #loads: readonly PlatformLoad[];
  readonly #place: Policy["place"];
  readonly #time: { readonly nowMs: number };

  constructor(
    name: string,
    loads: readonly PlatformLoad[],
    place: Policy["place"],
    time: { readonly nowMs: number },
  ) {
    super(name);
    this.#loads = loads;
    this.#place = place;
    this.#time = time;
  }

  override get full(): boolean {
    for (const load of this.#loads) if (load.hasRoom) return false;
    return true;
  }

  override start(task: Invocation): void {
    const open = this.#loads.filter(({ hasRoom }) => hasRoom);
    const rested = open.filter(({ restsUntilMs }) => restsUntilMs <= this.#time.nowMs);
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

  override enter({ platform }: Invocation): void {
    this.#loadOf(platform).running++;
  }

  override leave({ platform }: Invocation): void {
    this.#loadOf(platform).running--;
  }

  #loadOf(platform: string | undefined): PlatformLoad {
    return this.#loads.find(({ name }) => name === platform)!;
  }

  hasOtherThan(platform: string): boolean {
    return this.#loads.some(({ name, hasRoom, restsUntilMs }) =>
      name !== platform && hasRoom && restsUntilMs <= this.#time.nowMs
    );
  }
}

function leastUsed(loads: readonly PlatformLoad[]): PlatformLoad {
  return loads.reduce((least, other) =>
    other.used < least.used || (other.used === least.used && other.running < least.running) ? other : least
  );
}
