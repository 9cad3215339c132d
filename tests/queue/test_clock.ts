import { setImmediate } from "node:timers";
import { type Clock, onAbort } from "../../lib/model/mod.ts";
import { diskChanges, diskIsBusy } from "./disk.ts";

/**
 * Turns of the event loop in which nothing waits for the disk and nobody's sleep changes, as it does when the file system tells of
 * a write: what goes on then needs one or two until it waits for the disk, and is not to be late in this time.
 */
const QUIET_TURNS = 3;

interface Sleeper {
  readonly atMs: number;
  wake(): void;
}

/** A clock whose time passes only while a test waits: then at once, from one sleeper to the next. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  readonly #sleepers = new Set<Sleeper>();
  /** Counts the sleeps that began or ended. */
  #sleeps = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  /** The lead of the system's clock, in milliseconds, which a test sets. */
  aheadMs = 0;

  wallMs(): number {
    return this.#nowMs + this.aheadMs;
  }

  until(instantMs: number, signal?: AbortSignal): Promise<void> {
    if (instantMs <= this.#nowMs || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        this.#sleeps++;
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: instantMs, wake };
      this.#sleepers.add(sleeper);
      this.#sleeps++;
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  after(delayMs: number, callback: () => void): () => void {
    const taken = new AbortController();
    void this.until(this.#nowMs + delayMs, taken.signal).then(() => taken.signal.aborted || callback());
    return () => taken.abort();
  }

  /** Lets time pass until a promise is settled. */
  async wait<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const settle = () => settled = true;
    promise.then(settle, settle);
    const changesOfAll = () => this.#sleeps + diskChanges();
    for (let quiet = 0, before = changesOfAll();;) {
      await nextTurn();
      if (settled) return promise;
      const changes = changesOfAll();
      quiet = diskIsBusy() || changes !== before ? 0 : quiet + 1;
      before = changes;
      if (quiet < QUIET_TURNS) continue;
      this.#wakeNext();
      quiet = 0;
    }
  }

  /** Lets an amount of time pass. */
  pass(ms: number): Promise<void> {
    return this.wait(this.until(this.#nowMs + ms));
  }

  #wakeNext(): void {
    const next = [...this.#sleepers].sort((a, b) => a.atMs - b.atMs)[0];
    if (!next) return;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    next.wake();
  }
}

/** The clock of one process of several that a test plays, which can be set on: it was stopped meanwhile. */
export class SkippingClock implements Clock {
  readonly #base: Clock;
  #skippedMs = 0;
  /** The timers, and the instants at which they are due. */
  readonly #timers = new Map<() => void, number>();

  constructor(base: Clock) {
    this.#base = base;
  }

  /** Lets time pass at once, in milliseconds. */
  skip(ms: number): void {
    this.#skippedMs += ms;
    const nowMs = this.nowMs();
    const due = [...this.#timers].filter(([, dueMs]) => dueMs <= nowMs).sort(([, a], [, b]) => a - b);
    for (const [fire] of due) fire();
  }

  nowMs(): number {
    return this.#base.nowMs() + this.#skippedMs;
  }

  wallMs(): number {
    return this.#base.wallMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    const forget = () => {
      this.#timers.delete(fire);
      takeBack();
    };
    const fire = () => {
      forget();
      callback();
    };
    const takeBack = this.#base.after(delayMs, fire);
    this.#timers.set(fire, this.nowMs() + delayMs);
    return forget;
  }

  async until(instantMs: number, signal?: AbortSignal): Promise<void> {
    const nowMs = this.nowMs();
    if (instantMs <= nowMs || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const forget = this.after(instantMs - nowMs, () => (ignore(), resolve()));
      const ignore = signal === undefined ? () => {} : onAbort(signal, () => (forget(), resolve()));
    });
  }
}

/** The clock of one process of several that a test plays: it may be stopped, as by SIGSTOP. */
export class ProcessClock implements Clock {
  readonly #base: Clock;
  /** Whether the process is stopped: nothing that sleeps in it wakes up. */
  stopped = false;

  constructor(base: Clock) {
    this.#base = base;
  }

  nowMs(): number {
    return this.#base.nowMs();
  }

  wallMs(): number {
    return this.#base.wallMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#base.after(delayMs, callback);
  }

  async until(instantMs: number, signal?: AbortSignal): Promise<void> {
    await this.#base.until(instantMs, signal);
    while (this.stopped && !signal?.aborted) await this.#base.until(this.#base.nowMs() + 1000, signal);
  }
}

/** Resolves when what is at hand in the event loop has been done. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
