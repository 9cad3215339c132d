import { setImmediate } from "node:timers";

/** Resolves when the event loop has done the work at hand. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
