import { Histogram, type Quantity } from "../report/mod.ts";

/** A call that has ended, and its times. */
export interface MeasuredCall {
  /** When it was meant to start. */
  readonly intendedAtMs: number;
  /** When it was begun. */
  readonly startedAtMs: number;
  /** When its last byte had left, if that is known. */
  readonly sentAtMs?: number | undefined;
  readonly endedAtMs: number;
  readonly isOk: boolean;
}

/** Calls with one intended start. */
export interface Batch {
  readonly intendedAtMs: number;
  calls: number;
  open: number;
  firstMs: number;
  lastMs: number;
}

/**
 * The measured figures of a load, in milliseconds where no other unit is given. Quantities are null where nothing was measured.
 */
export interface LoadFigures {
  /** Of calls that went well, from their intended start to their answer. */
  readonly latency_ms: Quantity;
  /** The delay of the calls' starts after the intended ones: by when their last byte had left, if that is known. */
  readonly start_error_ms: Quantity;
  /** Of each batch, from the start of its first call until the last byte of its last one had left. */
  readonly batch_spread_ms: Quantity;
  /** Calls that started, per second, from the first start to the last; null if there are not two. */
  readonly startsPerS: number | null;
}

/** The figures of the last seconds. */
export interface RecentFigures {
  readonly startsPerS: number;
  readonly latency_ms: Quantity;
}

/** The number of windows of a second that are shown: the last ones. */
const WINDOWS = 5;
const WINDOW_MS = 1000;

interface Window {
  readonly number: number;
  starts: number;
  readonly latency: Histogram;
}

/** Measures a load, in memory that does not grow with it. */
export class Measures {
  readonly #latency = new Histogram();
  readonly #startError = new Histogram();
  readonly #spread = new Histogram();
  readonly #windows: Window[] = [];
  #batch: Batch | undefined;
  #starts = 0;
  #firstStartMs = Infinity;
  #lastStartMs = -Infinity;

  /** Adds calls, which are about to start, to the batch of their intended start; batches come one after the other. */
  join(intendedAtMs: number, calls: number): Batch {
    if (this.#batch?.intendedAtMs !== intendedAtMs) {
      this.#batch = { intendedAtMs, calls: 0, open: 0, firstMs: Infinity, lastMs: -Infinity };
    }
    this.#batch.calls += calls;
    this.#batch.open += calls;
    return this.#batch;
  }

  start(nowMs: number): void {
    this.#starts++;
    this.#firstStartMs = Math.min(this.#firstStartMs, nowMs);
    this.#lastStartMs = Math.max(this.#lastStartMs, nowMs);
    this.#window(nowMs).starts++;
  }

  end(
    { intendedAtMs, startedAtMs, sentAtMs = startedAtMs, endedAtMs, isOk }: MeasuredCall,
    batch?: Batch,
  ): void {
    this.#startError.add(Math.max(0, sentAtMs - intendedAtMs));
    if (isOk) this.#took(endedAtMs, endedAtMs - intendedAtMs);
    if (batch === undefined) return;
    batch.firstMs = Math.min(batch.firstMs, startedAtMs);
    batch.lastMs = Math.max(batch.lastMs, sentAtMs);
    if (--batch.open === 0 && batch.calls > 1) this.#spread.add(batch.lastMs - batch.firstMs);
  }

  /** Takes a call that the platform has made by itself: when it started is the platform's doing. */
  observe({ intendedAtMs, startedAtMs, endedAtMs, isOk }: MeasuredCall): void {
    this.start(startedAtMs);
    if (isOk) this.#took(endedAtMs, endedAtMs - intendedAtMs);
  }

  #took(endedAtMs: number, latencyMs: number): void {
    this.#latency.add(latencyMs);
    this.#window(endedAtMs).latency.add(latencyMs);
  }

  #window(nowMs: number): Window {
    const number = Math.floor(nowMs / WINDOW_MS);
    const last = this.#windows.at(-1);
    if (last !== undefined && last.number >= number) return last;
    const window = { number, starts: 0, latency: new Histogram() };
    this.#windows.push(window);
    if (this.#windows.length > WINDOWS + 1) this.#windows.shift();
    return window;
  }

  /** Of all calls so far. */
  figures(): LoadFigures {
    const spanMs = this.#lastStartMs - this.#firstStartMs;
    return {
      latency_ms: this.#latency.quantity(),
      start_error_ms: this.#startError.quantity(),
      batch_spread_ms: this.#spread.quantity(),
      startsPerS: spanMs > 0 ? (this.#starts - 1) / spanMs * 1000 : null,
    };
  }

  /** Of the last whole seconds; of the present one, if there are none. */
  recent(nowMs: number): RecentFigures {
    const now = Math.floor(nowMs / WINDOW_MS);
    const whole = this.#windows.filter(({ number }) => number < now && number >= now - WINDOWS);
    const windows = whole.length > 0 ? whole : this.#windows.filter(({ number }) => number === now);
    const latency = new Histogram();
    for (const window of windows) latency.merge(window.latency);
    // The first second of all may have begun after its beginning.
    const fromMs = Math.max(this.#firstStartMs, (whole[0]?.number ?? now) * WINDOW_MS);
    const seconds = whole.length > 0 ? (now * WINDOW_MS - fromMs) / 1000 : 1;
    return {
      startsPerS: windows.reduce((sum, { starts }) => sum + starts, 0) / seconds,
      latency_ms: latency.quantity(),
    };
  }
}
