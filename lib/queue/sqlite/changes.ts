import { type Clock, onAbort } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import type { Database } from "./database.ts";
import { isBusy } from "./errors.ts";
import { watchWrites } from "./write_watch.ts";

/** A state of the queue, to wait for the next one. */
export interface Mark {
  readonly rings: number;
  readonly version: number;
}

/**
 * Times between two looks of a waiter for writes of other processes, in milliseconds: at first, soon, and at last, when
 * nothing has come for seconds: each look wakes an idle process up.
 */
export interface PaceBounds {
  readonly firstMs: number;
  readonly soonMs: number;
  readonly lastMs: number;
  /**
   * Where given, the file system is asked, too: a write that it tells of is looked at at once, and then none for this time, as
   * most writes are for nobody else.
   */
  readonly hurryMs?: number;
}

/** Looks that follow at once on a write that the file system tells of, as it tells a moment before others can see it … */
const HURRIED_LOOKS = 2;
/** … and the pauses before them, in milliseconds. */
const HURRIED_MS = 1;
/** From look to look the pauses grow by this factor, … */
const GROWTH = 1.5;
/** … and by this one from then on when they are as long as is soon reached. */
const SLOW_GROWTH = 1.02;

/** The pauses between looks, which grow as long as nothing comes. */
export class Pace {
  readonly #bounds: PaceBounds;
  #ms: number;
  #hurried = 0;
  #hurriedAtMs = -Infinity;

  constructor(bounds: PaceBounds) {
    this.#bounds = bounds;
    this.#ms = bounds.firstMs;
  }

  /** Something has come: it begins with short pauses again. */
  quicken(): void {
    this.#ms = this.#bounds.firstMs;
  }

  /** Whether nothing has come for a while, so that it is worth to ask the file system. */
  get isSlow(): boolean {
    return this.#bounds.hurryMs !== undefined && this.#ms >= this.#bounds.soonMs;
  }

  /** The file system tells of a write. @returns whether to look at once */
  hurry(nowMs: number): boolean {
    const { hurryMs } = this.#bounds;
    if (hurryMs === undefined || nowMs - this.#hurriedAtMs < hurryMs) return false;
    this.#hurriedAtMs = nowMs;
    this.#hurried = HURRIED_LOOKS - 1;
    return true;
  }

  /** The length of the next pause, in milliseconds. */
  next(): number {
    if (this.#hurried > 0) {
      this.#hurried--;
      return HURRIED_MS;
    }
    const { soonMs, lastMs } = this.#bounds, ms = this.#ms;
    this.#ms = ms < soonMs ? Math.min(ms * GROWTH, soonMs) : Math.min(ms * SLOW_GROWTH, lastMs);
    return ms;
  }
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
   * @param pace of the looks; it goes on from one wait to the next, as most of what others write is for nobody else
   * @param dueMs an instant of the system's clock at which the wait ends (Default: it does not)
   * @returns when nothing had changed yet; undefined if that was not seen
   */
  async since(mark: Mark, signal: AbortSignal, pace: Pace, dueMs = Infinity): Promise<number | undefined> {
    if (this.#bell.rings > mark.rings) return undefined;
    let unchangedAtMs: number | undefined;
    let pause = new AbortController();
    const wake = new AbortController();
    const end = () => {
      wake.abort();
      pause.abort();
    };
    using stack = new DisposableStack();
    stack.defer(this.#bell.once(end));
    for (const each of [signal, this.#closing]) stack.defer(onAbort(each, end));
    let isWatching = false;
    while (!wake.signal.aborted) {
      const atMs = this.#clock.nowMs(), version = this.#version();
      if (version !== undefined && version !== mark.version) break;
      if (version !== undefined) unchangedAtMs = atMs;
      const leftMs = dueMs - this.#clock.wallMs();
      if (leftMs <= 0) break;
      if (pace.isSlow && !isWatching) {
        isWatching = true;
        stack.use(watchWrites(this.#db.path, () => pace.hurry(this.#clock.nowMs()) && pause.abort()));
        continue; // what was written before it watched is seen by a look
      }
      pause = new AbortController();
      await this.#clock.until(this.#clock.nowMs() + Math.min(pace.next(), leftMs), pause.signal);
    }
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
