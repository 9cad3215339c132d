import { onAbort } from "./abort.ts";

/**
 * The only source of time. Programs get one handed in, so that the same code runs on the wall clock, in virtual time and
 * in a test. Instants are milliseconds since 1970 and never run backwards.
 */
export interface Clock {
  /** The present instant, in milliseconds since 1970, with a fraction. */
  nowMs(): number;
  /** Waits until an instant; resolves at once if it has passed, and early (without an error) if `signal` is aborted. */
  until(instantMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once, so many milliseconds from now, or at once if they are below 0. @returns what takes the call back */
  after(delayMs: number, callback: () => void): () => void;
}

/** Longer timers overflow the 32 bits of `setTimeout`. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ORIGIN_MS = performance.timeOrigin;

/**
 * The wall clock: monotonic (a step of the system clock does not reach it), and it never wakes early, although real
 * timers end up to a millisecond before their time.
 */
export const realClock: Clock = {
  nowMs: () => ORIGIN_MS + performance.now(),
  async until(instantMs, signal) {
    for (let left = instantMs - realClock.nowMs(); left > 0; left = instantMs - realClock.nowMs()) {
      if (signal?.aborted) return;
      await timer(left, signal);
    }
  },
  after(delayMs, callback) {
    const id = setTimeout(callback, Math.max(0, Math.min(delayMs, LONGEST_TIMER_MS))); // it warns of negative ones
    return () => clearTimeout(id);
  },
};

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      forget?.();
      resolve();
    };
    const cancel = realClock.after(ms, end);
    const forget = signal && onAbort(signal, end);
  });
}
