import { type Clock, onAbort } from "../model/mod.ts";
import { BEAT_MS, type ConsumerView, type QueueDriver, QueueError } from "../queue/mod.ts";
import { fairHolding, type Load, type OwnLoad, spread, surplus } from "./balance.ts";
import { type Beats, unlessOver } from "./beats.ts";
import type { Execution } from "./execution.ts";
import { type Beat, type LimitRounds, NO_BEAT } from "./limit_rounds.ts";
import { Pause } from "./pause.ts";

/** A consumer balances its instances with others at this interval, in milliseconds: with a late beat, they follow within 2 s. */
const BALANCE_MS = BEAT_MS / 2;
/**
 * After a hand-over nothing is handed over for this time, in milliseconds: until then the others have told what they have now. So
 * nothing goes to and fro, however long a look takes.
 */
const PAUSE_MS = 1.5 * BEAT_MS;
/** Most instances that are handed over at a time: that takes some tenths of a second. */
const MOST = 5000;

/** The parts that a consumer follows the others with. */
export interface PeersOptions {
  readonly queue: QueueDriver;
  readonly clock: Clock;
  readonly execution: Execution;
  /** Writes this consumer's record. */
  readonly beats: Pick<Beats, "write">;
  /** Divides the limits with the others. */
  readonly rounds: LimitRounds;
  /** Tells this consumer's record from those of the others. */
  readonly key: string;
  /** Called with the consumers that live, this one too, at each look. */
  looked(all: readonly ConsumerView[]): void;
  /** Returns the load of this consumer at present. */
  own(): OwnLoad;
  /** Called when this consumer may hold more, or fewer. */
  resized(): void;
  /** Called when something may start that could not before. */
  opened(): void;
}

/**
 * Follows the other consumers of a queue that hands out to whoever asks: they divide the limits, none holds more of the queue than
 * the part that it can start, and what waits at one while others are idle goes back to the queue.
 */
export class Peers {
  readonly #options: PeersOptions;
  #others: readonly Load[] = [];
  /** Instances that had not ended when it looked last. */
  #open = 0;
  #pausedUntilMs = -Infinity;
  #balancedAtMs = -Infinity;
  #hasFailed = false;
  #beat: Beat = NO_BEAT;
  #hasNews = false;
  readonly #pause: Pause;
  readonly #ready = Promise.withResolvers<void>();

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#pause = new Pause(options.clock);
  }

  /** Resolves when it is known what the others have, or that cannot be found out. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Most instances that this consumer may hold now; no bound if it is alone. */
  get mostHeld(): number {
    return this.#others.length === 0 ? Infinity : fairHolding(this.#options.own(), this.#others, this.#open);
  }

  /** Writes the record soon, as somebody waits to see a change of it. */
  hurry(): void {
    this.#hasNews = true;
    this.#pause.end();
  }

  /**
   * Goes on until `over` is aborted.
   *
   * @param drain from then on nothing starts, and the others get its part
   */
  async run(drain: AbortSignal, over: AbortSignal): Promise<void> {
    const forget = onAbort(drain, () => this.hurry());
    try {
      while (!over.aborted) await this.#next(drain, over);
    } finally {
      this.#ready.resolve();
      forget();
    }
  }

  async #next(drain: AbortSignal, over: AbortSignal): Promise<void> {
    const { clock, rounds } = this.#options;
    await unlessOver(this.#round(drain), over);
    if (rounds.hasLooked && rounds.pauseMs > 0 || this.#hasFailed) this.#ready.resolve();
    if (over.aborted || this.#hasNews) return;
    await this.#pause.until(clock.nowMs() + (this.#hasFailed ? BALANCE_MS : rounds.pauseMs), over);
  }

  /** A round that fails is left out: other work on the queue meets the same fault, and reports it. */
  async #round(drain: AbortSignal): Promise<void> {
    const { queue, beats, rounds, looked, opened } = this.#options;
    this.#hasFailed = true;
    const mustWrite = rounds.plan(drain.aborted) || this.#hasNews;
    this.#hasNews = false;
    try {
      if (mustWrite && rounds.hasLooked) {
        const { beat } = rounds;
        if (!await beats.write()) return;
        this.#beat = beat;
      }
      const all = await queue.consumers(true);
      this.#hasFailed = false;
      looked(all);
      if (rounds.look(all, this.#beat)) opened();
      if (!drain.aborted) await this.#balance(all);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
    }
  }

  async #balance(all: readonly ConsumerView[]): Promise<void> {
    const { queue, key, clock, resized } = this.#options, nowMs = clock.nowMs();
    const others = all.filter(({ quota }) => quota?.key !== key && !quota?.isLeaving);
    if (others.length === this.#others.length && nowMs < this.#balancedAtMs + BALANCE_MS) return;
    this.#balancedAtMs = nowMs;
    const { queued, running } = others.length === 0 ? { queued: 0, running: 0 } : await queue.depth();
    const isAnother = others.length > 0 || this.#others.length > 0;
    this.#others = others.map(loadOfPeer);
    this.#open = queued + running;
    if (isAnother) resized();
    this.#handOver();
  }

  #handOver(): void {
    const { clock, execution } = this.#options, nowMs = clock.nowMs();
    const mayHandOver = this.#others.some(({ idle = 0 }) => idle > 0) && nowMs >= this.#pausedUntilMs;
    const own = this.#options.own();
    if (!mayHandOver || !own.isCrowded) return;
    const waiting = execution.blockage.waitingForCapacity();
    const count = Math.min(surplus(own, this.#others, waiting.length), MOST);
    if (count === 0) return;
    this.#pausedUntilMs = nowMs + PAUSE_MS;
    execution.giveBack(spread(waiting, count));
  }
}

/** The load that another consumer could have, even while others still use some of its part of the limit. */
function loadOfPeer({ limit, idle = 0, quota }: ConsumerView): Load {
  return limit === undefined ? { idle } : { limit: Math.max(limit, quota?.capacity ?? 0), idle };
}
