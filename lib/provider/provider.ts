import type { Random } from "../model/mod.ts";
import { Ceiling } from "./ceiling.ts";
import { type Container, Containers } from "./containers.ts";
import type { Profile } from "./profile.ts";
import { type WaitingCall, WaitingLine } from "./waiting_line.ts";

/** Whether a caller waits for the answer, or the provider runs the call some time after it took it. */
export type CallMode = "http" | "background";

/** The mode in which functions trigger each other at a provider: in the background, if it has a queue for that. */
export function successorMode({ backgroundQueue }: Profile): CallMode {
  return backgroundQueue > 0 ? "background" : "http";
}

/** The provider's answer to a call that arrives. */
export type Admission =
  | { readonly kind: "refused"; readonly retryAfterMs: number }
  /** The call runs after `delayMs`; `cold` if a container is made for it first. */
  | { readonly kind: "started"; readonly delayMs: number; readonly cold: boolean }
  /** Starts later: {@linkcode Provider.take} says when. */
  | { readonly kind: "queued"; readonly ticket: number };

/** A call that was queued and starts now; it runs after `delayMs`. */
export interface QueuedStart {
  readonly ticket: number;
  readonly delayMs: number;
  readonly cold: boolean;
}

/**
 * A provider's behaviour, without a clock: the local platform's server drives it in real time, simulation in virtual time.
 * Instants never go back from call to call. A call that was started is to be ended once; a queued one is started by
 * {@linkcode Provider.take}, or abandoned. Whoever drives it calls `take()` until it answers undefined, after each `end()`
 * and `abandon()` and at `wakeAtMs()`: queued calls start only so.
 *
 * Calls wait in two lines, HTTP and background, each first in, first out over all functions: a first call that can have no
 * container yet (ramp) keeps back those behind it, also where a container of theirs is idle.
 */
export class Provider {
  readonly #profile: Profile;
  readonly #ceiling: Ceiling;
  readonly #containers: Containers;
  readonly #lines: Readonly<Record<CallMode, WaitingLine>> = {
    http: new WaitingLine(),
    background: new WaitingLine(),
  };
  #running = 0;
  #tickets = 0;
  #nowMs = -Infinity;
  /** When the next background call may be taken at the pace of the profile. */
  #backgroundAtMs = -Infinity;

  constructor(profile: Profile, random: Random) {
    this.#profile = profile;
    this.#ceiling = new Ceiling(profile);
    this.#containers = new Containers(profile, random);
  }

  /** Calls that run, cold starts included. */
  get running(): number {
    return this.#running;
  }

  /** Calls that wait for their start. */
  get queued(): number {
    return this.#lines.http.length + this.#lines.background.length;
  }

  /** Containers that have been made so far. */
  get made(): number {
    return this.#containers.made;
  }

  /** The number of calls that may run at an instant: the limit, or less after a collapse. */
  limitAt(nowMs: number): number {
    this.#pass(nowMs);
    return this.#ceiling.calls;
  }

  /** Changes the limit of the profile, as providers do; calls beyond it run on. */
  changeLimit(limit: number, nowMs: number): void {
    this.#pass(nowMs);
    this.#ceiling.change(limit);
  }

  /** Takes a call that arrives. */
  start(functionName: string, nowMs: number, mode: CallMode = "http"): Admission {
    this.#pass(nowMs);
    const container = this.#mustWait(mode) ? undefined : this.#begin(functionName, mode);
    if (container !== undefined) {
      return { kind: "started", delayMs: container.delayMs, cold: container.cold };
    }
    const { queue, backgroundQueue, retryAfterMs } = this.#profile;
    const line = this.#lines[mode];
    if (line.length < (mode === "http" ? queue : backgroundQueue)) {
      line.join(++this.#tickets, functionName);
      return { kind: "queued", ticket: this.#tickets };
    }
    this.#ceiling.refuse();
    return { kind: "refused", retryAfterMs };
  }

  /** Ends a call that was started. */
  end(functionName: string, nowMs: number): void {
    this.#pass(nowMs);
    this.#running--;
    this.#containers.give(functionName, nowMs);
  }

  /** A queued call that starts now; undefined if none does. */
  take(nowMs: number): QueuedStart | undefined {
    if (this.queued === 0) return undefined;
    this.#pass(nowMs);
    for (const mode of this.#turns()) {
      const { ticket, functionName } = this.#first(mode);
      const container = this.#begin(functionName, mode);
      if (container === undefined) continue;
      this.#lines[mode].leave(ticket);
      return { ticket, ...container };
    }
    return undefined;
  }

  /** Forgets a queued call whose caller went away; does nothing about one that has started. */
  abandon(ticket: number): void {
    this.#lines.http.leave(ticket);
    this.#lines.background.leave(ticket);
  }

  /**
   * When {@linkcode Provider.take} may answer with no new event; undefined: not before one. Never earlier than
   * the last event, and later once `take()` has answered undefined.
   */
  wakeAtMs(): number | undefined {
    if (this.queued === 0) return undefined;
    let wakeAtMs = Infinity;
    for (const mode of this.#turns()) wakeAtMs = Math.min(wakeAtMs, this.#startsAtMs(mode));
    return wakeAtMs === Infinity ? undefined : Math.max(wakeAtMs, this.#nowMs);
  }

  #pass(nowMs: number): void {
    this.#ceiling.pass(nowMs, this.#running + this.queued);
    this.#nowMs = nowMs;
  }

  /** Nobody overtakes those of the same line, and no background call an HTTP one if these are first. */
  #mustWait(mode: CallMode): boolean {
    const { http, background } = this.#lines;
    if (mode === "http") return http.length > 0;
    return background.length > 0 || (this.#profile.httpFirst && http.length > 0);
  }

  /** The lines whose first call may start, in the order in which they are tried. */
  #turns(): readonly CallMode[] {
    const http = this.#lines.http.first, background = this.#lines.background.first;
    if (background === undefined) return HTTP;
    if (http === undefined) return BACKGROUND;
    if (this.#profile.httpFirst) return HTTP;
    return http.ticket < background.ticket ? HTTP_THEN_BACKGROUND : BACKGROUND_THEN_HTTP;
  }

  #first(mode: CallMode): WaitingCall {
    return this.#lines[mode].first!;
  }

  /** Gives a call its place and its container, if it can have both. */
  #begin(functionName: string, mode: CallMode): Container | undefined {
    if (this.#running >= this.#ceiling.of(this.#share(mode))) return undefined;
    if (mode === "background" && this.#nowMs < this.#backgroundAtMs) return undefined;
    const container = this.#containers.take(functionName, this.#nowMs);
    if (container === undefined) return undefined;
    this.#running++;
    if (mode === "background") this.#backgroundAtMs = this.#nowMs + 1000 / this.#profile.backgroundPerS;
    return container;
  }

  /** When the first call of a line can start if nothing happens; Infinity: never. */
  #startsAtMs(mode: CallMode): number {
    return Math.max(
      this.#ceiling.reachesAtMs(this.#running + 1, this.#share(mode), this.#running + this.queued),
      this.#containers.readyAtMs(this.#first(mode).functionName, this.#nowMs),
      mode === "background" ? this.#backgroundAtMs : -Infinity,
    );
  }

  #share(mode: CallMode): number {
    return mode === "http" ? 1 : this.#profile.backgroundShare;
  }
}

const HTTP: readonly CallMode[] = ["http"];
const BACKGROUND: readonly CallMode[] = ["background"];
const HTTP_THEN_BACKGROUND: readonly CallMode[] = ["http", "background"];
const BACKGROUND_THEN_HTTP: readonly CallMode[] = ["background", "http"];
