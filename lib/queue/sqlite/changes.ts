import type { Clock } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import type { Database } from "./database.ts";
import { isBusy } from "./errors.ts";

/** A state of the queue, to wait for the next one. */
export interface Mark {
  readonly rings: number;
  readonly version: number;
}

/** How often a waiter looks whether another process has written, in milliseconds: at first, and at last. */
export interface Pace {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Notices changes: of this connection by its bell, of others by SQLite's data version, which costs a few microseconds. */
export class Changes {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #bell: Bell;
  readonly #closing: AbortSignal;

  constructor(db: Database, clock: Clock, bell: Bell, closing: AbortSignal) {
    this.#db = db;
    this.#clock = clock;
    this.#bell = bell;
    this.#closing = closing;
  }

  mark(): Mark {
    return { rings: this.#bell.rings, version: this.#db.dataVersion() };
  }

  /**
   * Waits until something has changed since a mark, `signal` is aborted, or the queue is closed.
   *
   * @returns when nothing had changed yet; undefined if that was not seen
   */
  async since(mark: Mark, signal: AbortSignal, { firstMs, lastMs }: Pace): Promise<number | undefined> {
    if (this.#bell.rings > mark.rings) return undefined;
    let unchangedAtMs: number | undefined;
    const wake = new AbortController();
    const end = () => wake.abort();
    const forget = this.#bell.once(end);
    const signals = [signal, this.#closing];
    for (const each of signals) each.addEventListener("abort", end, { once: true });
    if (signals.some(({ aborted }) => aborted)) end();
    for (let ms = firstMs; !wake.signal.aborted; ms = Math.min(ms * 1.5, lastMs)) {
      const atMs = this.#clock.nowMs(), version = this.#version();
      if (version !== undefined && version !== mark.version) break;
      if (version !== undefined) unchangedAtMs = atMs;
      await this.#clock.until(this.#clock.nowMs() + ms, wake.signal);
    }
    forget();
    for (const each of signals) each.removeEventListener("abort", end);
    return unchangedAtMs;
  }

  /** Undefined while the file is locked. */
  #version(): number | undefined {
    try {
      return this.#db.dataVersion();
    } catch (error) {
      if (isBusy(error)) return undefined;
      throw error;
    }
  }
}
