/**
 * The queue: what producers and consumers see of it, and how one is opened. The drivers are loaded when they are asked for,
 * as most commands need one of them at most.
 */
import type { Clock } from "../model/mod.ts";
import { parseQueueAddress, type QueueAddress } from "./address.ts";
import type { QueueDriver } from "./queue.ts";

export * from "./address.ts";
export { CANCELLED_ON_REQUEST, matches } from "./filter.ts";
export * from "./memory.ts";
export * from "./queue.ts";

/** How a queue is opened. */
export interface OpenQueueOptions {
  readonly clock: Clock;
  /** Only to look at: everything that would write rejects with `read-only`. (Default: false) */
  readonly readOnly?: boolean;
}

/**
 * Opens the queue at an address. Each call is one consumer or producer of its own; `memory:` is a new queue each time.
 *
 * @throws {QueueError} `bad-address`, `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy` or `failed`
 */
export async function openQueue(
  address: string | QueueAddress,
  options: OpenQueueOptions,
): Promise<QueueDriver> {
  const at = typeof address === "string" ? parseQueueAddress(address) : address;
  if (at.kind === "memory") {
    const { memoryQueue } = await import("./memory.ts");
    return memoryQueue(options);
  }
  const { openSqliteQueue } = await import("./sqlite/mod.ts");
  return await openSqliteQueue({ path: at.path, ...at.options, ...options });
}
