import { type Clock, dueAt, type Instance } from "../../../model/mod.ts";
import { matches } from "../../filter.ts";
import type { Filter, InstanceState, InstanceView, PartitionView, QueueDepth } from "../../queue.ts";
import { DelayedFinder } from "./delayed_finder.ts";
import { CallbackLooks } from "./callback_looks.ts";
import { EndReader, endView } from "../log/end_reader.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";
import { cursorText, type InstancePage, lineOf, type PageOptions, readCursor } from "../../page.ts";
import { FirstOf } from "./first_of.ts";
import { endOffsets, LITTLE_BYTES, type Range, readRanges, startOffset } from "../log/log.ts";
import type { OwnedPartition } from "../owner/owned_partition.ts";
import type { KnownEnd } from "../log/known_ends.ts";
import { type Entry, hasEnded, progressOf } from "../log/entry.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { FreshLook } from "./fresh_look.ts";
import { comparePlaces, type Place } from "../log/records.ts";
import type { TopicNames } from "../log/topics.ts";

/** The parts of a view. */
export interface ViewOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly partitions: number;
  /** Time for which settled callbacks are shown, in milliseconds. */
  readonly keepMs: number;
  readonly newState: (partition: number) => PartitionState;
  /** Whether there is a topic for delayed instances: it is not in a queue that an older version has begun. */
  readonly hasDelayed: boolean;
  /** The instance in a message. @throws {Error} if it brings none */
  instanceOf(partition: number, record: IncomingRecord): Instance;
  /** The partition if this consumer owns it: then its state is known already. */
  owned(partition: number): OwnedPartition | undefined;
  readonly closing: AbortSignal;
}

/** A partition of another, and how far its topics have been read. */
interface Follower {
  readonly state: PartitionState;
  readonly at: { running: number; finished: number };
  lookedMs: number;
}

/** After this time without a look, in milliseconds, a view begins again: ends that were forgotten meanwhile are not told. */
const LONGEST_PAUSE_MS = 600_000;

/** Something that a filter means. */
interface Found {
  readonly id: string;
  readonly partition: number;
  readonly place: Place;
  /** Where its message stands in the topic of delayed ones, if it is there. */
  readonly delayedAt?: number;
}

/** The contents of all partitions: of its own, as its owner knows them; of the others, as their topics say at each look. */
export class View {
  readonly #options: ViewOptions;
  readonly #followers = new Map<number, Follower>();
  readonly #look = new FreshLook(() => this.#read());

  constructor(options: ViewOptions) {
    this.#options = options;
  }

  /** Takes in all that was durable when it was called. */
  async refresh(): Promise<void> {
    await this.#look.take();
  }

