import type { Instance } from "../../../model/mod.ts";
import { matches } from "../../filter.ts";
import type { Filter, InstanceView } from "../../queue.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { DelayedReader } from "../log/delayed_reader.ts";
import { readChunk } from "../log/log.ts";
import type { PartitionState } from "../log/partition_state.ts";
import type { Place } from "../log/records.ts";
import type { TopicNames } from "../log/topics.ts";

/** The parts with which delayed instances are found. */
export interface DelayedFinderOptions {
  readonly link: Link;
  readonly names: Pick<TopicNames, "delayed">;
  /** The instance in a message. @throws {Error} if it brings none */
  instanceOf(partition: number, record: IncomingRecord): Instance;
  /** The state of a partition, as of the last look. */
  state(partition: number): PartitionState | undefined;
}

/** A delayed instance that a filter means. */
export interface FoundDelayed {
  readonly id: string;
  readonly partition: number;
  readonly place: Place;
  /** Where its message stands. */
  readonly delayedAt: number;
}

/** The part of the delayed instances of each partition that is wanted. */
export interface DelayedRange {
  /** Most of each partition. (Default: all) */
  readonly limit?: number | undefined;
  /** Only those behind this place. (Default: from the first on) */
  readonly after?: Place | undefined;
  /** Whether those that were submitted last come first. (Default: they come last) */
  readonly newestFirst?: boolean | undefined;
}

/** Messages are looked at in portions of this number: one or two reads. */
const PORTION = 256;
/** Places of delayed messages stand behind all offsets of `pending`, as these are submitted at the same millisecond. */
const BEHIND = 2 ** 51;

/** Finds delayed instances, which are read where they wait. */
export class DelayedFinder {
  readonly #options: DelayedFinderOptions;
  /** By partition; each keeps what it has read last. */
  readonly #readers = new Map<number, DelayedReader>();

  constructor(options: DelayedFinderOptions) {
    this.#options = options;
  }

  /** The delayed instances that a filter means; its `limit` is not looked at. */
  async find(
    states: Iterable<readonly [partition: number, state: PartitionState]>,
    filter: Filter,
    range: DelayedRange,
  ): Promise<FoundDelayed[]> {
    if (!(filter.states?.includes("delayed") ?? true) || filter.parent !== undefined) return [];
    const found = [...states].map(([partition, state]) => this.#findIn(partition, state, filter, range));
    return (await Promise.all(found)).flat();
  }

  async #findIn(
    partition: number,
    { delayed: { index } }: PartitionState,
    filter: Filter,
    { limit = Infinity, after, newestFirst = false }: DelayedRange,
  ): Promise<FoundDelayed[]> {
    const { ids } = filter, found: FoundDelayed[] = [];
    let offsets = ids === undefined
      ? index.offsets()
      : Float64Array.from(new Set(ids.flatMap((id) => index.at(id)))).sort();
    if (after !== undefined) {
      const at = await this.#behind(partition, offsets, after, newestFirst);
      offsets = newestFirst ? offsets.subarray(0, at) : offsets.subarray(at);
    }
    for (let done = 0; done < offsets.length && found.length < limit; done += PORTION) {
      const end = newestFirst ? offsets.length - done : Math.min(offsets.length, done + PORTION);
      const portion: FoundDelayed[] = [];
      for (const offset of offsets.subarray(newestFirst ? Math.max(0, end - PORTION) : done, end)) {
        const there = await this.#at(partition, offset);
        if (there === undefined || !matches(filter, { ...there, state: "delayed" })) continue;
        portion.push({ id: there.instance.id, partition, place: there.place, delayedAt: offset });
      }
      found.push(...newestFirst ? portion.reverse() : portion);
    }
    return found.slice(0, limit);
  }

  /** Counts the offsets, of some that ascend, before a place; with the place itself, unless the last ones come first. */
  async #behind(
    partition: number,
    offsets: Float64Array,
    { atMs, offset, isCalled }: Place,
    newestFirst: boolean,
  ): Promise<number> {
    const isDelayed = !isCalled && offset >= BEHIND;
    let low = 0, high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1, own = offsets[middle]!;
      const { timestamp = -Infinity } = await this.#reader(partition).read(own) ?? {};
      const isBefore = timestamp < atMs || (timestamp === atMs && isDelayed &&
        (own + BEHIND < offset || (own + BEHIND === offset && !newestFirst)));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reader(partition: number): DelayedReader {
    const { link, names: { delayed: topic } } = this.#options;
    let reader = this.#readers.get(partition);
    if (reader === undefined) {
      reader = new DelayedReader((offset) => readChunk(link, { topic, partition, offset }));
      this.#readers.set(partition, reader);
    }
    return reader;
  }

  /** The view of a delayed instance; undefined if it is not there any more. */
  async view({ partition, delayedAt }: Pick<FoundDelayed, "partition" | "delayedAt">): Promise<
    InstanceView | undefined
  > {
    const there = await this.#at(partition, delayedAt);
    return there && { instance: there.instance, state: "delayed", progress: [] };
  }

  /** A delayed instance; undefined if it is not there any more, or cannot be read. */
  async #at(
    partition: number,
    offset: number,
  ): Promise<{ readonly instance: Instance; readonly place: Place } | undefined> {
    const record = await this.#reader(partition).read(offset), state = this.#options.state(partition);
    if (record === undefined || !(state?.delayed.index.has(offset) ?? false)) return undefined;
    try {
      const instance = this.#options.instanceOf(partition, record), { entries, ends } = state!;
      if (entries.has(instance.id) || ends.has(instance.id)) return undefined; // it has come to `pending`
      return { instance, place: { atMs: record.timestamp, offset: BEHIND + offset, isCalled: false } };
    } catch {
      return undefined; // it is set aside when it is due
    }
  }
}
