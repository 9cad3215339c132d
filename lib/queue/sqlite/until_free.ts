import type { Clock } from "../../model/mod.ts";
import { isBusy } from "./errors.ts";

/** How long to wait for other processes, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;
/** Between two attempts: at first, and at last. Most transactions of others take a few milliseconds. */
const FIRST_PAUSE_MS = 1, LAST_PAUSE_MS = 20;

/**
 * Does what needs the file for itself, again and again until no other process has it locked; the event loop goes on between.
 *
 * @throws what `attempt` throws; that the file is locked, only after 5 s
 */
export async function untilFree<T>(clock: Clock, attempt: () => T): Promise<T> {
  const endMs = clock.nowMs() + BUSY_TIMEOUT_MS;
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS)) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || clock.nowMs() >= endMs) throw error;
    }
    await clock.until(clock.nowMs() + pauseMs);
  }
}