  async #read(): Promise<void> {
    const { partitions, owned } = this.#options;
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const others = all.filter((partition) => owned(partition) === undefined);
    for (const partition of this.#followers.keys()) {
      if (!others.includes(partition)) this.#followers.delete(partition);
    }
    await Promise.all(others.map((partition) => this.#begin(partition)));
    // In this order: an end is written before its instance is deleted from `running`, and before its id is submitted again.
    const { names: { running, finished, pending, delayed } } = this.#options;
    // And a delayed message is written to `pending` before it is deleted in its topic.
    const delayedEnds = this.#options.hasDelayed ? await this.#ends(delayed, all) : [];
    const pendingEnds = await this.#ends(pending, all);
    const runningEnds = await this.#ends(running, others);
    const finishedEnds = await this.#ends(finished, others);
    await readRanges(
      this.#options.link,
      others.map((partition, i) => this.#runningRange(partition, runningEnds[i]!)),
    );
    await readRanges(
      this.#options.link,
      others.map((partition, i) => this.#finishedRange(partition, finishedEnds[i]!)),
    );
    await readRanges(
      this.#options.link,
      delayedEnds.flatMap((end, partition) =>
        owned(partition) === undefined ? this.#delayedRange(partition, end) : []
      ),
    );
    await readRanges(
      this.#options.link,
      others.map((partition) => this.#pendingRange(partition, pendingEnds[partition]!)),
    );
    await Promise.all(
      all.map((partition) => owned(partition)?.readTo(pendingEnds[partition]!, this.#options.closing)),
    );
    await Promise.all(
      delayedEnds.map((end, partition) => owned(partition)?.readDelayedTo(end, this.#options.closing)),
    );
  }

  #ends(topic: string, partitions: readonly number[]): Promise<number[]> {
    return endOffsets(this.#options.link, partitions.map((partition) => ({ topic, partition })));
  }

  async #begin(partition: number): Promise<void> {
    const { link, names, newState, clock, hasDelayed } = this.#options;
    const known = this.#followers.get(partition), nowMs = clock.nowMs();
    if (known !== undefined && nowMs - known.lookedMs < LONGEST_PAUSE_MS) {
      return void (known.lookedMs = nowMs);
    }
    const [running, finished, pending] = await Promise.all(
      [names.running, names.finished, names.pending].map((topic) => startOffset(link, topic, partition)),
    );
    const state = newState(partition);
    state.pendingAt = pending!;
    if (hasDelayed) state.delayed.at = await startOffset(link, names.delayed, partition);
    this.#followers.set(partition, {
      state,
      at: { running: running!, finished: finished! },
      lookedMs: nowMs,
    });
  }

  #runningRange(partition: number, to: number): Range {
    const { state, at } = this.#followers.get(partition)!;
    const offset = at.running;
    at.running = Math.max(offset, to);
    return {
      topic: this.#options.names.running,
      partition,
      offset,
      to,
      take: (records) => state.takeRunning(records),
    };
  }

  #finishedRange(partition: number, to: number): Range {
    const { state, at } = this.#followers.get(partition)!;
    const offset = at.finished;
    at.finished = Math.max(offset, to);
    state.pendingAt = Math.max(state.pendingAt, state.owner?.from ?? 0); // all before has ended, or has a head
    return {
      topic: this.#options.names.finished,
      partition,
      offset,
      to,
      take: (records) => {
        state.takeFinished(records);
        state.takeRemains(); // to delete them is its owner's, and to write again what was overwritten
        state.fencing.takeOverwritten();
      },
    };
  }

  #delayedRange(partition: number, to: number): Range[] {
    const { state } = this.#followers.get(partition) ?? {};
    if (state === undefined) return []; // it was this consumer's when the look began
    const { clock, names: { delayed: topic } } = this.#options, { at: offset } = state.delayed;
    const take = (records: readonly IncomingRecord[]) =>
      void state.delayed.take(records, (records.at(-1)?.offset ?? -1) + 1, clock.wallMs());
    return [{ topic, partition, offset, to, take, maxBytes: LITTLE_BYTES }]; // others have their turn between two reads
  }

  #pendingRange(partition: number, to: number): Range {
    const { state } = this.#followers.get(partition)!;
    const { clock, names } = this.#options;
    const offset = state.pendingAt;
    state.pendingAt = Math.max(offset, to);
    return {
      topic: names.pending,
      partition,
      offset,
      to,
      take(records) {
        const nowMs = clock.wallMs();
        for (const record of records) state.takePending(record, nowMs);
        state.pendingAt = Math.max(state.pendingAt, to);
      },
    };
  }

  /** The state of a partition, as of the last look. */
  state(partition: number): PartitionState | undefined {
    return this.#options.owned(partition)?.state ?? this.#followers.get(partition)?.state;
  }

  /** Whether all partitions are in view: one that has changed hands during a look may not be. */
  isWhole(): boolean {
    return [...this.#states()].length === this.#options.partitions;
  }

  *#states(): Generator<readonly [partition: number, state: PartitionState]> {
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      const state = this.state(partition);
      if (state !== undefined) yield [partition, state];
    }
  }

  /** The number of instances in each state. */
  depth(): QueueDepth {
    const counts = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    const nowMs = this.#options.clock.wallMs();
    let oldest: Entry | undefined, nextDueAtMs = Infinity;
    for (const [partition, state] of this.#states()) {
      for (const entry of state.entries.values()) {
        const of = state.stateOf(entry, nowMs);
        counts[of]++;
        if (of === "delayed") nextDueAtMs = Math.min(nextDueAtMs, dueAt(entry.instance));
        else if (!hasEnded(entry) && (oldest === undefined || comparePlaces(entry.place, oldest.place) < 0)) {
          oldest = entry;
        }
      }
      state.ends.expire(nowMs);
      for (const end of state.ends.values()) counts[end.state as InstanceState]++;
      counts.queued += this.#options.owned(partition)?.left ?? 0;
      counts.delayed += state.delayed.index.size;
      nextDueAtMs = Math.min(nextDueAtMs, state.delayed.index.nextMs);
    }
    return {
      ...counts,
      ...nextDueAtMs < Infinity && { nextDueAtMs },
      ...oldest !== undefined && { oldestSubmittedAtMs: dueAt(oldest.instance) },
    };
  }

