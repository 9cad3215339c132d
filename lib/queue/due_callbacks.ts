import type { CallbackCounts, CallbackRoom, CallbackState } from "./callbacks.ts";

/** The part of a waiting callback that says whether it may be taken. */
export interface WaitingCallback {
  /** The origin of its URL. */
  readonly origin: string;
  /** When it is due, in milliseconds since 1970. */
  readonly atMs: number;
}

/** The callbacks that a pull takes; if there are none, when it can take one. */
export interface DueCallbacks<T> {
  readonly due: T[];
  /** When the next one is due for which there is room, in milliseconds since 1970; undefined: none is. */
  readonly nextMs: number | undefined;
}

/**
 * Picks the callbacks that are due, as far as there is room for them and for their origins.
 *
 * @param waiting those that nobody has taken, in the order in which they are to be taken
 * @param nowMs in milliseconds since 1970
 */
export function pickDue<T extends WaitingCallback>(
  waiting: Iterable<T>,
  room: CallbackRoom,
  nowMs: number,
): DueCallbacks<T> {
  const due: T[] = [], { max } = room, roomOf = new Map<string, number>();
  let nextMs: number | undefined;
  if (max <= 0) return { due, nextMs };
  for (const each of waiting) {
    const { origin, atMs } = each;
    let left = roomOf.get(origin);
    if (left === undefined) roomOf.set(origin, left = room.of(origin)); // once: a million may wait for one origin
    if (left <= 0) continue;
    if (atMs > nowMs) {
      nextMs = Math.min(nextMs ?? Infinity, atMs);
      continue;
    }
    roomOf.set(origin, left - 1);
    if (due.push(each) >= max) break;
  }
  return { due, nextMs };
}

/** Counts callbacks by their states. */
export function countStates(states: Iterable<CallbackState>): CallbackCounts {
  let waiting = 0, givenUp = 0;
  for (const state of states) {
    if (state === "waiting") waiting++;
    else if (state === "given-up") givenUp++;
  }
  return { waiting, givenUp };
}
