/** The registry of queue drivers: to add one is to add its line here. */
import { kafkaKind } from "./kafka/kind.ts";
import { memoryKind } from "./memory/kind.ts";
import { sqliteKind } from "./sqlite/kind.ts";
import type { QueueKind } from "./kind.ts";

const KINDS = [sqliteKind, kafkaKind, memoryKind] as const;

type AddressOf<K> = K extends QueueKind<infer A> ? A : never;

/** Where a queue is, and how it is kept there. */
export type QueueAddress = AddressOf<typeof KINDS[number]>;

/** All kinds, in the order in which they are shown. */
export const QUEUE_KINDS: readonly QueueKind<QueueAddress>[] =
  KINDS as readonly unknown[] as readonly QueueKind<
    QueueAddress
  >[];

/** The kind of a queue by its scheme. */
export function queueKind(scheme: string): QueueKind<QueueAddress> | undefined {
  return QUEUE_KINDS.find((kind) => kind.scheme === scheme.toLowerCase());
}
