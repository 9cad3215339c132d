import type { Clock } from "../../../model/mod.ts";
import { DelayedLine } from "../../delayed_line.ts";
import type { Entry } from "../log/entry.ts";

/** The parts with which entries wait until they are due. */
export interface DelayedEntriesOptions {
  readonly clock: Pick<Clock, "wallMs">;
  /** Whether an entry still waits. */
  isThere(entry: Entry): boolean;
  /** Called when one waits that did not before. */
  added(): void;
}

/**
 * Entries of a partition that are not due yet. Few are: what is due later waits in `delayed`, and comes to `pending` only when
 * it is due, or was cancelled and is retried; or it came from a machine whose clock is ahead.
 */
export class DelayedEntries {
  readonly #options: DelayedEntriesOptions;
  readonly #line = new DelayedLine<Entry>();
  readonly #waiting = new Set<Entry>();
  /** Those that were never handed out. */
  readonly #fresh = new Set<Entry>();
  /** Where the first of these stands; undefined: it is to be found out. */
  #firstFresh: number | undefined = Infinity;

  constructor(options: DelayedEntriesOptions) {
    this.#options = options;
  }

  /** Takes an entry, if it is not due. @param isFresh whether it was never handed out */
  takes(entry: Entry, isFresh: boolean): boolean {
    const { instance: { dueAtMs }, cancel } = entry;
    if (dueAtMs === undefined || cancel !== undefined || dueAtMs <= this.#options.clock.wallMs()) {
      return false;
    }
    this.leave(entry);
    this.#line.add(entry);
    this.#waiting.add(entry);
    if (isFresh) this.#fresh.add(entry);
    this.#firstFresh = undefined;
    this.#options.added();
    return true;
  }

  /** It waits no more. @returns whether it did */
  leave(entry: Entry): boolean {
    if (!this.#waiting.delete(entry)) return false;
    this.#line.leave(entry);
    if (this.#fresh.delete(entry)) this.#firstFresh = undefined;
    return true;
  }

  /** Forgets those that wait no more, as they have ended. */
  tidy(): void {
    for (const entry of this.#waiting) if (!this.#options.isThere(entry)) this.leave(entry);
  }

  /** The offset of the first one that was never handed out; Infinity if there is none. */
  get firstFresh(): number {
    return this.#firstFresh ??= [...this.#fresh].reduce(
      (first, { place }) => Math.min(first, place.offset),
      Infinity,
    );
  }

  /** When the next one is due, in milliseconds since 1970; Infinity: none waits. */
  get nextMs(): number {
    return this.#line.nextMs ?? Infinity;
  }

  /** Takes out those that are due by an instant. */
  *take(nowMs: number): Generator<{ readonly entry: Entry; readonly isFresh: boolean }> {
    for (const entry of this.#line.take(nowMs)) {
      const isFresh = this.#fresh.has(entry);
      this.leave(entry);
      if (this.#options.isThere(entry)) yield { entry, isFresh };
    }
  }
}
