import { ownOf, type Random } from "../model/mod.ts";
import type { Limits } from "./limits.ts";
import { WayOut } from "./way_out.ts";
import type { AskedWait } from "./way_start.ts";

/** The way out of functions that are on no platform by name. */
const DEFAULT = "";

/** All ways out: one to each platform by name, and one for functions that are called where their URL says. */
export class WaysOut {
  readonly #ways: ReadonlyMap<string, WayOut>;
  /** The same, the default one first: they are gone through with every decision. */
  readonly #all: readonly WayOut[];
  #ceiling = Infinity;
  readonly #ceilings = new Map<string, number>();

  /** @param platforms the names of those that are attached */
  constructor(platforms: readonly string[], random: Random) {
    this.#ways = new Map([DEFAULT, ...platforms].map((name) => [name, new WayOut(random)]));
    this.#all = [...this.#ways.values()];
  }

  /** Puts limits into force; what was learned stays. */
  setLimits({ global, platforms = {}, fixed = false }: Limits): void {
    this.#ceiling = typeof global === "number" ? global : Infinity;
    for (const [name, way] of this.#ways) {
      const own = ownOf(platforms, name);
      this.#ceilings.set(name, own ?? Infinity);
      way.setLimit(Math.min(this.#ceiling, own ?? Infinity), fixed || (global ?? own) === undefined);
    }
  }

  /** The used part of a platform's limit, and whether that is all. */
  useOf(platform: string): { readonly used: number; readonly isFull: boolean } {
    const { running: used } = this.to(platform);
    return { used, isFull: used >= this.#ceilings.get(platform)! };
  }

  /** Number of attempts that could be in flight at present in all if that were the ceiling, by the limits that were learned. */
  limitWithin(ceiling: number): number {
    let sum = 0;
    for (const way of this.#ways.values()) sum += way.limitWithin(ceiling);
    return Math.min(ceiling, sum);
  }

  /** Number of functions with limits of their own, which were found out. */
  get own(): number {
    let own = 0;
    for (const way of this.#all) own += way.own.size;
    return own;
  }

  /** The way out to a platform; undefined: to where a function's URL says. */
  to(platform: string | undefined): WayOut {
    return platform === undefined ? this.#all[0]! : this.#ways.get(platform)!;
  }

  /** Whether some limit has been lowered to what was found out. */
  get areLowered(): boolean {
    for (const way of this.#ways.values()) if (way.isLowered) return true;
    return false;
  }

  /** Number of attempts that may be in flight at present in all. */
  get limit(): number {
    let sum = 0;
    for (const way of this.#all) sum += way.limit;
    return Math.min(this.#ceiling, sum);
  }

  /** This machine has called back later than it was to, by this time in milliseconds. */
  late(ms: number): void {
    for (const way of this.#ways.values()) way.late(ms);
  }

  /** Nothing more can start now. @param isShared whether something waits for a part of the limit */
  full(nowMs: number, isShared: boolean): void {
    for (const way of this.#all) way.full(nowMs, isShared);
  }

  /** Lets limits grow by what the time allows. @returns whether one has */
  advance(nowMs: number): boolean {
    let hasGrown = false;
    for (const way of this.#all) hasGrown = way.advance(nowMs) || hasGrown;
    return hasGrown;
  }

  /** Where callers are asked to wait. */
  *asked(nowMs: number): Generator<AskedWait> {
    for (const [platform, way] of this.#ways) {
      for (const wait of way.asked(nowMs)) yield platform === DEFAULT ? wait : { ...wait, platform };
    }
  }

  /** When a limit may grow with no other event; Infinity: not by itself. */
  wakeAtMs(): number {
    let firstMs = Infinity;
    for (const way of this.#all) firstMs = Math.min(firstMs, way.wakeAtMs());
    return firstMs;
  }

  /** A function has told how long it really ran, in milliseconds. */
  told(functionName: string, functionMs: number): void {
    for (const way of this.#all) way.told(functionName, functionMs);
  }
}
