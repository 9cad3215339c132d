import { type Clock, onAbort, type Stop } from "../../../model/mod.ts";

/** The system's error codes for a lack of this machine, not the server: descriptors, ports, memory for sockets. */
const CODES: Readonly<Record<string, string>> = {
  EMFILE: "this process has no file descriptors left (EMFILE). Raise its limit, see ulimit -n",
  ENFILE: "this machine has no file descriptors left (ENFILE)",
  EADDRNOTAVAIL: "this machine has no free ports left for new connections (EADDRNOTAVAIL)",
  ENOBUFS: "this machine has no memory left for sockets (ENOBUFS)",
};
/** While nothing gets free here, one call after the other tries again at this interval, in milliseconds. */
const AGAIN_MS = 100;
/** The time for which a note is not repeated, in milliseconds. */
const QUIET_MS = 60_000;

/** A connection cannot be made because this machine is short of something. It says nothing about the server. */
export class ShortageError extends Error {
  override readonly name = "ShortageError";
}

/** In words, what this machine is short of, by an error or what caused it; undefined if the error is another. */
export function shortageWords(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as Error & { readonly code?: unknown };
    if (typeof code === "string" && Object.hasOwn(CODES, code)) return CODES[code];
  }
  return undefined;
}

/** Calls that are held back while this machine is short of something, in the order in which they came. */
export class Shortage {
  readonly #clock: Clock;
  readonly #onNote: (words: string) => void;
  /** At most as many as there are calls in flight. */
  #waiting: (() => void)[] = [];
  #disarm: (() => void) | undefined;
  #reportedAtMs = -Infinity;

  /** @param onNote called, once in a while, with a sentence that calls are held back, and what is missing */
  constructor(clock: Clock, onNote: (words: string) => void) {
    this.#clock = clock;
    this.#onNote = onNote;
  }

  /** Waits until it makes sense to try again, or until `stop`. @param words name what is missing */
  wait(words: string, stop: AbortSignal | Stop): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#reportedAtMs >= QUIET_MS) {
      this.#reportedAtMs = nowMs;
      this.#onNote(`Calls are held back: ${words}`);
    }
    return new Promise((resolve) => {
      const go = () => {
        forget();
        resolve();
      };
      const forget = onAbort(stop, () => {
        this.#waiting = this.#waiting.filter((other) => other !== go);
        if (this.#waiting.length === 0) this.#rest();
        resolve();
      });
      if (stop.aborted) return;
      this.#waiting.push(go);
      this.#arm();
    });
  }

  /** Something has become free: the first that waits tries again. */
  eased(): void {
    if (this.#waiting.length > 0) this.#next();
  }

  #next(): void {
    this.#rest();
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) this.#arm();
  }

  #arm(): void {
    this.#disarm ??= this.#clock.after(AGAIN_MS, () => this.#next());
  }

  #rest(): void {
    this.#disarm?.();
    this.#disarm = undefined;
  }
}
