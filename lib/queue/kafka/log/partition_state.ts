import type { Instance, NodeRecord } from "../../../model/mod.ts";
import type { InstanceState } from "../../queue.ts";
import { conflictReason } from "../../content.ts";
import { placeOf } from "../../submission.ts";
import { callerUnder } from "./callers.ts";
import { type Left, Settled } from "./settled.ts";
import { Copies } from "./copies.ts";
import { DelayedMessages } from "./delayed_messages.ts";
import { type Entry, hasEnded, queueAgain } from "./entry.ts";
import { rootOf } from "../../tree.ts";
import { EarlyRecords } from "./early_records.ts";
import { EntryTree } from "./entry_tree.ts";
import { Fencing } from "./fencing.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { bytesOf, kindOf, type Picks, placeIn, type Read } from "./messages.ts";
import { MessageReader, type MessageReaderOptions, unreadable } from "./message_reader.ts";
import { PartitionCallbacks } from "./partition_callbacks.ts";
import { Remains } from "./remains.ts";
import { type KnownEnd, KnownEnds, type KnownEndsOptions } from "./known_ends.ts";
import {
  BAD,
  entryOf,
  FENCE,
  type Head,
  instanceOf,
  isAsLate,
  isSameRun,
  LEFT,
  OWNER,
  type Owner,
  type Place,
  type ProgressKey,
  readEnd,
  readKey,
  recordKey,
  type Run,
  runOf,
  valueOf,
} from "./records.ts";

/** Options of a state. */
export type PartitionStateOptions = MessageReaderOptions & KnownEndsOptions;

/**
 * The state of one partition, as its topics tell it. It changes only by records that are read from them, and by the same
 * methods when its owner writes: so whoever reads the topics comes to the same state.
 *
 * When it is read from the start: `running` first, then `finished`, then `pending`.
 */
export class PartitionState {
  readonly #options: PartitionStateOptions;
  readonly #reader: MessageReader;
  readonly #tree = new EntryTree();
  readonly ends: KnownEnds;
  /** The ends that are to be told. */
  readonly callbacks: PartitionCallbacks;
  /** Records that came before their instances. */
  readonly #early = new EarlyRecords((id, records) => this.#remains.leave(id, false, records));
  readonly #copies = new Copies();
  readonly delayed: DelayedMessages;
  /** Messages of `pending` that have ended but were not read: their offsets, and where in `finished` these ends stand. */
  readonly #done = new Map<number, number>();
  readonly #remains = new Remains();
  /** Which records count. */
  readonly fencing = new Fencing();
  owner: Owner | undefined;
  /** Messages that are settled behind those that were left in their topic. */
  settled: Settled | undefined;
  /** The offset up to which `pending` has been read. */
  pendingAt = 0;
  /** Instances of `pending` before this offset that have no head may have been handed out, and may have begun. */
  handedOut = 0;

  constructor(options: PartitionStateOptions) {
    this.#options = options;
    this.#reader = new MessageReader(options);
    this.ends = new KnownEnds(options.keepMs);
    this.delayed = new DelayedMessages((id, nowMs) => this.entries.has(id) || !!this.ends.at(id, nowMs));
    this.callbacks = new PartitionCallbacks(`${options.topic} ${options.partition}`);
  }

  /** Instances that have not ended, and those that they have called, by id. */
  get entries(): ReadonlyMap<string, Entry> {
    return this.#tree.byId;
  }

  /**
   * Takes a message of `pending`.
   *
   * @param isLeft whether an instance is left in its topic, if it only waits (Default: none is)
   */
  takePending(record: IncomingRecord, nowMs: number, isLeft?: Picks): Read {
    const place = placeIn(record), { offset } = place;
    this.pendingAt = offset + 1;
    this.delayed.came(record);
    const resultAt = this.#done.get(offset);
    if (resultAt !== undefined) {
      this.#done.delete(offset);
      return { place, resultAt };
    }
    let instance: Instance;
    try {
      instance = this.#reader.instance(record, place);
    } catch (error) {
      return this.settled?.hasUnread(offset)
        ? { place }
        : { place, unreadable: unreadable(record, place, error) };
    }
    if (this.#reader.isSettled(kindOf(instance), offset, this.settled)) return { place, instance };
    return this.#take(instance, record, place, nowMs, isLeft);
  }

  /**
   * Passes a message of `pending` over that is left in its topic, if its preview shows that: a backlog that may not start takes a
   * newcomer no longer than it takes to fetch it. Whatever else the message may be, it is to be taken.
   *
   * @param isLeft whether a kind is left in its topic
   * @returns whether it was passed over
   */
  passOverLeft(record: IncomingRecord, nowMs: number, isLeft: Picks): boolean {
    const { offset } = record, preview = this.#done.has(offset) ? undefined : this.#reader.preview(record);
    if (
      preview === undefined || this.#reader.isSettled(preview, offset, this.settled) ||
      this.#mayBeKnown(preview.id, offset, nowMs)
    ) {
      return false;
    }
    if (!isLeft(preview, offset)) return false;
    this.pendingAt = offset + 1;
    return true;
  }

  /** Whether an id may stand for more than the message of an instance that nobody has looked at. */
  #mayBeKnown(id: string, offset: number, nowMs: number): boolean {
    return this.entries.has(id) || this.ends.at(id, nowMs) !== undefined ||
      this.#early.has(id) || this.#tree.hasOrphansOf(id) || this.delayed.mayHave(id) ||
      callerUnder(this, id, { offset }, nowMs) !== undefined;
  }

