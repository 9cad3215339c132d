import { type Clock, onAbort } from "../model/mod.ts";
import { BEAT_MS, type QueueDriver, QueueError } from "../queue/mod.ts";
import { fairHolding, type Load, type OwnLoad, spread, surplus } from "./balance.ts";
import type { About } from "./beats.ts";
import type { Execution } from "./execution.ts";

/** How often a consumer looks at the others, in milliseconds: with a beat that is a look late, they follow within 2 s. */
const LOOK_MS = BEAT_MS / 2;
/**
 * After a hand-over nothing is handed over for so long, in milliseconds: until then the others have said what they have now. So
 * nothing goes to and fro, however long a look takes.
 */
const PAUSE_MS = 1.5 * BEAT_MS;
/** Most instances that are handed over at a time: that takes some tenths of a second. */
const MOST = 5000;

/** What following the others takes. */
export interface PeersOptions {
  readonly queue: QueueDriver;
  readonly clock: Clock;
  readonly execution: Execution;
  /** Tells this consumer's record from those of the others. */
  readonly about: Pick<About, "host" | "pid">;
  /** What this consumer has to do at present. */
  own(): OwnLoad;
  /** Called when this consumer may hold more, or fewer. */
  changed(): void;
}

/**
 * Follows the other consumers of a queue that hands out to whoever asks: none holds more of it than the part that it can start, and
 * what waits at one while others are idle goes back to the queue.
 */
export class Peers {
  readonly #options: PeersOptions;
  #others: readonly Load[] = [];
  /** Instances that had not ended when it looked last. */
  #open = 0;
  #pausedUntilMs = -Infinity;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** Most instances that this consumer may hold now; no bound if it is alone. */
  get mostHeld(): number {
    return this.#others.length === 0 ? Infinity : fairHolding(this.#options.own(), this.#others, this.#open);
  }

  /** Goes on until `over` is aborted. */
  async run(over: AbortSignal): Promise<void> {
    const { queue, clock } = this.#options;
    if (queue.isDivided) return;
    const left = Promise.withResolvers<void>();
    const forget = onAbort(over, left.resolve);
    while (!over.aborted) {
      const atMs = clock.nowMs();
      await Promise.race([this.#look(), left.promise]);
      if (over.aborted) break;
      this.#handOver();
      await clock.until(Math.max(atMs + LOOK_MS, clock.nowMs()), over);
    }
    forget();
  }

  /** A look that fails is left out: whoever works on the queue meets the same fault and is told. */
  async #look(): Promise<void> {
    const { queue, about: { host, pid }, changed } = this.#options;
    try {
      const all = await queue.consumers();
      const others = all.filter((each) => each.host !== host || each.pid !== pid);
      const { queued, running } = others.length === 0 ? { queued: 0, running: 0 } : await queue.depth();
      const isAnother = others.length > 0 || this.#others.length > 0;
      this.#others = others;
      this.#open = queued + running;
      if (isAnother) changed();
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
    }
  }

  #handOver(): void {
    const { clock, execution } = this.#options, nowMs = clock.nowMs();
    const mayHandOver = this.#others.some(({ idle = 0 }) => idle > 0) && nowMs >= this.#pausedUntilMs;
    const own = this.#options.own();
    if (!mayHandOver || !own.isCrowded) return;
    const waiting = execution.waitingForCapacity();
    const count = Math.min(surplus(own, this.#others, waiting.length), MOST);
    if (count === 0) return;
    this.#pausedUntilMs = nowMs + PAUSE_MS;
    execution.giveBack(spread(waiting, count));
  }
}
