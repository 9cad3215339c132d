import { type Clock, onAbort, type Random } from "../../../model/mod.ts";
import type { KafkaAddressOptions } from "../address/address.ts";
import type { QueueText } from "../../kind.ts";
import { QueueError } from "../../errors.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { Link, Reachability } from "../client/link.ts";
import { endOffsets, readChunk, startOffset } from "./log.ts";
import { connectionOf } from "../client/security.ts";

/** Options for reading texts from topics. */
export interface KafkaTextsOptions extends KafkaAddressOptions {
  /** Where to ask for the cluster first: `host:port` each. */
  readonly brokers: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Longest time without an answer from any broker before `unreachable`, in milliseconds. (Default: it never gives up) */
  readonly giveUpAfterMs?: number;
  readonly onNote?: (words: string, isWaiting?: boolean) => void;
  /** Ends the reading, which rejects with `closed`. */
  readonly signal?: AbortSignal;
}

/**
 * Reads what some topics hold, from their starts to their present ends, merged by time: exactly if each partition is in the
 * order of time. Topics that are not there are left out; their names get the prefix.
 *
 * @throws {QueueError} `cannot-open` if none of them is there; `unreachable`, `unauthorized` or `failed`
 */
export async function* readTexts(
  topics: readonly string[],
  options: KafkaTextsOptions,
): AsyncGenerator<QueueText> {
  const { prefix = "", clock, random, giveUpAfterMs, onNote } = options;
  const linkOptions = { ...await connectionOf(options), clock, random, giveUpAfterMs, onNote };
  const closing = new AbortController();
  using stack = new DisposableStack();
  if (options.signal !== undefined) stack.defer(onAbort(options.signal, () => closing.abort()));
  await using link = new Link(linkOptions, new Reachability(linkOptions), closing.signal);
  const there = await present(link, topics.map((topic) => `${prefix}${topic}`));
  yield* merged(await cursorsOf(link, await link.use(there)));
}

async function present(link: Link, topics: readonly string[]): Promise<string[]> {
  const known = await link.topics();
  const there = topics.filter((topic) => known.has(topic));
  if (there.length > 0) return there;
  await link.seek(topics[0]!);
  throw new QueueError(
    "cannot-open",
    `Cannot read the topics of ${link.where}: it has none of ${
      topics.join(", ")
    }. Name their prefix, if they have one, ` +
      "by ?prefix=",
  );
}

async function cursorsOf(link: Link, topics: ReadonlyMap<string, number>): Promise<Cursor[]> {
  const places = [...topics].flatMap(([topic, length]) =>
    Array.from({ length }, (_, partition) => ({ topic, partition }))
  );
  const ends = await endOffsets(link, places);
  return await Promise.all(
    places.map(async ({ topic, partition }, i) =>
      new Cursor(link, topic, partition, await startOffset(link, topic, partition), ends[i]!)
    ),
  );
}

async function* merged(cursors: readonly Cursor[]): AsyncGenerator<QueueText> {
  for (;;) {
    let first: Cursor | undefined;
    for (const cursor of cursors) {
      await cursor.fill();
      if (cursor.head && (first === undefined || cursor.head.atMs < first.head!.atMs)) first = cursor;
    }
    if (first === undefined) return;
    yield first.shift();
  }
}

/** Where the reading of a partition has come to. */
class Cursor {
  readonly #link: Link;
  readonly #topic: string;
  readonly #partition: number;
  readonly #end: number;
  #offset: number;
  #texts: QueueText[] = [];
  #at = 0;

  constructor(link: Link, topic: string, partition: number, offset: number, end: number) {
    this.#link = link;
    this.#topic = topic;
    this.#partition = partition;
    this.#offset = offset;
    this.#end = end;
  }

  /** The next text; undefined at the end, or before it was filled. */
  get head(): QueueText | undefined {
    return this.#texts[this.#at];
  }

  shift(): QueueText {
    return this.#texts[this.#at++]!;
  }

  /** Fetches more if nothing is at hand. */
  async fill(): Promise<void> {
    while (this.head === undefined && this.#offset < this.#end) {
      const at = { topic: this.#topic, partition: this.#partition, offset: this.#offset };
      const { records, next } = await readChunk(this.#link, at);
      this.#texts = records.filter(({ offset }) => offset < this.#end).flatMap(textOf);
      this.#at = 0;
      this.#offset = next;
    }
  }
}

function textOf({ value, timestamp }: IncomingRecord): QueueText[] {
  return value === null ? [] : [{ text: value.toString(), atMs: timestamp }];
}
