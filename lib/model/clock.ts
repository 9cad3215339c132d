import { onAbort } from "./abort.ts";

/**
 * The only source of time. Programs get one handed in, so that the same code runs on the wall clock, in virtual time and
 * in a test. It has two: its own time, which never runs backwards, for durations and for whatever stays in the process; and
 * the system's, for instants that other processes have written or will read. They agree until the system's clock is set, or
 * the machine sleeps.
 */
export interface Clock {
  /** The present instant in its own time, in milliseconds since 1970 as the system's clock had it at the start. */
  nowMs(): number;
  /** The present instant by the system's clock, in milliseconds since 1970; it may be set back or on. */
  wallMs(): number;
  /** Waits until an instant of its own time; resolves at once if it has passed, and early (without an error) if `signal` is aborted. */
  until(instantMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls back once, after `delayMs` milliseconds, or at once if they are below 0. @returns a function that takes the call back
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** Longer timers overflow the 32 bits of `setTimeout`. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ORIGIN_MS = performance.timeOrigin;

/** The system's clock counts as set if it has moved by more than this against the other, in milliseconds. */
const LEAST_STEP_MS = 20;
/** A look at both clocks that took longer, in milliseconds, tells nothing: the process was held up between them. */
const LONGEST_LOOK_MS = 2;

/**
 * The system's time, with the fractions of a monotonic clock: both are compared at each look, and their difference is taken
 * again when the system's clock has been set, or the monotonic one has stood still while the machine slept.
 *
 * @param monotonicMs the monotonic clock, in milliseconds
 * @param systemMs the system's clock, in whole milliseconds
 */
export function anchored(monotonicMs: () => number, systemMs: () => number): () => number {
  let aheadMs = 0;
  return () => {
    const beforeMs = monotonicMs(), atMs = systemMs();
    const stepMs = atMs + 0.5 - beforeMs - aheadMs;
    if (Math.abs(stepMs) <= LEAST_STEP_MS) return beforeMs + aheadMs;
    const afterMs = monotonicMs();
    if (afterMs - beforeMs <= LONGEST_LOOK_MS) aheadMs += stepMs;
    return afterMs + aheadMs;
  };
}

/** Longest time until it is looked again whether the system's clock has been set, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/** Waits until an instant of the system's clock, also if that is set meanwhile; ends early if `signal` is aborted. */
export async function untilWall(clock: Clock, instantMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const leftMs = instantMs - clock.wallMs();
    if (leftMs <= 0) return;
    await clock.until(clock.nowMs() + Math.min(leftMs, LOOK_AGAIN_MS), signal);
  }
}

/** A look at both clocks of a program that takes no longer, in milliseconds, is exact enough. */
const EXACT_MS = 0.5;
/** Most looks at both clocks until one is that exact; then the shortest counts. */
const MOST_LOOKS = 10;

/**
 * The lead of the system's clock over a clock's own time, in milliseconds. A process that is held up between its looks at both
 * looks again: on a busy machine they would seem to differ by that.
 */
export function wallAheadMs(clock: Pick<Clock, "nowMs" | "wallMs">): number {
  let shortestMs = Infinity, aheadMs = 0;
  for (let look = 0; look < MOST_LOOKS && shortestMs > EXACT_MS; look++) {
    const beforeMs = clock.nowMs(), wallMs = clock.wallMs(), tookMs = clock.nowMs() - beforeMs;
    if (tookMs < shortestMs) [shortestMs, aheadMs] = [tookMs, wallMs - beforeMs - tookMs / 2];
  }
  return aheadMs;
}

const monotonicMs = () => ORIGIN_MS + performance.now();

/**
 * The real time: its own is monotonic (a step of the system's clock does not reach it), and it never wakes early, although
 * real timers end up to a millisecond before their time.
 */
export const realClock: Clock = {
  nowMs: monotonicMs,
  wallMs: anchored(monotonicMs, () => Date.now()),
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
