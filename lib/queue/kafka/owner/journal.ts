import { type Clock, type Instance, type NodeRecord, NULL } from "../../../model/mod.ts";
import { CALLER_ENDED, CANCELLED_ON_REQUEST } from "../../filter.ts";
import type { Mark } from "../../orders.ts";
import type { Progress, Result } from "../../queue.ts";
import { placeOf } from "../../submission.ts";
import type { RecordWriter } from "../client/appender.ts";
import {
  at,
  type Ending,
  endingOf,
  headOf,
  headRecord,
  isRoot,
  restated,
  storable,
  toBeCancelled,
  toUndo,
} from "./entries.ts";
import type { OutgoingRecord } from "../client/kafkajs.ts";
import type { KnownEnd } from "../log/known_ends.ts";
import { type Entry, hasEnded, progressOf } from "../log/entry.ts";
import { treeOf } from "../../tree.ts";
import type { PartitionState } from "../log/partition_state.ts";
import {
  BAD,
  bareEnd,
  type CallbackMark,
  type End,
  endOf,
  endRecords,
  type Head,
  markRecord,
  outgoing,
  type Place,
  progressRecord,
} from "../log/records.ts";
import type { TopicNames } from "../log/topics.ts";

/** The parts with which a journal writes. */
export interface JournalOptions {
  readonly partition: number;
  readonly names: TopicNames;
  readonly clock: Clock;
  readonly state: PartitionState;
  /** Writes as the owner, fenced by whoever comes next. */
  readonly writer: RecordWriter;
}

/** Calls of a journal to the owner of its partition. */
export interface JournalHooks {
  /** The instance submitted at a place has ended (its end stands in `finished` at `resultAt`), or stands in the changelog. */
  covered(place: Place, resultAt?: number): void;
  /** Less is held. */
  changed(): void;
  /** Something that is not held is to be cancelled, and has something to undo. */
  marked(entry: Entry): void;
  /** Something that nobody waits for could not be written. */
  failed(error: unknown): void;
}

/**
 * Writes what becomes of the instances of a partition, for its owner. Everything is written first, and believed when it is
 * durable.
 */
export class Journal {
  readonly state: PartitionState;
  readonly #options: JournalOptions;
  readonly #hooks: JournalHooks;
  #finishedEnd: number;
  #lastCalled = 0;
  /** The entries that are held and are to end. */
  readonly #marked = new Set<Entry>();
  /** Calls that are being written, by id. */
  readonly #calling = new Map<string, Promise<unknown>>();
  /** Writes that take instances up again. */
  readonly #reviving = new Set<Promise<unknown>>();
  /** Roots whose ends are being written. */
  readonly #ending = new Set<Entry>();

  /** @param finishedEnd where `finished` ends */
  constructor(options: JournalOptions, hooks: JournalHooks, finishedEnd: number) {
    this.#options = options;
    this.#hooks = hooks;
    this.state = options.state;
    this.#finishedEnd = finishedEnd;
  }

  /** Where `finished` ends. */
  get finishedEnd(): number {
    return this.#finishedEnd;
  }

  /** Whether the end of an entry is being written. */
  isEnding(entry: Entry): boolean {
    return this.#ending.has(entry);
  }

  /** Writes records. @returns the offset of the first */
  async append(to: "running" | "finished", records: readonly OutgoingRecord[]): Promise<number> {
    if (records.length === 0) return 0;
    const { names, writer, partition } = this.#options;
    return await writer.append(names[to], partition, records);
  }

  /** Resolves when nothing is being written any more. */
  idle(): Promise<void> {
    return this.#options.writer.idle();
  }

  /** Writes that a message of `pending` brings no instance, for whoever reads it from now on. */
  async passOver(place: Place, copyOf?: string): Promise<void> {
    const endedAtMs = this.#options.clock.wallMs();
    const end: End = { state: "bad", place, run: 0, endedAtMs, ...copyOf !== undefined && { copyOf } };
    this.#hooks.covered(place, await this.append("finished", [bareEnd(BAD, end)]));
  }

