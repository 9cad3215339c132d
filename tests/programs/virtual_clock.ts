import { setImmediate } from "node:timers";
import { type Clock, onAbort } from "../../lib/model/mod.ts";

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/** Longer than any test needs, in milliseconds: what has not ended by then hangs. */
const PATIENCE_MS = 3_600_000;

/** The options of a virtual clock. */
export interface VirtualClockOptions {
  /** Resolves when all that is at hand has been done. (Default: nothing does real I/O, so one turn of the event loop is enough) */
  readonly idle?: () => Promise<void>;
  /** A run that has not ended after this virtual time hangs, in milliseconds. (Default: an hour) */
  readonly patienceMs?: number;
  /** Its first instant, in milliseconds of the epoch. (Default: the beginning of 2026, where doubles are 0.24 µs apart) */
  readonly startMs?: number;
}

/**
 * A clock whose time passes only in {@linkcode VirtualClock.run}: when all that can be done has been done, it jumps to the
 * next timer. Timers of one instant go off in the order in which they were set, each one's consequences before the next.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();
  readonly #outside = new Set<Promise<unknown>>();
  /** Resolves when all that is at hand has been done. */
  readonly idle: () => Promise<void>;

  readonly #patienceMs: number;

  constructor(
    { idle: whenIdle = idle, patienceMs = PATIENCE_MS, startMs = Date.UTC(2026, 0, 1) }: VirtualClockOptions =
      {},
  ) {
    this.#nowMs = startMs;
    this.idle = whenIdle;
    this.#patienceMs = patienceMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** The lead of the system's clock, in milliseconds: a test sets it, as an operator does, or lets the machine sleep. */
  aheadMs = 0;

  wallMs(): number {
    return this.#nowMs + this.aheadMs;
  }

  /** Timers that are set: none is to be left when a program has ended. */
  get timers(): number {
    return this.#timers.size;
  }

  until(instantMs: number, signal?: AbortSignal): Promise<void> {
    if (instantMs <= this.#nowMs || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        forget?.();
        resolve();
      };
      const cancel = this.#set(instantMs, end);
      const forget = signal && onAbort(signal, end);
    });
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#set(this.#nowMs + delayMs, callback);
  }

  #set(atMs: number, call: () => void): () => void {
    const timer = { atMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets no time pass until something is settled that is done in real time, as by another process. */
  outside<T>(work: T | Promise<T>): T | Promise<T> {
    if (!(work instanceof Promise)) return work;
    this.#outside.add(work);
    const end = () => this.#outside.delete(work);
    work.then(end, end);
    return work;
  }

  /**
   * Lets time pass until a promise is settled.
   *
   * @throws {Error} if it hangs
   */
  async run<T>(promise: PromiseLike<T>): Promise<T> {
    const endMs = this.#nowMs + this.#patienceMs;
    let settled = false;
    const settle = () => settled = true;
    promise.then(settle, settle);
    while (true) {
      await this.idle();
      if (settled) return promise;
      if (this.#outside.size > 0) {
        await Promise.race([...this.#outside].map((work) => work.catch(() => {})));
        continue;
      }
      if (!this.#jump() || this.#nowMs > endMs) {
        throw new Error(`It hangs: ${this.#timers.size} timers are set, the promise is not settled`);
      }
    }
  }

  /** Lets a time pass. */
  pass(ms: number): Promise<void> {
    return this.run(this.until(this.#nowMs + ms));
  }

  #jump(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.atMs < next.atMs) next = timer;
    if (next === undefined) return false;
    this.#timers.delete(next);
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.call();
    return true;
  }
}

/** Resolves when all that is at hand has been done: nothing here does real I/O, so one turn of the event loop is enough. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
