import { delayedUntil, type Instance } from "../../../model/mod.ts";
import {
  decodeInstance,
  type MessagePreview,
  type OriginalPriorities,
  previewOf,
} from "../../../wire/mod.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { ChainPool } from "./chain_pool.ts";
import { DUE, dueOf } from "./delayed_messages.ts";
import { bytesOf, type MessageKind, type Unreadable } from "./messages.ts";
import { ID, type Place } from "./records.ts";
import type { Settled } from "./settled.ts";

/** Options for reading messages of `pending`. */
export interface MessageReaderOptions {
  readonly partition: number;
  readonly topic: string;
  readonly chains: ChainPool;
  /** Priorities of the original's instances and functions. (Default: none) */
  readonly priorities?: OriginalPriorities | undefined;
}

/** Reads messages of a partition of `pending`: whole, or as far as a preview shows. */
export class MessageReader {
  readonly #options: MessageReaderOptions;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /**
   * The instance that a message brings, with the chain that others of its definition have.
   *
   * @throws {Error} if it brings none
   */
  instance({ value, headers, timestamp }: IncomingRecord, { atMs, offset }: Place): Instance {
    const { topic, partition, priorities, chains } = this.#options;
    const fallbackId = String(headers[ID] ?? `${topic}-${partition}-${offset}`);
    const options = { fallbackId, receivedAtMs: atMs, priorities };
    const instance = chains.shared(decodeInstance(bytesOf({ value }), options));
    if (headers[DUE] === undefined || instance.dueAtMs !== undefined) return instance;
    return delayedUntil(instance, dueOf({ headers, timestamp })); // the original's messages cannot say it
  }

  /** The preview of a message, with the same chain; undefined if the message must be decoded first. */
  preview({ value }: IncomingRecord): MessagePreview | undefined {
    const preview = value === null ? undefined : previewOf(value);
    const chain = preview && this.#options.chains.known(preview.chain);
    return chain && { ...preview, chain };
  }

  /** Whether a message is settled that brings an instance of a kind. */
  isSettled({ chain, labels }: MessageKind, offset: number, settled: Settled | undefined): boolean {
    return settled !== undefined && settled.mayHave(offset) &&
      settled.has(offset, this.#options.chains.hashOf(chain), labels);
  }
}

/** A message that cannot be read. */
export function unreadable(record: IncomingRecord, place: Place, error: unknown): Unreadable {
  return { place, bytes: bytesOf(record), reason: (error as Error).message };
}
