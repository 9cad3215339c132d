import { setImmediate } from "node:timers";

/** Resolves when what is at hand in the event loop has been done. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
