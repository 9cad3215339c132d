/** A helper that the tests of this folder share: a provider that is driven in virtual time. */
import { assert } from "@std/assert";
import { seededRandom } from "../model/mod.ts";
import type { Profile } from "./profile.ts";
import { parseProfile } from "./profile_text.ts";
import { type CallMode, Provider } from "./provider.ts";

/** A call that is made. */
export interface TestCall {
  readonly name: string;
  readonly runMs: number;
  readonly mode?: CallMode;
  /** The time that the call waits for its turn before its caller goes away, in milliseconds. (Default: for ever) */
  readonly patienceMs?: number;
  /** Called when the call was refused, its caller has gone, or it has ended. */
  readonly then?: (outcome: "refused" | "gone" | "ended") => void;
}

/** An event of a call; calls are known by the order of their arrival. */
export interface Happening {
  readonly atMs: number;
  readonly call: number;
  readonly mode: CallMode;
  /** The number of calls that run then, and the number that may. */
  readonly running: number;
  readonly limit: number;
  readonly what: "refused" | "queued" | "started" | "taken" | "gone" | "ended";
  /** Of one that starts: whether a container was made for it. */
  readonly cold: boolean;
}

interface Event {
  readonly atMs: number;
  readonly act: () => void;
}

/** A provider and its callers; events of one instant happen in the order in which they were planned. */
export class Drive {
  readonly provider: Provider;
  readonly happened: Happening[] = [];
  nowMs = 0;
  /** The latest last. */
  readonly #events: Event[] = [];
  readonly #waiting = new Map<number, { readonly id: number; readonly call: TestCall }>();
  readonly #gone = new Map<number, "taken" | "gone">();
  #calls = 0;
  #wakeAtMs: number | undefined;

  constructor(profile: string | Profile, seed = 1) {
    this.provider = new Provider(
      typeof profile === "string" ? parseProfile(profile) : profile,
      seededRandom(seed),
    );
  }

  /** Plans something. */
  at(atMs: number, act: () => void): void {
    let low = 0, high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.atMs > atMs) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { atMs, act });
  }

  /** Makes a call, now. */
  call(call: TestCall): void {
    const id = this.#calls++;
    const { mode = "http" } = call;
    const admission = this.provider.start(call.name, this.nowMs, mode);
    this.#tell(id, call, admission.kind, admission.kind === "started" && admission.cold);
    if (admission.kind === "started") this.#run(id, call, admission.delayMs);
    else if (admission.kind === "refused") call.then?.("refused");
    else {
      const { ticket } = admission;
      assert(!this.#waiting.has(ticket) && !this.#gone.has(ticket), "a ticket is given once");
      this.#waiting.set(ticket, { id, call });
      if (call.patienceMs !== undefined) this.at(this.nowMs + call.patienceMs, () => this.#abandon(ticket));
      this.#wake();
    }
  }

  #run(id: number, call: TestCall, delayMs: number): void {
    this.at(this.nowMs + delayMs + call.runMs, () => {
      this.provider.end(call.name, this.nowMs);
      this.#tell(id, call, "ended");
      this.take();
      call.then?.("ended");
    });
  }

  #abandon(ticket: number): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting === undefined) return;
    this.#waiting.delete(ticket);
    this.#gone.set(ticket, "gone");
    this.provider.abandon(ticket);
    this.#tell(waiting.id, waiting.call, "gone");
    this.take();
    waiting.call.then?.("gone");
  }

  /** Starts what may start, and plans when to ask again. @returns the number of calls that started */
  take(): number {
    let count = 0;
    for (;; count++) {
      const next = this.provider.take(this.nowMs);
      if (next === undefined) break;
      const waiting = this.#waiting.get(next.ticket);
      assert(
        waiting !== undefined,
        `ticket ${next.ticket} was ${this.#gone.get(next.ticket) ?? "never given"}`,
      );
      this.#waiting.delete(next.ticket);
      this.#gone.set(next.ticket, "taken");
      this.#tell(waiting.id, waiting.call, "taken", next.cold);
      this.#run(waiting.id, waiting.call, next.delayMs);
    }
    this.#wake();
    const wakeAtMs = this.#wakeAtMs ?? Infinity;
    assert(wakeAtMs > this.nowMs, `has nothing to start, but asks to be woken at once, at ${wakeAtMs}`);
    return count;
  }

  #wake(): void {
    const atMs = this.provider.wakeAtMs();
    if (atMs === this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    if (atMs === undefined) return;
    assert(atMs >= this.nowMs, `asks to be woken at ${atMs}, which is before ${this.nowMs}`);
    this.at(atMs, () => {
      if (this.#wakeAtMs !== atMs) return;
      this.#wakeAtMs = undefined;
      this.take();
    });
  }

  #tell(call: number, { mode = "http" }: TestCall, what: Happening["what"], cold = false): void {
    const { running } = this.provider;
    this.happened.push({
      atMs: this.nowMs,
      call,
      mode,
      running,
      limit: this.provider.limitAt(this.nowMs),
      what,
      cold,
    });
  }

  /** Lets time pass until an instant, or until nothing is left to happen. */
  run(untilMs = Infinity): this {
    for (let next = this.#events.at(-1); next !== undefined && next.atMs <= untilMs;) {
      this.#events.pop();
      this.nowMs = next.atMs;
      next.act();
      next = this.#events.at(-1);
    }
    if (untilMs < Infinity) this.nowMs = untilMs;
    return this;
  }

  /** The calls to which something happened, in that order. */
  calls(...what: Happening["what"][]): number[] {
    return this.happened.filter((each) => what.includes(each.what)).map(({ call }) => call);
  }
}
