import { type Clock, onAbort } from "../../model/mod.ts";
import { isBusy } from "./errors.ts";

/** Options for waiting for other programs, and for room on the disk. */
export interface FileWaitOptions {
  readonly clock: Clock;
  /** The path of the queue, for messages. */
  readonly path: string;
  /** Longest wait, in milliseconds. (Default: for ever) */
  readonly giveUpAfterMs?: number | undefined;
  /** Called once when a wait is long, and once when it is over. */
  readonly onNote?: ((words: string, isWaiting?: boolean) => void) | undefined;
  /** When it is aborted, what waits may do so for 5 s more. */
  readonly closing?: AbortSignal | undefined;
}

/** The reason why a queue cannot be written now. */
type Obstacle = "locked" | "full";

const WORDS: Readonly<Record<Obstacle, string>> = {
  locked: "another program keeps it locked",
  full: "its disk is full, or a quota or limit is reached. Free some space",
};

/** Longest wait once the queue is being closed, in milliseconds. */
const CLOSING_MS = 5000;
/** Between two attempts to get a locked file, in milliseconds: at first, and at last. Most transactions take a few. */
const FIRST_PAUSE_MS = 1, LAST_PAUSE_MS = 20;
/** Between two attempts to write on a full disk, in milliseconds. */
const FULL_PAUSE_MS = 500;
/** A lock as long as this is reported, in milliseconds. */
const REPORT_AFTER_MS = 1000;

/** Waits until a queue's file is free and its disk has room, and says once what it waits for. */
export class FileWait {
  readonly #options: FileWaitOptions;
  #closingSinceMs = Infinity;
  #fullSinceMs: number | undefined;
  #longestWaitMs = 0;
  /** Number of attempts that have waited until the wait was reported: meanwhile reads that wait for no write come through. */
  #waiting = 0;
  /** The obstacle that was reported and is not over. */
  #reported: Obstacle | undefined;

  constructor(options: FileWaitOptions) {
    this.#options = options;
    const { closing, clock } = options;
    if (closing !== undefined) onAbort(closing, () => this.#closingSinceMs = clock.nowMs());
  }

  /** Whether the disk was full when it was written last. */
  get isFull(): boolean {
    return this.#fullSinceMs !== undefined;
  }

  /**
   * Does what needs the file for itself, again and again until no other process has it locked; the event loop goes on between.
   *
   * @throws what `attempt` throws; that the file is locked, only when it is given up
   */
  async untilFree<T>(attempt: () => T): Promise<T> {
    const { clock } = this.#options;
    const sinceMs = clock.nowMs();
    let isLong = false;
    for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS)) {
      try {
        const answer = attempt();
        this.#longestWaitMs = Math.max(this.#longestWaitMs, clock.nowMs() - sinceMs);
        if (isLong) this.#waiting--;
        if (this.#waiting === 0) this.#over("locked");
        return answer;
      } catch (error) {
        if (!isBusy(error) || this.#isGivenUp(sinceMs)) {
          if (isLong) this.#waiting--;
          throw error;
        }
      }
      if (!isLong && clock.nowMs() - sinceMs >= REPORT_AFTER_MS) {
        isLong = true;
        this.#waiting++;
        this.#report("locked");
      }
      await clock.until(clock.nowMs() + pauseMs);
    }
  }

  /** The longest wait for the file since this was asked last, in milliseconds. */
  takeLongestWaitMs(): number {
    const longestMs = this.#longestWaitMs;
    this.#longestWaitMs = 0;
    return longestMs;
  }

  /** The disk has taken a write. */
  written(): void {
    this.#fullSinceMs = undefined;
    this.#over("full");
  }

  /** Waits a while for room, as the disk has taken no write. @returns false if it is given up */
  async forRoom(): Promise<boolean> {
    const { clock, closing } = this.#options;
    this.#fullSinceMs ??= clock.nowMs();
    if (this.#isGivenUp(this.#fullSinceMs)) return false;
    this.#report("full");
    await clock.until(clock.nowMs() + FULL_PAUSE_MS, closing?.aborted ? undefined : closing);
    return true;
  }

  #isGivenUp(sinceMs: number): boolean {
    const { clock, giveUpAfterMs = Infinity } = this.#options;
    const nowMs = clock.nowMs();
    return nowMs - sinceMs >= giveUpAfterMs ||
      nowMs - Math.max(sinceMs, this.#closingSinceMs) >= CLOSING_MS;
  }

  #report(obstacle: Obstacle): void {
    if (this.#reported === obstacle) return;
    this.#reported = obstacle;
    this.#options.onNote?.(`Waiting for the queue ${this.#options.path}: ${WORDS[obstacle]}`, true);
  }

  #over(obstacle: Obstacle): void {
    if (this.#reported !== obstacle) return;
    this.#reported = undefined;
    this.#options.onNote?.(`The queue ${this.#options.path} can be written again`, false);
  }
}