  /** The marks of entries that are held and are to end. */
  marks(): Mark[] {
    return [...this.#marked].map(({ instance: { id }, abort }) => ({ id, abort }));
  }

  /** Tells no holder any more that entries are to end: whoever holds them next gets to know that with them. */
  unmark(entries: readonly Entry[]): void {
    for (const entry of entries) this.#marked.delete(entry);
  }

  /** Writes the settled nodes of held instances. */
  async checkpoint(progress: readonly Progress[]): Promise<void> {
    await this.append("running", progress.flatMap((item) => this.#settle(item)));
  }

  /** Takes in settled nodes, as an end that is written meanwhile has to know of them. @returns the records to write */
  #settle({ instanceId, records }: Progress): OutgoingRecord[] {
    const nowMs = this.#options.clock.wallMs();
    const entry = this.state.entries.get(instanceId)!;
    return records.map((record) => {
      entry.records.set(placeOf(record), record);
      return progressRecord(instanceId, record, entry, nowMs);
    });
  }

  /** Adds instances that those call which are held. An end that is written meanwhile has to know of them. */
  async call(instances: readonly Instance[]): Promise<void> {
    const { entries } = this.state;
    const unknown = instances.filter(({ id }) => !entries.has(id));
    const nowMs = this.#options.clock.wallMs();
    const records = unknown.map((instance) => {
      this.#lastCalled = Math.max(this.#lastCalled + 1, Math.floor(nowMs * 1000));
      const place = { atMs: nowMs, offset: this.#lastCalled, isCalled: true };
      return this.#stand(instance, { place, run: 0, state: "running" });
    });
    const writing = this.append("running", records).finally(() => {
      for (const { id } of unknown) this.#calling.delete(id);
    });
    for (const { id } of unknown) this.#calling.set(id, writing);
    await Promise.all(instances.map(({ id }) => this.#calling.get(id)));
  }

  /** An instance stands in the changelog like this from now on. @returns the record to write */
  #stand(instance: Instance, head: Head): OutgoingRecord {
    this.state.setHead(instance, head);
    return headRecord(instance, head, this.#options.clock.wallMs());
  }

  /** Writes how instances that are held have ended. */
  async finish(results: readonly Result[]): Promise<void> {
    const called: Result[] = [], roots: Result[] = [];
    for (const result of results) {
      (isRoot(this.state.entries.get(result.instanceId)!) ? roots : called).push(result);
    }
    await Promise.all([this.#finishCalled(called), this.#finishRoots(roots)]);
  }

  /** The end of a called instance stands with its caller until that ends: the caller's end has to know of it. */
  async #finishCalled(results: readonly Result[]): Promise<void> {
    const ends = results.flatMap((result) => [...this.#settle(result), this.#endOfCalled(result)]);
    const left = results.flatMap(({ instanceId, endedAtMs }) => {
      const called = [...treeOf(this.state.entries.get(instanceId)!)].slice(1);
      return called.filter((each) => !hasEnded(each)).map(({ instance: { id } }) =>
        this.#endOfCalled({
          instanceId: id,
          outcome: "cancelled",
          reason: CALLER_ENDED,
          endedAtMs,
          records: [],
          output: NULL,
        })
      );
    });
    await this.append("running", [...ends, ...left]);
  }

  #endOfCalled(result: Result): OutgoingRecord {
    const { instanceId, outcome: state, endedAtMs, output } = result;
    const entry = this.state.entries.get(instanceId)!;
    this.#marked.delete(entry);
    return this.#stand(entry.instance, { ...headOf(entry), ...storable(result), state, endedAtMs, output });
  }

  async #finishRoots(results: readonly Result[]): Promise<void> {
    const endings = results.map((result): Ending => {
      const entry = this.state.entries.get(result.instanceId)!;
      const records = new Map(entry.records);
      for (const record of result.records) records.set(placeOf(record), record);
      const progress = progressOf({ ...entry, records });
      const { outcome: state, endedAtMs, output } = result;
      return {
        entry,
        end: { state, ...at(entry), endedAtMs },
        body: { ...storable(result), output, progress },
      };
    });
    await this.#end(endings.flatMap((ending) => [ending, ...this.#endCalled(ending)]));
  }

  /** The ends of the instances that a root has called: they end with it, unless they have before. */
  #endCalled({ entry: root, end: { endedAtMs } }: Ending): Ending[] {
    return [...treeOf(root)].slice(1).map((entry) => endingOf(entry, endedAtMs));
  }

  /** Writes ends, callers first: whoever finds only these ends the others. */
  async #end(endings: readonly Ending[]): Promise<void> {
    if (endings.length === 0) return;
    const written = endings.map(({ entry: { instance }, end, body }) =>
      endRecords(instance, endOf(instance, end), body)
    );
    let offset: number;
    for (const { entry } of endings) this.#ending.add(entry);
    try {
      offset = await this.append("finished", written.flat());
    } finally {
      for (const { entry } of endings) this.#ending.delete(entry); // it may be too large, and goes on then
    }
    for (const [i, { entry: { instance }, end }] of endings.entries()) {
      const parts = written[i]!.length;
      offset += parts;
      this.#ended(endings[i]!.entry, { ...endOf(instance, end), offset: offset - 1, parts });
    }
    this.#finishedEnd = offset;
    this.#hooks.changed();
    this.#bury().catch((error) => this.#hooks.failed(error));
  }

  #ended(entry: Entry, end: KnownEnd): void {
    this.state.setEnd(entry.instance.id, end);
    this.#marked.delete(entry);
    this.#hooks.covered(end.place, end.offset);
  }

  /** Nothing of ended instances stays in the changelog. */
  async #bury(): Promise<void> {
    const nowMs = this.#options.clock.wallMs();
    await this.append("running", this.state.takeRemains().map((key) => outgoing(key, null, nowMs)));
  }