  /**
   * Takes a message of `pending` that was left there.
   *
   * @param isWanted whether a kind is wanted
   * @param isOver whether a message that cannot be read has been set aside
   * @returns undefined if it is not wanted
   */
  takeLeft(
    record: IncomingRecord,
    nowMs: number,
    isWanted: Picks,
    isOver: (offset: number) => boolean,
  ): Read | undefined {
    const preview = this.#reader.preview(record), { offset } = record;
    if (preview !== undefined && !isWanted(preview, offset)) return undefined;
    const place = placeIn(record);
    let instance: Instance;
    try {
      instance = this.#reader.instance(record, place);
    } catch (error) { // a preview does not show that
      const isNew = preview !== undefined || !isOver(offset);
      return isNew ? { place, unreadable: unreadable(record, place, error) } : undefined;
    }
    const isTaken = preview !== undefined || isWanted(kindOf(instance), offset);
    return isTaken ? this.#take(instance, record, place, nowMs) : undefined;
  }

  #take(instance: Instance, record: IncomingRecord, place: Place, nowMs: number, isLeft?: Picks): Read {
    const { id } = instance, { offset } = place, bytes = bytesOf(record);
    const known = this.entries.get(id) ?? this.ends.at(id, nowMs);
    if (known?.place.offset === offset) return { place, instance };
    const resumed = offset < this.handedOut;
    if (known !== undefined || (!resumed && this.delayed.mayHave(id))) {
      const copy = { place, instance, bytes };
      this.#copies.add(copy);
      return { place, copy, instance };
    }
    const caller = resumed ? undefined : callerUnder(this, id, place, nowMs);
    if (caller !== undefined) {
      const reason = conflictReason(id, { chain: "", args: undefined, caller });
      return { place, instance, unreadable: { place, bytes, reason } };
    }
    const hasBegun = this.#early.has(id) || this.#tree.hasOrphansOf(id);
    if (!hasBegun && isLeft?.(kindOf(instance), offset)) return { place, isLeft: true };
    const entry = this.add(instance, { place, run: 0, state: "queued", resumed }, false);
    return { place, instance, entry };
  }

  /** Takes records of `running`. */
  takeRunning(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      if (!this.fencing.takesRunning(record)) continue;
      const key = String(record.key);
      if (key === FENCE) this.fence();
      else if (key === OWNER) this.setOwner(valueOf<Owner>(record));
      else if (key === LEFT) {
        this.settled = record.value === null ? undefined : new Settled(valueOf<Left>(record));
      } else {
        const { id, at } = readKey(key);
        if (record.value === null) this.#remains.delete(key);
        if (at !== undefined) this.#takeRecord(id, at, record);
        else if (record.value !== null) this.setHead(instanceOf(record), entryOf<Head>(record));
        else this.#dropKnown(id);
      }
    }
  }

  #takeRecord(id: string, at: Pick<NodeRecord, "node" | "item">, record: IncomingRecord): void {
    const entry = this.entries.get(id);
    if (record.value === null) {
      entry?.records.delete(placeOf(at));
      this.#early.delete(id, placeOf(at));
      return;
    }
    const of = runOf(record);
    if (entry !== undefined && isAsLate(entry, of)) {
      if (isSameRun(entry, of)) entry.records.set(placeOf(at), entryOf<NodeRecord>(record));
      else this.#remains.add(recordKey(id, at));
    } else this.#early.set(id, of, placeOf(at), entryOf<NodeRecord>(record));
  }

  /** Takes records of `finished`. */
  takeFinished(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      if (!this.fencing.takesFinished(record)) continue;
      const end = readEnd(record);
      if (end === undefined) this.callbacks.takeMark(record);
      else this.setEnd(String(record.key), { ...end, parts: end.parts ?? 1, offset: record.offset });
    }
  }

  /** Sets which messages are left in their topic, and which are settled behind them. */
  setLeft(left: Left | undefined): void {
    this.settled = left && new Settled(left);
  }

  /** Who has the partition, and how far it has come. */
  setOwner(owner: Owner): void {
    this.owner = owner;
    const { claimed, handedOut = claimed } = owner;
    this.handedOut = Math.max(this.handedOut, handedOut);
    if (owner.released) this.fence();
  }

  /** Queues the held instances again: their owner does not hold them any more. */
  fence(): void {
    if (this.owner !== undefined) this.owner = { ...this.owner, claimed: 0 };
    for (const entry of this.entries.values()) if (entry.state === "running") queueAgain(entry);
  }

  /** Adds an instance, in the place of an older one of the same id. */
  add(given: Instance, { place, run, state, ...rest }: Head, hasHead: boolean): Entry {
    const instance = this.#options.chains.shared(given), { id } = instance;
    const known = this.entries.get(id);
    if (known !== undefined) {
      this.#tree.drop(known);
      this.#remains.leave(id, known.hasHead, known.records);
    }
    const entry: Entry = {
      instance,
      seq: place.offset,
      place,
      run,
      state,
      resumed: rest.resumed ?? false,
      hasHead,
      records: this.#early.take(id, { place, run }),
      called: new Set(),
      caller: undefined,
      cancel: rest.cancel,
      abort: rest.abort ?? false,
      reason: rest.reason,
      output: rest.output,
      endedAtMs: rest.endedAtMs,
    };
    this.ends.forget(id);
    this.#tree.add(entry);
    return entry;
  }

  /** An instance stands in the changelog, or stands there differently. */
  setHead(instance: Instance, head: Head): void {
    const { id } = instance;
    const known = this.entries.get(id), end = this.ends.get(id);
    if (end !== undefined && isAsLate(end, head)) return; // what is left of it has yet to be deleted
    if (known === undefined || known.run !== head.run || known.place.offset !== head.place.offset) {
      this.add(instance, head, true);
      return;
    }
    const { state, cancel, abort = false, resumed = false, reason, output, endedAtMs } = head;
    Object.assign(known, { state, cancel, abort, resumed, reason, output, endedAtMs, hasHead: true });
  }

  /** An instance has ended, an end is forgotten, or a message was no instance. */
  setEnd(id: string, end: KnownEnd): void {
    const { place, state } = end;
    this.callbacks.ended(id, end);
    if (!place.isCalled && place.offset >= this.pendingAt) this.#done.set(place.offset, end.offset);
    if (id === BAD) return this.passOver(end.copyOf ?? "", place);
    const known = this.entries.get(id);
    if (known !== undefined && !isAsLate(end, known)) return; // it has been queued again since
    if (known !== undefined) this.#tree.drop(known);
    this.#remains.leave(id, known?.hasHead ?? false, known?.records ?? new Map());
    this.#remains.leave(id, false, this.#early.take(id, end));
    this.ends.forget(id);
    if (state === "purged") return this.#takeCopy(id);
    if (end.parent !== undefined && !this.ends.has(end.parent)) return; // it is known with its caller, never alone
    this.ends.set(id, end);
    if (this.ends.size > this.#options.maxEnds) this.ends.forgetOldest();
  }

  /** A message is no instance for good, and brings none when the other one that it is a copy of is purged. */
  passOver(id: string, place: Place): void {
    this.#copies.forget(id, place);
    const known = this.entries.get(id); // whoever has read it early may have taken it for one
    if (known?.place.offset === place.offset) this.#tree.drop(known);
  }

  /** Of what was purged a copy may have been read before that was known: for who comes next it is the instance. */
  #takeCopy(id: string): void {
    const copy = this.#copies.take(id);
    if (copy !== undefined) this.add(copy.instance, { place: copy.place, run: 0, state: "queued" }, false);
  }

  /** Keys of the changelog that belong to nothing any more, each told once: its owner deletes them. */
  takeRemains(): string[] {
    return this.#remains.take((key) => this.stands(key));
  }

  /** The records of an instance, by runs, whether these are known or not. */
  *recordsOf(id: string): Generator<Run & Pick<Entry, "records">> {
    const entry = this.entries.get(id), early = this.#early.get(id);
    if (entry !== undefined) yield entry;
    if (early !== undefined) yield { ...early.of, records: early.records };
  }

  /** Whether something stands under a key. */
  stands({ id, at }: ProgressKey): boolean {
    const entry = this.entries.get(id);
    if (at === undefined) return entry?.hasHead ?? false;
    const place = placeOf(at);
    return (entry?.records.has(place) ?? false) || (this.#early.get(id)?.records.has(place) ?? false);
  }

  /** It has ended, also if that end is not known any more. */
  #dropKnown(id: string): void {
    const known = this.entries.get(id);
    if (known?.hasHead) this.#tree.drop(known);
  }

  /** Leaves an instance in its topic that nothing is known of beside its message. */
  leave(entry: Entry): void {
    this.#tree.drop(entry);
  }

  /** Called instances whose callers have ended. */
  orphans(): Entry[] {
    return this.#tree.orphans();
  }

  /** Leaves the records of instances that never came: they belong to nothing. */
  dropEarly(): void {
    this.#early.drop();
  }

  /**
   * Where an instance stands: what has no head of its own by how far its owner has handed out.
   *
   * @param nowMs what is due later is delayed (Default: nothing is)
   */
  stateOf(entry: Entry, nowMs = Infinity): InstanceState {
    const root = rootOf(entry);
    if (hasEnded(entry)) return entry.state;
    const { claimed = 0, released = false } = this.owner ?? {};
    const isHeld = root.state === "running" || (!root.hasHead && !released && root.place.offset < claimed);
    if (isHeld) return "running";
    return (root.instance.dueAtMs ?? 0) > nowMs ? "delayed" : "queued";
  }
}
