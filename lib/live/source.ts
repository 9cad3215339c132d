import { type Clock, onAbort } from "../model/mod.ts";
import type { QueueAdmin, QueueDriver } from "../queue/mod.ts";
import { type Look, observed, viewOf } from "./fold.ts";
import type { LiveSource, LiveView } from "./live_view.ts";

/** Time from one look at the queue to the next, in milliseconds. */
const LOOK_MS = 1000;

/** The part of a queue that is looked at. */
export type LookedAt = Pick<QueueDriver, "depth"> & Pick<QueueAdmin, "consumers" | "settings">;

/** The manner of a look at a queue. */
export interface LookOptions {
  /**
   * Whether consumers count as living by the times of their records, without waiting for their next beats; else all the rest is read
   * once it is known which of them live. (Default: true)
   */
  readonly atOnce?: boolean;
}

/** Reads all that a view is made of, each part once. */
export async function lookAt(
  queue: LookedAt,
  clock: Pick<Clock, "wallMs">,
  { atOnce = true }: LookOptions = {},
): Promise<Look> {
  const living = queue.consumers(atOnce);
  if (!atOnce) await living;
  const [depth, settings, consumers] = await Promise.all([queue.depth(), queue.settings(), living]);
  return { atMs: Math.round(clock.wallMs()), depth, settings, consumers: consumers.map(observed) };
}

/** The parts of a source of views. */
export interface LiveSourceOptions {
  readonly clock: Clock;
  /** Reads all that a view is made of; see {@linkcode lookAt}. */
  look(): Promise<Look>;
  /** Called with each look, before viewers get its view: counters follow it. (Default: no callback) */
  readonly onLook?: (look: Look) => void;
}

/**
 * Looks at a queue once a second for all viewers, however many there are. It begins with the first one, and goes on until it is
 * disposed, so that the counters that follow it miss no consumer.
 */
export class SharedLook implements LiveSource, Disposable {
  readonly #options: LiveSourceOptions;
  readonly #over = new AbortController();
  #latest: { readonly view: LiveView; readonly atMs: number } | undefined;
  #looking: Promise<LiveView> | undefined;
  #runs = false;
  /** Viewers that have seen the latest view: at most one entry for each. */
  readonly #waiting = new Set<() => void>();

  constructor(options: LiveSourceOptions) {
    this.#options = options;
  }

  async now(): Promise<LiveView> {
    const { clock } = this.#options;
    this.#run();
    if (this.#latest !== undefined && clock.nowMs() < this.#latest.atMs + LOOK_MS) return this.#latest.view;
    return await this.#look();
  }

  async *watch(signal: AbortSignal): AsyncGenerator<LiveView> {
    const over = AbortSignal.any([signal, this.#over.signal]);
    let wake = () => {};
    const forget = onAbort(over, () => wake());
    try {
      this.#run();
      let seen: LiveView | undefined;
      while (!over.aborted) {
        const latest = this.#latest?.view;
        if (latest !== undefined && latest !== seen) yield seen = latest;
        else await new Promise<void>((resolve) => this.#waiting.add(wake = resolve));
      }
    } finally {
      this.#waiting.delete(wake);
      forget();
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  #run(): void {
    if (this.#runs) return;
    this.#runs = true;
    void this.#loop();
  }

  async #loop(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#over.signal.aborted) {
      const startMs = clock.nowMs();
      await this.#look().catch(() => {}); // whoever asks at once is told; views go on when the queue can be read
      await clock.until(startMs + LOOK_MS, this.#over.signal);
    }
  }

  /** All who ask while a look is under way get its view. */
  #look(): Promise<LiveView> {
    return this.#looking ??= this.#lookOnce().finally(() => this.#looking = undefined);
  }

  async #lookOnce(): Promise<LiveView> {
    const { clock, look, onLook } = this.#options, atMs = clock.nowMs();
    const all = await look();
    onLook?.(all);
    const view = viewOf(all);
    this.#latest = { view, atMs };
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return view;
  }
}