  /** Ends those of some roots, and of the instances they have called, that were to be cancelled. */
  async endCancelled(roots: readonly Entry[]): Promise<void> {
    await this.#cancelNow(toBeCancelled(roots));
  }

  /** Ends entries as cancelled, called ones first. */
  async #cancelNow(entries: readonly Entry[]): Promise<void> {
    const endedAtMs = this.#options.clock.wallMs();
    await this.finish(
      entries.toReversed().map(({ instance: { id }, cancel = CANCELLED_ON_REQUEST }) => {
        return { instanceId: id, outcome: "cancelled", reason: cancel, endedAtMs, records: [], output: NULL };
      }),
    );
  }

  /** Ends queued instances with nothing to undo, and marks the rest. @returns the number of both together */
  async cancel(meant: readonly Entry[], abort: boolean): Promise<number> {
    const entries = new Set(meant.flatMap((entry) => [...treeOf(entry)]).filter((entry) => !hasEnded(entry)));
    const kept = toUndo(entries);
    const marked = [...entries].filter((entry) => entry.state === "running" || kept.has(entry));
    for (const entry of marked) {
      entry.cancel = CANCELLED_ON_REQUEST;
      entry.abort ||= abort;
      if (entry.state === "running") this.#marked.add(entry);
      else this.#hooks.marked(entry);
    }
    await this.writeHeads(marked);
    await this.#cancelNow([...entries].filter((entry) => entry.state === "queued" && !kept.has(entry)));
    return entries.size;
  }

  /** Takes ended instances up again: they stand in the changelog from now on. @returns their entries */
  async revive(
    entries: readonly {
      readonly instance: Instance;
      readonly head: Head;
      readonly records: readonly NodeRecord[];
    }[],
  ): Promise<Entry[]> {
    const nowMs = this.#options.clock.wallMs();
    const writing = this.append(
      "running",
      entries.flatMap(({ instance, head, records }) => [
        headRecord(instance, head, nowMs),
        ...records.map((record) => progressRecord(instance.id, record, head, nowMs)),
      ]),
    ).finally(() => this.#reviving.delete(writing));
    this.#reviving.add(writing);
    await writing;
    const revived = entries.map(({ instance, head, records }) => {
      const entry = this.state.add(instance, head, true);
      for (const record of records) entry.records.set(placeOf(record), record);
      return entry;
    });
    return revived;
  }

  /** Writes the outcomes of attempts to deliver callbacks. */
  async mark(marks: readonly (CallbackMark & { readonly instance: string })[]): Promise<void> {
    const nowMs = this.#options.clock.wallMs();
    const records = marks.map(({ instance, ...mark }) => markRecord(instance, mark, nowMs));
    await this.append("finished", records);
    for (const each of marks) this.state.callbacks.mark(each);
  }

  /** Forgets ends. */
  async purge(ids: readonly string[]): Promise<void> {
    const endedAtMs = this.#options.clock.wallMs();
    const purged = ids.map((id) => {
      const { place, run } = this.state.ends.get(id)!;
      return { id, end: { state: "purged", place, run, endedAtMs } as const };
    });
    const offset = await this.append("finished", purged.map(({ id, end }) => bareEnd(id, end)));
    for (const { id, end } of purged) this.state.setEnd(id, { ...end, offset, parts: 1 });
  }

  /**
   * Ends what its caller has left behind, and deletes what is left of others: a predecessor may have died between two writes.
   *
   * @param isWhole all of `pending` that there was has been read: what is not known by now is nowhere
   */
  async tidy(isWhole: boolean): Promise<void> {
    const nowMs = this.#options.clock.wallMs();
    const { ends } = this.state;
    const orphans = this.state.orphans().filter(({ instance }) =>
      isWhole || ends.has(instance.parent!.instance)
    );
    await this.#end(orphans.map((entry) => endingOf(entry, nowMs)));
    await this.endCancelled([...this.state.entries.values()].filter(isRoot));
    if (isWhole) this.state.dropEarly();
    await this.#bury();
  }

  /** Writes the entries under keys of the changelog again. */
  async restate(keys: Iterable<string>): Promise<void> {
    while (this.#reviving.size > 0) await Promise.allSettled(this.#reviving); // what is revived stands when that is durable
    const groups = restated(this.state, keys, this.#options.clock.wallMs());
    await Promise.all(groups.map((records) => this.append("running", records)));
  }

  /** Writes how entries stand in the changelog. */
  async writeHeads(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const nowMs = this.#options.clock.wallMs();
    for (const entry of entries) entry.hasHead = true; // a tombstone follows its end, also if that comes before this is written
    await this.append("running", entries.map((entry) => headRecord(entry.instance, headOf(entry), nowMs)));
    for (const { place, instance } of entries) {
      if (this.state.entries.has(instance.id)) this.#hooks.covered(place);
    }
  }
}
