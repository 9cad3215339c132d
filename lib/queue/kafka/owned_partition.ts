import type { Clock, Instance, NodeRecord } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import { CALLER_ENDED, CANCELLED_ON_REQUEST } from "../filter.ts";
import type { Mark } from "../orders.ts";
import { type Child, type Claim, type Progress, QueueError, type Result } from "../queue.ts";
import { checkRecord, jsonText, placeOf, storableText } from "../submission.ts";
import type { RecordWriter } from "./appender.ts";
import { Coverage } from "./coverage.ts";
import type { IncomingRecord, OutgoingRecord } from "./kafkajs.ts";
import {
  byPlace,
  type Entry,
  hasEnded,
  type KnownEnd,
  type PartitionState,
  progressOf,
  type Read,
  treeOf,
  type Unreadable,
} from "./partition_state.ts";
import {
  BAD,
  bareEnd,
  type End,
  type EndBody,
  endOf,
  endRecords,
  type Head,
  instanceHeader,
  outgoing,
  OWNER,
  type Owner,
  type Place,
  progressRecord,
} from "./records.ts";
import type { TopicNames } from "./topics.ts";

/** What a partition is owned with. */
export interface OwnedPartitionOptions {
  readonly partition: number;
  readonly names: TopicNames;
  readonly clock: Clock;
  readonly state: PartitionState;
  /** Writes as the owner, fenced by whoever comes next. */
  readonly writer: RecordWriter;
  readonly member: string;
  /** The owner in words. */
  readonly words: string;
  /** Sets a message aside that is no instance. */
  setAside(bad: Unreadable): Promise<void>;
  /** Rings when there may be more to hand out, less is held, or reading has got on. */
  readonly bell: Bell;
  /** Is told what makes it impossible to go on as its owner. */
  failed(error: unknown): void;
  /** Is told when it is not owned any more. */
  dropped(): void;
  /** What is slower than so many behind it goes into the changelog, so that it holds nothing up. (Default: 10,000) */
  readonly carriedBehind?: number;
}

/** Reading stops when so many wait to be handed out. */
const BUFFER = 10_000;
const CARRIED_BEHIND = 10_000;

/** An end that is being written. */
interface Ending {
  readonly entry: Entry;
  readonly end: Parameters<typeof endOf>[1];
  readonly body: EndBody;
}

/**
 * A partition that this consumer owns: what is handed out of it, and what is written of that. Everything is written first,
 * and believed when it is durable.
 */
export class OwnedPartition {
  readonly partition: number;
  readonly state: PartitionState;
  readonly #bell: Bell;
  /** It goes to another consumer: nothing more is handed out. */
  isLeaving = false;
  /** It has been given up, or was lost. */
  isDropped = false;
  readonly #options: OwnedPartitionOptions;
  readonly #coverage: Coverage<Entry | undefined>;
  /** Waiting entries that were never handed out, in the order of the topic, and those queued again. Some may be gone. */
  #fresh: Entry[] = [];
  #freshAt = 0;
  #again: Entry[] = [];
  #claimed: number;
  #written = "";
  #readTo = 0;
  #finishedEnd: number;
  #lastCalled = 0;
  /** What is held and is to end. */
  readonly #marked = new Set<Entry>();
  /** What is being called, by id. */
  readonly #calling = new Map<string, Promise<unknown>>();
  /** Roots whose ends are being written. */
  readonly #ending = new Set<Entry>();

  /** @param finishedEnd where `finished` ends */
  constructor(options: OwnedPartitionOptions, finishedEnd: number) {
    const { state } = options;
    this.#options = options;
    this.partition = options.partition;
    this.state = state;
    this.#bell = options.bell;
    this.#finishedEnd = finishedEnd;
    this.#claimed = state.pendingAt;
    this.#coverage = new Coverage(state.pendingAt);
    this.#again = [...state.entries.values()].filter(isWaiting).sort(byPlace);
  }

  /** Whether enough waits to be handed out. */
  isFull(): boolean {
    return this.#fresh.length - this.#freshAt >= BUFFER && this.state.pendingAt >= this.#readTo;
  }

