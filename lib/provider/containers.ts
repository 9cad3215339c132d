import { type Distribution, type Random, sampleMs } from "../model/mod.ts";
import type { Profile } from "./profile.ts";
import { Ramp } from "./ramp.ts";
import { Spares } from "./spares.ts";

/** The container that a call got: the call runs after `delayMs`; `cold` if the container is made first. */
export interface Container {
  readonly delayMs: number;
  readonly cold: boolean;
}

const WARM: Container = { delayMs: 0, cold: false };
/** Functions whose containers have all expired are forgotten when this many are known, and twice as many as last time. */
const SWEEP_AT = 1024;

/**
 * A provider's containers, each of one function: made within the ramp, kept for a while when idle, used again. Beside those
 * that calls need others may be made, which are idle from the moment they are ready.
 */
export class Containers {
  readonly #ramp: Ramp;
  readonly #coldStart: Distribution;
  readonly #keepAliveMs: number;
  readonly #random: Random;
  readonly #spares: Spares;
  /** When the idle containers of each function became idle, the latest last; never more than ran at once. */
  readonly #idle = new Map<string, number[]>();
  #sweepAt = SWEEP_AT;
  #made = 0;

  constructor({ burst, rampPerS, coldStart, keepAliveMs, allocation }: Profile, random: Random) {
    this.#ramp = new Ramp(burst, rampPerS);
    this.#coldStart = coldStart;
    this.#keepAliveMs = keepAliveMs;
    this.#random = random;
    this.#spares = new Spares(allocation);
  }

  /** The number of containers made so far. */
  get made(): number {
    return this.#made;
  }

  /** The number of idle containers that are remembered, expired ones among them. */
  get remembered(): number {
    let count = 0;
    for (const idle of this.#idle.values()) count += idle.length;
    return count;
  }

  /** The container that became idle last, else a new one; undefined if none can be made yet. */
  take(functionName: string, nowMs: number): Container | undefined {
    this.#ripen(functionName, nowMs);
    const idle = this.#idle.get(functionName);
    if (this.#isWarm(idle, nowMs)) {
      idle!.pop();
      return WARM;
    }
    if (idle !== undefined) idle.length = 0;
    if (!this.#ramp.take(nowMs)) return undefined;
    const delayMs = this.#make();
    for (let more = this.#spares.need(); more > 0; more--) {
      this.#spares.make(functionName, nowMs + this.#make());
    }
    return { delayMs, cold: delayMs > 0 };
  }

  /** @returns the time that it takes, in milliseconds */
  #make(): number {
    this.#made++;
    return sampleMs(this.#coldStart, this.#random);
  }

  /** Takes a container back. */
  give(functionName: string, nowMs: number): void {
    const idle = this.#idle.get(functionName);
    if (idle !== undefined) {
      idle.push(nowMs);
      return;
    }
    this.#idle.set(functionName, [nowMs]);
    if (this.#idle.size >= this.#sweepAt) this.#sweep(nowMs);
  }

  /** When a call can have a container if none is given back; -Infinity: now. */
  readyAtMs(functionName: string, nowMs: number): number {
    if (this.#isWarm(this.#idle.get(functionName), nowMs)) return -Infinity;
    return Math.min(this.#ramp.nextAtMs, this.#spares.nextAtMs(functionName));
  }

  /** Lets those that are ready be idle, which no call has needed. */
  #ripen(functionName: string, nowMs: number): void {
    let sinceMs = this.#spares.take(functionName, nowMs);
    if (sinceMs === undefined) return;
    const idle = this.#idle.get(functionName) ?? [];
    for (; sinceMs !== undefined; sinceMs = this.#spares.take(functionName, nowMs)) {
      const since = sinceMs;
      idle.splice(idle.findLastIndex((other) => other <= since) + 1, 0, since);
    }
    this.#idle.set(functionName, idle);
  }

  /** Whether any has not expired: the one that became idle last is the last to. */
  #isWarm(idle: readonly number[] | undefined, nowMs: number): boolean {
    return idle !== undefined && idle.length > 0 && nowMs - idle[idle.length - 1]! <= this.#keepAliveMs;
  }

  #sweep(nowMs: number): void {
    for (const name of [...this.#spares.functions()]) this.#ripen(name, nowMs);
    for (const [name, idle] of this.#idle) if (!this.#isWarm(idle, nowMs)) this.#idle.delete(name);
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#idle.size);
  }
}
