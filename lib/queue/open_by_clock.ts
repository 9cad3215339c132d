import { realClock } from "../model/mod.ts";
import type { QueueOptions } from "./kind.ts";
import { openQueue as open, type QueueDriver } from "./mod.ts";

/**
 * Opens the queue at an address: `sqlite:PATH`, `kafka://HOST:PORT`, or `memory:` for one within this process. Each call is one
 * consumer or producer of its own; `memory:` is a new queue each time.
 *
 * @throws {QueueError} `bad-address`, `cannot-open`, `not-a-queue`, `newer-version`, `read-only`, `busy` or `failed`; of Kafka
 * also `unreachable`, `unauthorized` or `bad-topic`
 */
export async function openQueue(address: string, options: QueueOptions = {}): Promise<QueueDriver> {
  return await open(address, { ...options, clock: realClock });
}