  /** Takes messages of `pending`. */
  read(records: readonly IncomingRecord[], next: number): void {
    const nowMs = this.#options.clock.nowMs();
    for (const record of records) this.#see(this.state.takePending(record, nowMs));
    this.#coverage.reach(next);
    this.state.pendingAt = Math.max(this.state.pendingAt, next);
    this.#bell.ring();
  }

  #see({ place, entry, copyOf, unreadable, resultAt }: Read): void {
    this.#coverage.see(place.offset, entry);
    if (entry !== undefined) this.#fresh.push(entry);
    else if (unreadable !== undefined) this.#watch(this.#setAside(unreadable));
    else if (copyOf !== undefined) this.#watch(this.#passOver(place, copyOf)); // else it would be one anew when the other is forgotten
    else this.#coverage.cover(place.offset, resultAt);
  }

  async #setAside(bad: Unreadable): Promise<void> {
    await this.#options.setAside(bad);
    await this.#passOver(bad.place);
  }

  /** A message is none that brings an instance, for whoever reads it from now on. */
  async #passOver(place: Place, copyOf?: string): Promise<void> {
    const endedAtMs = this.#options.clock.nowMs();
    const end: End = { state: "bad", place, run: 0, endedAtMs, ...copyOf !== undefined && { copyOf } };
    this.#coverage.cover(place.offset, await this.#append("finished", [bareEnd(BAD, end)]));
  }

  /** Waits until all of `pending` before an offset has been read. */
  async readTo(offset: number, signal: AbortSignal): Promise<void> {
    this.#readTo = Math.max(this.#readTo, offset);
    while (this.state.pendingAt < offset && !signal.aborted) await this.#bell.after(this.#bell.rings, signal);
  }

  /** The one that is handed out next. */
  peek(): Entry | undefined {
    if (this.isLeaving) return undefined;
    while (this.#freshAt < this.#fresh.length && !this.#isThere(this.#fresh[this.#freshAt]!)) this.#freshAt++;
    if (this.#freshAt > 1000 && this.#freshAt * 2 > this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#freshAt);
      this.#freshAt = 0;
    }
    while (this.#again.length > 0 && !this.#isThere(this.#again[0]!)) this.#again.shift();
    const fresh = this.#fresh[this.#freshAt], again = this.#again[0];
    if (fresh === undefined || again === undefined) return fresh ?? again;
    return byPlace(again, fresh) < 0 ? again : fresh;
  }

  #isThere(entry: Entry): boolean {
    return entry.state === "queued" && this.#isKnown(entry) && !this.#ending.has(entry);
  }

  #isKnown(entry: Entry): boolean {
    return this.state.entries.get(entry.instance.id) === entry;
  }

  /** Hands out what {@linkcode peek} shows. */
  claim(entry: Entry): Claim {
    if (entry === this.#again[0]) this.#again.shift();
    else {
      this.#freshAt++;
      this.#claimed = entry.place.offset + 1;
    }
    for (const each of treeOf(entry)) if (!hasEnded(each)) each.state = "running";
    if (entry.hasHead) this.#watch(this.#writeHeads([entry]));
    const children = [...treeOf(entry)].slice(1).sort(byPlace).map(childOf);
    const claim = { instance: entry.instance, progress: progressOf(entry) };
    return children.length === 0 ? claim : { ...claim, children };
  }

  /** What is held, callers before what they have called. */
  *held(): Generator<Entry> {
    for (const entry of this.state.entries.values()) {
      if (isRoot(entry) && entry.state === "running") yield* treeOf(entry);
    }
  }

  /** What is held and is to end. */
  marks(): Mark[] {
    return [...this.#marked].map(({ instance: { id }, abort }) => ({ id, abort }));
  }

  /** Writes what has settled of instances that are held. */
  async checkpoint(progress: readonly Progress[]): Promise<void> {
    await this.#append("running", progress.flatMap((item) => this.#settle(item)));
  }

  /** Takes in what has settled, as an end that is written meanwhile has to know of it. @returns what is to be written */
  #settle({ instanceId, records }: Progress): OutgoingRecord[] {
    const nowMs = this.#options.clock.nowMs();
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
    const nowMs = this.#options.clock.nowMs();
    const records = unknown.map((instance) => {
      this.#lastCalled = Math.max(this.#lastCalled + 1, Math.floor(nowMs * 1000));
      const place = { atMs: nowMs, offset: this.#lastCalled, isCalled: true };
      return this.#stand(instance, { place, run: 0, state: "running" });
    });
    const writing = this.#append("running", records).finally(() => {
      for (const { id } of unknown) this.#calling.delete(id);
    });
    for (const { id } of unknown) this.#calling.set(id, writing);
    await Promise.all(instances.map(({ id }) => this.#calling.get(id)));
  }

  /** An instance stands in the changelog like this from now on. @returns what is to be written */
  #stand(instance: Instance, head: Head): OutgoingRecord {
    this.state.setHead(instance, head);
    return headRecord(instance, head, this.#options.clock.nowMs());
  }

  /** Writes how instances that are held have ended. */
  async finish(results: readonly Result[]): Promise<void> {
    const called: Result[] = [], roots: Result[] = [];
    for (const result of results) {
      (isRoot(this.state.entries.get(result.instanceId)!) ? roots : called).push(result);
    }
    await Promise.all([this.#finishCalled(called), this.#finishRoots(roots)]);
  }

  /** The end of what was called stands with its caller until that ends: an end of that has to know of it. */
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
          output: null,
        })
      );
    });
    await this.#append("running", [...ends, ...left]);
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

  /** What a root has called ends with it, if it has not before. */
  #endCalled({ entry: root, end: { endedAtMs } }: Ending): Ending[] {
    return [...treeOf(root)].slice(1).map((entry) => endingOf(entry, endedAtMs));
  }

  /** Writes ends, callers first: whoever finds only these ends the others. */
  async #end(endings: readonly Ending[]): Promise<void> {
    if (endings.length === 0) return;
    for (const { entry } of endings) this.#ending.add(entry);
    const written = endings.map(({ entry: { instance }, end, body }) =>
      endRecords(instance, endOf(instance, end), body)
    );
    let offset = await this.#append("finished", written.flat());
    for (const [i, { entry: { instance }, end }] of endings.entries()) {
      const parts = written[i]!.length;
      offset += parts;
      this.#ended(endings[i]!.entry, { ...endOf(instance, end), offset: offset - 1, parts });
    }
    this.#finishedEnd = offset;
    this.#bell.ring();
    this.#watch(this.#bury());
  }

  #ended(entry: Entry, end: KnownEnd): void {
    this.state.setEnd(entry.instance.id, end);
    this.#marked.delete(entry);
    this.#ending.delete(entry);
    if (!end.place.isCalled) this.#coverage.cover(end.place.offset, end.offset);
  }

  /** Nothing of what has ended stays in the changelog. */
  async #bury(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#append("running", this.state.takeRemains().map((key) => outgoing(key, null, nowMs)));
  }

  /** Hands roots back that are held. */
  async handBack(roots: readonly Entry[]): Promise<void> {
    let left = roots;
    do { // another may be meant by a cancel that comes meanwhile
      await this.endCancelled(left);
      left = left.filter((root) => root.state === "running" && this.#isKnown(root));
    } while (toBeCancelled(left).length > 0);
    for (const root of left) for (const each of treeOf(root)) if (!hasEnded(each)) each.state = "queued";
    if (!this.isLeaving) await this.#writeHeads(left); // else all goes with the partition
    this.#queueAgain(left);
  }

  /** Puts waiting entries where they were. */
  #queueAgain(entries: readonly Entry[]): void {
    this.#again = [...this.#again, ...entries].sort(byPlace);
    this.#bell.ring();
  }

  /** Ends what of some roots, or what they have called, was to be cancelled. */
  async endCancelled(roots: readonly Entry[]): Promise<void> {
    await this.#cancelNow(toBeCancelled(roots));
  }

  /** Ends entries as cancelled, what was called first. */
  async #cancelNow(entries: readonly Entry[]): Promise<void> {
    const endedAtMs = this.#options.clock.nowMs();
    await this.finish(
      entries.toReversed().map(({ instance: { id }, cancel = CANCELLED_ON_REQUEST }) => {
        return { instanceId: id, outcome: "cancelled", reason: cancel, endedAtMs, records: [], output: null };
      }),
    );
  }

  /** Ends what is queued, and marks what is held. @returns how many of either */
  async cancel(meant: readonly Entry[], abort: boolean): Promise<number> {
    const entries = new Set(meant.flatMap((entry) => [...treeOf(entry)]).filter((entry) => !hasEnded(entry)));
    const held = [...entries].filter(({ state }) => state === "running");
    for (const entry of held) {
      entry.cancel = CANCELLED_ON_REQUEST;
      entry.abort ||= abort;
      this.#marked.add(entry);
    }
    await this.#writeHeads(held);
    await this.#cancelNow([...entries].filter(({ state }) => state === "queued"));
    return entries.size;
  }

  /** Takes up again what had ended: it stands in the changelog from now on. */
  async revive(
    entries: readonly {
      readonly instance: Instance;
      readonly head: Head;
      readonly records: readonly NodeRecord[];
    }[],
  ): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    await this.#append(
      "running",
      entries.flatMap(({ instance, head, records }) => [
        headRecord(instance, head, nowMs),
        ...records.map((record) => progressRecord(instance.id, record, head, nowMs)),
      ]),
    );
    const revived = entries.map(({ instance, head, records }) => {
      const entry = this.state.add(instance, head, true);
      for (const record of records) entry.records.set(placeOf(record), record);
      return entry;
    });
    this.#queueAgain(revived.filter(isWaiting));
  }

  /** Forgets ends. */
  async purge(ids: readonly string[]): Promise<void> {
    const endedAtMs = this.#options.clock.nowMs();
    const purged = ids.map((id) => {
      const { place, run } = this.state.ends.get(id)!;
      return { id, end: { state: "purged", place, run, endedAtMs } as const };
    });
    const offset = await this.#append("finished", purged.map(({ id, end }) => bareEnd(id, end)));
    for (const { id, end } of purged) this.state.setEnd(id, { ...end, offset, parts: 1 });
  }

  /**
   * Ends what its caller has left behind, and deletes what is left of others: a predecessor may have died between two writes.
   *
   * @param isWhole all of `pending` that there was has been read: what is not known by now is nowhere
   */
  async tidy(isWhole: boolean): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const { ends } = this.state;
    const orphans = this.state.orphans().filter(({ instance }) =>
      isWhole || ends.has(instance.parent!.instance)
    );
    await this.#end(orphans.map((entry) => endingOf(entry, nowMs)));
    await this.endCancelled([...this.state.entries.values()].filter(isRoot));
    if (isWhole) this.state.dropEarly();
    await this.#bury();
  }

  /** All of `pending` before has ended or stands in the changelog. */
  get from(): number {
    return this.#coverage.from;
  }

  /** Keeps the record of how far it has come, and carries on what would hold it up. */
  async upkeep(): Promise<void> {
    this.state.expire(this.#options.clock.nowMs());
    await this.#carry();
    await this.#writeOwner(false);
  }

  async #carry(): Promise<void> {
    let surplus = this.#coverage.size - (this.#options.carriedBehind ?? CARRIED_BEHIND);
    if (surplus <= 0) return;
    const slow: Entry[] = [];
    for (const entry of this.#coverage.uncovered()) {
      if (surplus-- <= 0) break;
      if (entry !== undefined) slow.push(entry);
    }
    await this.#writeHeads(slow);
  }

  async #writeHeads(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const nowMs = this.#options.clock.nowMs();
    for (const entry of entries) entry.hasHead = true; // a tombstone follows its end, also if that comes before this is written
    await this.#append("running", entries.map((entry) => headRecord(entry.instance, headOf(entry), nowMs)));
    for (const { place, instance } of entries) {
      if (!place.isCalled && this.state.entries.has(instance.id)) this.#coverage.cover(place.offset);
    }
  }

  async #writeOwner(released: boolean): Promise<void> {
    const { member, words, clock } = this.#options;
    const owner: Owner = {
      member,
      words,
      from: this.#coverage.from,
      results: this.#coverage.resultsFrom(this.#finishedEnd),
      claimed: this.#claimed,
      ...released && { released },
    };
    const text = JSON.stringify(owner);
    if (text === this.#written) return;
    this.#written = text;
    await this.#append("running", [outgoing(OWNER, owner, clock.nowMs())]);
    this.state.setOwner(owner);
  }

  /** Says what has been handed out. */
  writeClaims(): void {
    this.#watch(this.#writeOwner(false));
  }

  /** Gives it up, with all that is held. */
  async release(): Promise<void> {
    const { writer } = this.#options;
    this.isLeaving = true;
    await this.endCancelled([...this.held()].filter(isRoot));
    await writer.idle();
    await this.#writeOwner(true);
    this.drop(
      new QueueError("lease-lost", `Cannot write to partition ${this.partition}: it has been released`),
    );
  }

  /** It is another's now: nothing more is written. */
  drop(error: unknown): void {
    this.isLeaving = this.isDropped = true;
    this.#options.writer.end(error);
    this.#options.dropped();
    this.#bell.ring();
  }

  async #append(to: "running" | "finished", records: readonly OutgoingRecord[]): Promise<number> {
    if (records.length === 0) return 0;
    const { names, writer } = this.#options;
    return await writer.append(names[to], this.partition, records);
  }

  /** Sees to something that nobody waits for. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#options.failed(error));
  }
}

/** What of some roots, and of what they have called, is to be cancelled. */
function toBeCancelled(roots: readonly Entry[]): Entry[] {
  return roots.flatMap((root) => [...treeOf(root)]).filter((entry) =>
    entry.cancel !== undefined && !hasEnded(entry)
  );
}

