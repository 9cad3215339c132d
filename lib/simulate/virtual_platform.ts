import { type Profile, Provider } from "../provider/mod.ts";
import type { CallMode } from "../provider/mod.ts";
import type { Random } from "../model/mod.ts";
import type { TimedEvent, Timeline } from "./timeline.ts";

/** The end of a simulated call. */
export type CallEnd = "ok" | "refused" | "timeout";

/** A call of a function, and the callbacks for its start and end. */
export interface VirtualCall {
  readonly function: string;
  /** Its run time once it has begun, in milliseconds. */
  readonly runMs: number;
  /** Longest wait of its caller, in milliseconds. */
  readonly timeoutMs: number;
  readonly mode: CallMode;
  /** Called when it has a container of its own: at once, or when its turn has come. */
  started?(): void;
  /** Called once. @param retryAfterMs time that a refused caller is told to wait, in milliseconds */
  ended(end: CallEnd, cold: boolean, retryAfterMs: number): void;
}

/** Time until a refusal is heard, in milliseconds: with 0, time would never get past an instant of refusals. */
const REFUSAL_MS = 1;

/** A provider in virtual time: the model that the local platform drives in real time. */
export class VirtualPlatform {
  readonly #provider: Provider;
  readonly #timeline: Timeline;
  readonly #speed: number;
  readonly #refusalMs: number;
  readonly #waiting = new Map<number, Flight>();
  #wakeAtMs: number | undefined;

  /**
   * @param random for the provider's cold starts
   * @param refusalMs until a refusal is heard, in milliseconds, more than 0 (Default: 1)
   */
  constructor(profile: Profile, random: Random, timeline: Timeline, refusalMs = REFUSAL_MS) {
    this.#provider = new Provider(profile, random);
    this.#timeline = timeline;
    this.#speed = profile.speed;
    this.#refusalMs = refusalMs;
  }

  /** The number of containers that the provider has made so far. */
  get containers(): number {
    return this.#provider.made;
  }

  /** Makes a call, now. @returns whether the provider takes it; otherwise its end as `refused` is told later */
  call(call: VirtualCall): boolean {
    const timeline = this.#timeline;
    const admission = this.#provider.start(call.function, timeline.nowMs, call.mode);
    switch (admission.kind) {
      case "refused":
        timeline.plan(timeline.nowMs + this.#refusalMs, new Refusal(call, admission.retryAfterMs));
        return false;
      case "started":
        this.#run(new Flight(this, call, timeline.nowMs), admission.delayMs, admission.cold);
        return true;
      case "queued":
        this.#wait(call, admission.ticket);
        return true;
    }
  }

  #wait(call: VirtualCall, ticket: number): void {
    const flight = new Flight(this, call, this.#timeline.nowMs);
    this.#waiting.set(ticket, flight);
    const giveUp = () => {
      if (this.#waiting.delete(ticket)) this.#provider.abandon(ticket);
      this.#takeQueued();
    };
    if (call.mode === "http") this.#timeline.plan(flight.untilMs, new TimeOut(flight, giveUp));
    this.#planWake();
  }

  #run(flight: Flight, delayMs: number, cold: boolean): void {
    const timeline = this.#timeline;
    const endMs = timeline.nowMs + delayMs + flight.call.runMs / this.#speed;
    flight.cold = cold;
    flight.call.started?.();
    if (endMs > flight.untilMs && flight.call.mode === "http") {
      timeline.plan(flight.untilMs, new TimeOut(flight));
    }
    timeline.plan(endMs, flight);
  }

  /** The function of a call has ended; its container is free. */
  ran({ function: name }: VirtualCall): void {
    this.#provider.end(name, this.#timeline.nowMs);
    this.#takeQueued();
  }

  #takeQueued(): void {
    const { nowMs } = this.#timeline;
    for (let next = this.#provider.take(nowMs); next !== undefined; next = this.#provider.take(nowMs)) {
      const flight = this.#waiting.get(next.ticket)!;
      this.#waiting.delete(next.ticket);
      this.#run(flight, next.delayMs, next.cold);
    }
    this.#planWake();
  }

  /** Wake-ups that are not due any more take nothing when they come. */
  #planWake(): void {
    const wakeAtMs = this.#provider.wakeAtMs();
    if (wakeAtMs !== undefined && wakeAtMs !== this.#wakeAtMs) this.#wakeAt(wakeAtMs);
  }

  #wakeAt(wakeAtMs: number): void {
    this.#wakeAtMs = wakeAtMs;
    this.#timeline.plan(wakeAtMs, {
      happen: () => {
        if (this.#wakeAtMs === wakeAtMs) this.#wakeAtMs = undefined;
        this.#takeQueued();
      },
    });
  }
}

/** A call that the provider has taken, until its function has ended. */
class Flight implements TimedEvent {
  cold = false;
  /** Until when its caller waits. */
  readonly untilMs: number;
  #told = false;

  constructor(readonly platform: VirtualPlatform, readonly call: VirtualCall, nowMs: number) {
    this.untilMs = nowMs + call.timeoutMs;
  }

  happen(): void {
    this.platform.ran(this.call);
    this.tell("ok");
  }

  tell(end: CallEnd): void {
    if (this.#told) return;
    this.#told = true;
    this.call.ended(end, this.cold, 0);
  }

  get told(): boolean {
    return this.#told;
  }
}

class TimeOut implements TimedEvent {
  constructor(readonly flight: Flight, readonly giveUp: () => void = () => {}) {}

  happen(): void {
    if (this.flight.told) return;
    this.giveUp();
    this.flight.tell("timeout");
  }
}

class Refusal implements TimedEvent {
  constructor(readonly call: VirtualCall, readonly retryAfterMs: number) {}

  happen(): void {
    this.call.ended("refused", false, this.retryAfterMs);
  }
}
