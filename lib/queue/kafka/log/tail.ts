import type { Clock } from "../../../model/mod.ts";
import { nextTurn } from "../../next_turn.ts";
import { QueueError } from "../../errors.ts";
import { kafkaFailureOf } from "../client/errors.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { type Link, Parted, type TopicPartition } from "../client/link.ts";
import { type Chunk, fetchFrom, LITTLE_BYTES, type Position, startOffset } from "./log.ts";

/** A partition that is followed. */
export interface Followed extends TopicPartition {
  /** From which offset on. */
  readonly offset: number;
  /** Gets new records in their order, and where reading goes on. */
  take(records: readonly IncomingRecord[], next: number): void;
  /** Whether it has enough for now. (Default: never) */
  isFull?(): boolean;
  /** Its records are taken before those of others that were read together with them. (Default: it is not) */
  readonly goesFirst?: boolean;
  /** Whether little may be enough. (Default: never) */
  takesLittle?(): boolean;
}

interface Entry {
  readonly of: Followed;
  offset: number;
}

/** The longest that a broker waits for news before it answers with none, in milliseconds. */
const MAX_WAIT_MS = 250;
/** Most records that are taken at a time: some milliseconds of work. */
const SLICE = 1000;
/** Time until a partition that was full is looked at again, in milliseconds. */
const FULL_PAUSE_MS = 10;

/** Follows partitions: one long fetch after the other from each broker that leads some. */
export class Tail {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #closing: AbortSignal;
  readonly #failed: (error: unknown) => void;
  readonly #entries = new Set<Entry>();
  readonly #loops = new Map<number, Promise<void>>();

  /** @param failed called with the error that makes it impossible to go on */
  constructor(link: Link, clock: Clock, closing: AbortSignal, failed: (error: unknown) => void) {
    this.#link = link;
    this.#clock = clock;
    this.#closing = closing;
    this.#failed = failed;
  }

  /** Follows a partition. @returns a function that ends that */
  follow(of: Followed): () => void {
    const entry = { of, offset: of.offset };
    this.#entries.add(entry);
    this.#ensureLoop(entry);
    return () => void this.#entries.delete(entry);
  }

  /** Resolves when nothing is read any more, after `closing` was aborted. */
  async ended(): Promise<void> {
    await Promise.all(this.#loops.values());
  }

  #ensureLoop({ of: { topic, partition } }: Entry): void {
    const leader = this.#link.leaderId(topic, partition) ?? -1;
    if (this.#loops.has(leader)) return;
    const loop = this.#run(leader).catch((error) => {
      if (!this.#closing.aborted) this.#failed(error);
    }).finally(() => this.#loops.delete(leader));
    this.#loops.set(leader, loop);
  }

  /** Goes on while this broker leads something that is followed. */
  async #run(leader: number): Promise<void> {
    while (!this.#closing.aborted) {
      const led = [...this.#entries].filter(({ of }) =>
        (this.#link.leaderId(of.topic, of.partition) ?? -1) === leader
      );
      if (led.length === 0) return;
      const hungry = led.filter(({ of }) => !(of.isFull?.() ?? false));
      if (hungry.length === 0) await this.#clock.until(this.#clock.nowMs() + FULL_PAUSE_MS, this.#closing);
      else await this.#fetch(hungry, led.length > hungry.length ? FULL_PAUSE_MS : MAX_WAIT_MS);
      for (const entry of this.#entries) this.#ensureLoop(entry); // leaders may have changed
    }
  }

  async #fetch(entries: readonly Entry[], maxWaitMs: number): Promise<void> {
    const positions = entries.map(({ of, offset }): Position => ({
      topic: of.topic,
      partition: of.partition,
      offset,
      ...of.takesLittle?.() && { maxBytes: LITTLE_BYTES },
    }));
    try {
      const found = await this.#link.leader(
        `read ${positions[0]!.topic}`,
        positions,
        (broker) => fetchFrom(broker, positions, maxWaitMs),
      );
      const read = found.map(({ at, chunk }) => ({ at, chunk, entry: entries[positions.indexOf(at)]! }));
      const rank = ({ entry: { of } }: typeof read[number]) => of.goesFirst ? 0 : 1;
      for (const { at, chunk, entry } of read.sort((a, b) => rank(a) - rank(b))) {
        if (entry.offset !== at.offset) continue; // another loop has read it, as the leader was unknown for a moment
        await this.#takeAll(entry, chunk);
      }
    } catch (error) {
      if (error instanceof Parted) return;
      if (error instanceof QueueError || kafkaFailureOf(error) !== "out-of-range") throw error;
      await this.#catchUp(entries);
    }
  }

  /** Takes the read records a little at a time, so that other work is not held up. */
  async #takeAll(entry: Entry, { records, next }: Chunk): Promise<void> {
    let from = 0;
    for (let to = SLICE; to < records.length; to += SLICE) {
      const at = records[to]!.offset;
      this.#take(entry, records.slice(from, to), at);
      await nextTurn();
      if (entry.offset !== at) return; // it is not followed any more, or was read by another loop
      from = to;
    }
    this.#take(entry, from === 0 ? records : records.slice(from), next);
  }

  #take(entry: Entry, records: readonly IncomingRecord[], next: number): void {
    if (!this.#entries.has(entry) || next === entry.offset) return;
    entry.offset = next;
    entry.of.take(records, next);
  }

  /** Goes on behind deleted records; none of them is missed, as only covered ones are deleted. */
  async #catchUp(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const start = await startOffset(this.#link, entry.of.topic, entry.of.partition);
      if (start > entry.offset) this.#take(entry, [], start);
    }
  }
}
