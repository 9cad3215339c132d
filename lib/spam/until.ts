import { Histogram } from "../report/mod.ts";
import { type Condition, isRising, isTrue, valueOf, type WindowFigures } from "./condition.ts";

/** The conditions under which a load ends, and the time over which they are looked at. */
export interface UntilOptions {
  /** It ends when one of them is true. */
  readonly conditions: readonly Condition[];
  /** The length of the windows that the figures are of, in milliseconds. */
  readonly windowMs: number;
  /** Called once, when a condition has become true. */
  readonly onTrue: () => void;
}

/** The window of a load in which a condition was true first. */
export interface Turning {
  readonly condition: Condition;
  /** The figure's value in it; if that was enough, while some calls were still under way. */
  readonly value: number;
  /** From the first intended start of the load on, in milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Chains, or calls of a URL, that were meant to start in it, per second. */
  readonly perS: number;
  /** Calls of these chains that have ended, or are under way since the start. */
  readonly calls: number;
  readonly throttled: number;
  readonly failed: number;
}

/** Parts of a window: windows begin at each part. */
const PARTS = 5;

/** The chains that were meant to start in a part of a window, and their calls. */
interface Slice {
  started: number;
  /** Chains that are under way. */
  open: number;
  /** First calls of chains that are under way: the others have begun later. */
  waiting: number;
  throttled: number;
  failed: number;
  readonly latency: Histogram;
}

/** The end of a call. */
export interface CallEnd {
  /** The intended start of its chain. */
  readonly chainAtMs: number;
  /** From its own intended start to its end, in milliseconds. */
  readonly latencyMs: number;
  readonly outcome: "ok" | "throttled" | "failed";
}

/**
 * Looks for the window of a load in which a condition becomes true. A window holds the chains (of a URL: the calls) that were
 * meant to start within a time, however late they end: the rate that it names is the one that they were started at. It is over
 * when they have all ended, or before if calls under way already make the condition true. In memory are the parts of windows
 * that are not over: as many as the longest chain takes.
 */
export class Until {
  readonly #options: UntilOptions;
  readonly #partMs: number;
  readonly #slices: Slice[] = [];
  /** The number of the first slice in memory. */
  #base = 0;
  #originMs: number | undefined;
  #lookedAtMs = -Infinity;
  #turning: Turning | undefined;
  #hasLooked = false;

  constructor(options: UntilOptions) {
    this.#options = options;
    this.#partMs = options.windowMs / PARTS;
  }

  /** The window in which a condition was true first; undefined: none has been yet. */
  get turning(): Turning | undefined {
    return this.#turning;
  }

  /** Whether the load has lasted for a window. */
  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Takes a chain that is meant to start; they come in the order of their intended starts. */
  start(chainAtMs: number, nowMs: number): void {
    this.#originMs ??= chainAtMs;
    const slice = this.#slice(chainAtMs);
    if (slice === undefined) return;
    slice.started++;
    slice.open++;
    this.look(nowMs);
  }

  /** Takes a first call of a chain that is under way from now on. */
  wait(chainAtMs: number): void {
    const slice = this.#slice(chainAtMs);
    if (slice !== undefined) slice.waiting++;
  }

  /** Takes a call that has ended. @param isWaiting whether it was under way since the start of its chain, and taken as that */
  call({ chainAtMs, latencyMs, outcome }: CallEnd, isWaiting: boolean): void {
    const slice = this.#slice(chainAtMs);
    if (slice === undefined) return;
    if (isWaiting) slice.waiting--;
    if (outcome === "ok") slice.latency.add(latencyMs);
    else slice[outcome]++;
  }

  /** Takes a chain that has ended. */
  end(chainAtMs: number, nowMs: number): void {
    const slice = this.#slice(chainAtMs);
    if (slice === undefined) return;
    slice.open--;
    this.look(nowMs);
  }

  /** Looks whether a condition is true by now, once in a part of a window. @param isLast look in any case */
  look(nowMs: number, isLast = false): void {
    if (this.#turning !== undefined || this.#originMs === undefined) return;
    if (!isLast && nowMs < this.#lookedAtMs + this.#partMs) return;
    this.#lookedAtMs = nowMs;
    let over = 0, isFirst = true;
    for (let at = 0; at + PARTS <= this.#slices.length; at++) {
      const toMs = (this.#base + at + PARTS) * this.#partMs;
      if (this.#originMs + toMs > nowMs) break;
      const isOver = this.#isTurning(at, nowMs);
      if (this.#turning !== undefined) return this.#options.onTrue();
      isFirst &&= isOver;
      if (isFirst) over++;
    }
    this.#slices.splice(0, over);
    this.#base += over;
  }

  /** Looks at a window. @returns whether nothing of it is under way any more */
  #isTurning(at: number, nowMs: number): boolean {
    this.#hasLooked = true;
    const slices = this.#slices.slice(at, at + PARTS);
    const isOver = slices.every(({ open }) => open === 0);
    const figures = this.#figures(at, slices, nowMs);
    for (const condition of this.#options.conditions) {
      const value = valueOf(condition, figures);
      if (value === null || !isTrue(condition, value) || !(isOver || isRising(condition))) continue;
      const fromMs = (this.#base + at) * this.#partMs;
      const started = slices.reduce((sum, slice) => sum + slice.started, 0);
      const { calls, throttled, failed } = figures;
      this.#turning = {
        condition,
        value,
        fromMs,
        toMs: fromMs + this.#options.windowMs,
        perS: started / this.#options.windowMs * 1000,
        calls,
        throttled,
        failed,
      };
      break;
    }
    return isOver;
  }

  #figures(at: number, slices: readonly Slice[], nowMs: number): WindowFigures {
    const latency = new Histogram();
    let calls = 0, throttled = 0, failed = 0;
    for (const [i, slice] of slices.entries()) {
      latency.merge(slice.latency);
      // Those that wait were meant to start before the end of the slice, if not long before.
      const ageMs = nowMs - this.#originMs! - (this.#base + at + i + 1) * this.#partMs;
      const waiting = new Histogram();
      waiting.add(Math.max(0, ageMs));
      latency.merge(waiting, slice.waiting);
      calls += slice.latency.count + slice.waiting + slice.throttled + slice.failed;
      throttled += slice.throttled;
      failed += slice.failed;
    }
    return { calls, throttled, failed, latency_ms: latency.quantity() };
  }

  /** The slice of a chain; undefined: its windows are over. */
  #slice(chainAtMs: number): Slice | undefined {
    const number = Math.floor((chainAtMs - (this.#originMs ?? chainAtMs)) / this.#partMs);
    const at = number - this.#base;
    while (this.#slices.length <= at) {
      this.#slices.push({
        started: 0,
        open: 0,
        waiting: 0,
        throttled: 0,
        failed: 0,
        latency: new Histogram(),
      });
    }
    return this.#slices[at];
  }
}
