import { type Random, sampleMs } from "../model/mod.ts";
import type { Profile } from "./profile.ts";

/** What a provider does with a call that arrives. */
export type Admission =
  | { readonly kind: "refused"; readonly retryAfterMs: number }
  /** Runs after so long; `cold` if a container is started for it first. */
  | { readonly kind: "started"; readonly delayMs: number; readonly cold: boolean };

/**
 * A provider's behaviour, without a clock: the local platform's server drives it in real time, simulation in virtual time.
 * Each call that was started must be ended once.
 */
export class Provider {
  readonly #profile: Profile;
  readonly #random: Random;
  /** When the idle containers of each function became idle, the latest last. */
  readonly #idle = new Map<string, number[]>();
  #running = 0;

  constructor(profile: Profile, random: Random) {
    this.#profile = profile;
    this.#random = random;
  }

  /** Calls that run, cold starts included. */
  get running(): number {
    return this.#running;
  }

  start(functionName: string, nowMs: number): Admission {
    const { limit, retryAfterMs, coldStart } = this.#profile;
    if (this.#running >= limit) return { kind: "refused", retryAfterMs };
    this.#running++;
    if (this.#takeWarm(functionName, nowMs)) return { kind: "started", delayMs: 0, cold: false };
    const delayMs = sampleMs(coldStart, this.#random);
    return { kind: "started", delayMs, cold: delayMs > 0 };
  }

  end(functionName: string, nowMs: number): void {
    this.#running--;
    const idle = this.#idle.get(functionName);
    if (idle === undefined) this.#idle.set(functionName, [nowMs]);
    else idle.push(nowMs);
  }

  /** Uses the container that became idle last; those that are idle for too long are gone. */
  #takeWarm(functionName: string, nowMs: number): boolean {
    const idle = this.#idle.get(functionName);
    const since = idle?.pop();
    if (since === undefined) return false;
    if (nowMs - since <= this.#profile.keepAliveMs) return true;
    idle!.length = 0;
    return false;
  }
}
