import type { Clock } from "../../model/mod.ts";
import { QueueError } from "../errors.ts";
import { anySettledBefore, forgetSettled } from "./callbacks.ts";
import type { ChainTable } from "./chains.ts";
import type { Database } from "./database.ts";
import type { GroupCommit } from "./group_commit.ts";
import { release } from "./hold.ts";
import { expel, type Lease, type Silent, Watch } from "./lease.ts";
import { nextDueMs, wake } from "./delayed.ts";
import { Expired } from "./expired.ts";
import { forget } from "./request.ts";
import { asQueueError } from "./errors.ts";
import type { FileWait } from "./file_wait.ts";

/** The parts that upkeep works on. */
export interface UpkeepOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly keepMs: number;
  readonly chains: ChainTable;
  readonly writes: GroupCommit;
  readonly fileWait: FileWait;
  readonly lease: Lease;
  /** Called after each beat: the lease may be a new one, as the earlier one was lost. */
  beaten(): void;
  /** Called when there is something to pull that another has lost. */
  released(): void;
}

/** Longest time between two beats, in milliseconds. */
const LONGEST_TICK_MS = 1000;
/**
 * A wait for the file as long as this part of the time between two beats is a lock that keeps others from beating; they are
 * shorter when consumers write a lot.
 */
const LOCKED_PART = 2;
/** Most purges, of one page each, that one tick makes. */
const PURGES_PER_TICK = 20;

/** The regular work of each consumer: it beats, looks after silent others, and purges instances that ended long ago. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #tickMs: number;
  readonly #watch: Watch;
  readonly #expired: Expired;
  #running: Promise<void> | undefined;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#tickMs = Math.min(options.leaseMs / 4, LONGEST_TICK_MS);
    this.#watch = new Watch(options.db, 2 * this.#tickMs);
    this.#expired = new Expired(options.db);
  }

  /** Whether this is a consumer's: it has begun. */
  get hasBegun(): boolean {
    return this.#running !== undefined;
  }

  /** Begins, unless it has begun. */
  start(closing: AbortSignal): void {
    this.#running ??= this.#run(closing);
  }

  /** Resolves when it has ended, after `closing` was aborted. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(closing: AbortSignal): Promise<void> {
    const { clock, db } = this.#options;
    while (!closing.aborted) {
      try {
        await this.#tick(closing);
      } catch (cause) {
        const error = asQueueError(cause, "look after the queue", db.path);
        // Whoever uses the queue meets the same trouble and is told; upkeep goes on when it is over.
        if (!(error instanceof QueueError)) throw error;
      }
      await clock.until(clock.nowMs() + this.#tickMs, closing);
    }
  }

  async #tick(closing: AbortSignal): Promise<void> {
    const { lease, writes, fileWait, clock, db, keepMs } = this.#options;
    await this.beat();
    const wasLocked = fileWait.takeLongestWaitMs() > this.#tickMs / LOCKED_PART;
    if (nextDueMs(db) <= clock.wallMs()) await writes.run(() => wake(db, clock.wallMs())); // also with no room for more
    const silent = this.#watch.look(lease.key, { nowMs: clock.nowMs(), wasLocked });
    for (const each of silent) await this.#takeFrom(each);
    for (let pages = 0; pages < PURGES_PER_TICK && !closing.aborted; pages++) {
      const seqs = this.#expired.next(clock.wallMs() - keepMs);
      if (seqs.length === 0) break;
      await writes.run(() => forget(db, this.#options.chains, seqs), { rows: seqs.length * 2 });
    }
    if (anySettledBefore(db, clock.wallMs() - keepMs)) {
      await writes.run(() => forgetSettled(db, clock.wallMs() - keepMs));
    }
  }

  /** Writes to the queue that this consumer is alive. */
  async beat(): Promise<void> {
    const { lease, writes, clock } = this.#options;
    const hold = () => {
      lease.hold();
      return clock.nowMs();
    };
    const atMs = await writes.run(hold, { waits: true });
    lease.beaten(atMs);
    this.#options.beaten();
  }

  async #takeFrom(silent: Silent): Promise<void> {
    const { writes, clock, db } = this.#options;
    const expelled = await writes.run(() => {
      if (!expel(db, silent)) return false;
      release(db, this.#options.chains, silent.key, clock.wallMs());
      return true;
    });
    if (expelled) this.#options.released();
  }
}