/** Whether nobody has called it; also of what was called the caller may not be known yet. */
function isRoot({ instance: { parent } }: Entry): boolean {
  return parent === undefined;
}

function isWaiting(entry: Entry): boolean {
  return isRoot(entry) && entry.state === "queued";
}

function at({ place, run }: Entry): Pick<Head, "place" | "run"> {
  return { place, run };
}

function headOf(entry: Entry): Head {
  const { state, cancel, abort, reason, output, endedAtMs } = entry;
  return {
    ...at(entry),
    state,
    ...cancel !== undefined && { cancel, abort },
    ...reason !== undefined && { reason },
    ...output !== undefined && { output },
    ...endedAtMs !== undefined && { endedAtMs },
  };
}

function headRecord(instance: Instance, head: Head, nowMs: number): OutgoingRecord {
  return outgoing(instance.id, head, nowMs, instanceHeader(instance));
}

/** The end of what was called, as it stands with its caller; cancelled if it has not ended. */
function endingOf(entry: Entry, nowMs: number): Ending {
  const { state, endedAtMs = nowMs, reason, output } = entry;
  const progress = progressOf(entry);
  if (state === "queued" || state === "running") {
    return {
      entry,
      end: { state: "cancelled", ...at(entry), endedAtMs: nowMs },
      body: { reason: CALLER_ENDED, progress },
    };
  }
  const body = { progress, ...reason !== undefined && { reason }, ...output !== undefined && { output } };
  return { entry, end: { state, ...at(entry), endedAtMs }, body };
}

function storable({ reason }: Pick<Result, "reason">): { readonly reason?: string } {
  return reason === undefined ? {} : { reason: storableText(reason) };
}

/** A called instance, as its caller's holder gets it. */
function childOf(entry: Entry): Child {
  const { instance, state, reason, output = null } = entry;
  const progress = progressOf(entry);
  if (state === "queued" || state === "running") return { instance, progress };
  return { instance, progress, ended: { outcome: state, output, ...reason !== undefined && { reason } } };
}

/**
 * Records as they can be kept.
 *
 * @throws {TypeError | RangeError} if one cannot
 */
export function storableRecords(records: readonly NodeRecord[]): NodeRecord[] {
  return records.map((record) => {
    jsonText(checkRecord(record).output);
    return record.reason === undefined ? record : { ...record, ...storable(record) };
  });
}