  /** The partitions of the queue. */
  partitions(): PartitionView[] {
    return [...this.#states()].map(([partition, state]) => {
      const nowMs = this.#options.clock.wallMs();
      const open = [...state.entries.values()].filter((entry) =>
        !hasEnded(entry) && state.stateOf(entry, nowMs) !== "delayed"
      );
      const from = this.#options.owned(partition)?.from ?? state.owner?.from ?? 0;
      const oldest = open.toSorted((a, b) => comparePlaces(a.place, b.place))[0];
      const { owner } = state;
      return {
        partition,
        lag: Math.max(0, state.pendingAt - from),
        ...owner !== undefined && !owner.released && { owner: owner.words },
        ...oldest !== undefined && { oldestSubmittedAtMs: dueAt(oldest.instance) },
      };
    });
  }

  /** The instances that a filter means, oldest first, as of the last look. */
  async find(filter: Filter): Promise<Found[]> {
    const { limit } = filter, delayed = await this.#finder().find(this.#states(), filter, { limit });
    const sorted = [...this.#found(filter), ...delayed].sort(compareFound);
    return limit === undefined ? sorted : sorted.slice(0, limit);
  }

  /** One for each use: it keeps what it has read. */
  #finder(): DelayedFinder {
    return new DelayedFinder({ ...this.#options, state: (partition) => this.state(partition) });
  }

  /**
   * Those that a filter means, in no order.
   *
   * @param isWanted asked before the filter, which costs more: there may be a million of them (Default: all are)
   */
  *#found(filter: Filter, isWanted: (found: Found) => boolean = () => true): Generator<Found> {
    const { ids } = filter, nowMs = this.#options.clock.wallMs();
    for (const [partition, state] of this.#states()) {
      for (const id of ids === undefined ? allOf(state) : new Set(ids)) {
        const entry = state.entries.get(id), end = entry === undefined ? state.ends.at(id, nowMs) : undefined;
        const place = (entry ?? end)?.place;
        if (place === undefined) continue;
        const found = { id, partition, place };
        if (!isWanted(found)) continue;
        if (isMeant(filter, state, entry ?? end!, nowMs)) yield found;
      }
    }
  }

  /** A part of the list of those that a filter means, as of the last look. */
  async page(
    { limit: _, ...filter }: Filter,
    { after, limit, newestFirst = false }: PageOptions,
  ): Promise<InstancePage> {
    const order = newestFirst ? (a: Found, b: Found) => compareFound(b, a) : compareFound;
    const from = after === undefined ? undefined : foundAt(readCursor(after, 4));
    const range = { limit: limit + 1, after: from?.place, newestFirst };
    const page = new FirstOf(limit + 1, order);
    const isWanted = (found: Found) => (from === undefined || order(found, from) > 0) && page.takes(found);
    for (const found of await this.#finder().find(this.#states(), filter, range)) {
      if (isWanted(found)) page.add(found);
    }
    for (const found of this.#found(filter, isWanted)) page.add(found);
    const first = page.list(), shown = first.slice(0, limit);
    const lines = (await Array.fromAsync(this.read(shown, filter))).map(lineOf);
    return { lines, ...first.length > limit && { next: cursorOf(shown.at(-1)!) } };
  }

  /** The callbacks of all partitions, as of the last look. */
  get callbacks(): CallbackLooks {
    return new CallbackLooks({ ...this.#options, states: [...this.#states()] });
  }

  /** Reads what was found; what has changed meanwhile is as it is now, or left out. */
  async *read(found: readonly Found[], filter: Filter): AsyncGenerator<InstanceView> {
    const { link, names, partitions } = this.#options;
    const ends = new EndReader(link, names.finished, partitions), finder = this.#finder();
    for (const { id, partition, delayedAt } of found) {
      const delayed = delayedAt !== undefined && await finder.view({ partition, delayedAt });
      if (delayed) {
        yield delayed;
        continue;
      }
      const state = this.state(partition);
      const nowMs = this.#options.clock.wallMs();
      const entry = state?.entries.get(id), known = entry ?? state?.ends.at(id, nowMs);
      if (state === undefined || known === undefined || !isMeant(filter, state, known, nowMs)) continue;
      if (entry !== undefined) {
        yield entryView(state, entry, nowMs);
        continue;
      }
      const end = state.ends.get(id)!;
      const whole = await ends.read(partition, end);
      if (whole !== undefined) yield endView(end, whole);
    }
  }
}

/** The order of submission. */
function compareFound(a: Pick<Found, "place" | "partition">, b: Pick<Found, "place" | "partition">): number {
  return comparePlaces(a.place, b.place) || a.partition - b.partition;
}

function cursorOf({ place: { atMs, isCalled, offset }, partition }: Found): string {
  return cursorText([atMs, Number(isCalled), offset, partition]);
}

function foundAt([atMs, isCalled, offset, partition]: readonly number[]): Found {
  return { id: "", partition: partition!, place: { atMs: atMs!, isCalled: isCalled === 1, offset: offset! } };
}

function* allOf({ entries, ends }: PartitionState): Generator<string> {
  yield* ends.keys();
  yield* entries.keys();
}

/** Whether a filter means an instance that is known; its ids are not looked at. */
function isMeant(
  { ids: _, ...filter }: Filter,
  state: PartitionState,
  known: Entry | KnownEnd,
  nowMs: number,
): boolean {
  return "instance" in known
    ? matches(filter, { instance: known.instance, state: state.stateOf(known, nowMs) })
    : endMatches(filter, known);
}

function endMatches({ states, chain, parent, labels = {} }: Filter, end: KnownEnd): boolean {
  return (states?.includes(end.state as InstanceState) ?? true) &&
    (chain === undefined || chain === end.chain) &&
    (parent === undefined || parent === end.parent) &&
    Object.entries(labels).every(([key, text]) => end.labels?.[key] === text);
}

function entryView(state: PartitionState, entry: Entry, nowMs: number): InstanceView {
  const { instance, reason, endedAtMs, output } = entry;
  return {
    instance,
    state: state.stateOf(entry, nowMs),
    progress: progressOf(entry),
    ...reason !== undefined && { reason },
    ...endedAtMs !== undefined && { endedAtMs },
    ...output !== undefined && { output },
  };
}
