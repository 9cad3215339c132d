import type { Clock } from "../../../model/mod.ts";
import { PassedKinds } from "../../waiting_lines.ts";
import { DelayedEntries } from "./delayed_entries.ts";
import type { Entry } from "../log/entry.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import type { Chunk } from "../log/log.ts";
import { kindOf, type MessageKind, type Picks } from "../log/messages.ts";
import { Parked, type ParkedKind } from "./parked.ts";
import { type PassingLine, READ_AHEAD, type ReadAhead, WaitingLine } from "./waiting_line.ts";

/** The parts that the backlog of a partition works on. */
export interface BacklogOptions {
  readonly clock: Pick<Clock, "wallMs">;
  /** The entries that were queued again. */
  readonly again: Iterable<Entry>;
  /** Whether an entry still waits: it may have ended, or may be ending, where it stands. */
  isThere(entry: Entry): boolean;
  /** Whether nothing but its message is known of an entry, so that it can be read again. */
  isBare(entry: Entry): boolean;
  /** Forgets entries that are left in their topic. */
  leave(entries: readonly Entry[]): void;
  /**
   * Takes a message in that had been left, if it is one of those that are wanted.
   *
   * @param isOver whether a message that cannot be read has been set aside
   */
  take(record: IncomingRecord, isWanted: Picks, isOver: (offset: number) => boolean): void;
  /** Reads messages again from an offset on. */
  readAgain(offset: number): Promise<Chunk>;
  /** Whether nothing may be read any more. */
  isOver(): boolean;
  /** Called when more waits in memory. */
  grown(): void;
  /** Called when something waits until it is due. */
  delayed(): void;
  failed(error: unknown): void;
  /** (Default: {@linkcode READ_AHEAD}) */
  readonly readAhead?: ReadAhead | undefined;
}

/** Most kinds whose messages are left in their topic; beyond that, reading stops. About 200 bytes each. */
const MAX_KINDS = 10_000;
/** Most other messages among those that are left; beyond that, reading stops. */
const MAX_AMONG = 50_000;
const NOTHING = new PassedKinds([]);

/**
 * The instances of a partition that wait to be handed out: the oldest in memory; those that pulls pass over are left in their
 * topic, so that the messages behind them can be read, and are read again when pulls want them.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #line: WaitingLine;
  readonly #parked = new Parked(MAX_KINDS);
  readonly #delayed: DelayedEntries;
  /** See {@linkcode among}. */
  readonly #among = new Set<number>();
  #passed = NOTHING;
  #reading: Promise<void> | undefined;
  #hasFailed = false;
  /** Number of callers that want all of it in memory. */
  #wholes = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
    const { isThere, clock } = options;
    this.#delayed = new DelayedEntries({ isThere: (entry) => isThere(entry), clock, added: options.delayed });
    this.#line = new WaitingLine(
      [...options.again].filter((entry) => !this.#delayed.takes(entry, false)),
      (entry) => options.isThere(entry),
      options.readAhead ?? READ_AHEAD,
    );
  }

  /** Whether enough waits in memory. */
  get isFull(): boolean {
    return this.#line.isFull || this.#among.size >= MAX_AMONG;
  }

  /** Number of messages that wait in their topic. */
  get left(): number {
    return this.#parked.count;
  }

  /** Where the first stands that is left in its topic; Infinity if there is none. */
  get leftFrom(): number {
    return this.#parked.from;
  }

  /** The kinds of the messages that are left in their topic: all from an offset on, but for {@linkcode among}. */
  leftKinds(): Pick<ParkedKind, "chain" | "labels" | "from">[] {
    return this.#parked.all();
  }

  /**
   * The messages that stand among those which are left in their topic, and are not.
   *
   * @param from none before is needed any more
   */
  among(from: number): readonly number[] {
    for (const offset of this.#among) if (offset < from) this.#among.delete(offset);
    return [...this.#among];
  }

  /**
   * A message is not left in its topic.
   *
   * @param of absent if its kind is not known
   */
  notLeft(offset: number, of: MessageKind | undefined): void {
    if (this.#parked.count === 0 || offset < this.#parked.from) return;
    if (of === undefined || this.#parked.isAmong(of, offset)) this.#among.add(offset);
  }

  /** Where the first stands that was never handed out; Infinity if there is none. */
  get first(): number {
    return Math.min(this.#line.firstFresh, this.#parked.from, this.#delayed.firstFresh);
  }

  /**
   * Leaves a message of a kind in its topic, if older ones of the kind are left, or if no more of the kind should begin, as
   * enough have begun and wait for something.
   *
   * @returns whether it does
   */
  leaves(of: MessageKind, offset: number): boolean {
    if (this.#parked.follows(of, offset)) return true;
    if (this.#wholes > 0 || this.#parked.isFull || !this.#line.isCrowded(of)) return false;
    this.#parked.park(of, offset);
    return true;
  }

  /** Forgets entries that wait no more. */
  tidy(): void {
    this.#line.tidy();
    this.#delayed.tidy();
  }

  push(entry: Entry): void {
    if (!this.#delayed.takes(entry, true)) this.#line.push(entry);
  }

  putBack(entries: readonly Entry[], waitsFor?: ReadonlyMap<Entry, string>): void {
    this.#line.putBack(entries.filter((entry) => !this.#delayed.takes(entry, false)), waitsFor);
  }

  mark(entry: Entry): void {
    if (this.#delayed.leave(entry)) this.#line.putBack([entry]); // what is to be undone waits for nothing
    this.#line.mark(entry);
  }

  /** When the next of those is due that wait for that, in milliseconds since 1970; Infinity: none does. */
  get dueMs(): number {
    return this.#delayed.nextMs;
  }

  /** Those that are due wait to be handed out from now on. */
  fallDue(nowMs: number): void {
    for (const { entry, isFresh } of this.#delayed.take(nowMs)) {
      if (isFresh) this.#line.push(entry);
      else this.#line.putBack([entry]);
    }
    this.#options.grown();
  }

  /** Those that wait in memory, without those that are passed over, until it is disposed. */
  passing(passed: PassedKinds): PassingLine {
    this.#passed = passed;
    this.#readWanted();
    return this.#line.passing(passed);
  }

  /** Nothing that waits in memory is wanted: if memory is full of that, some messages are left in their topic. */
  leaveUnwanted(passed: PassedKinds): void {
    this.#readWanted(); // what seemed to wait may be gone
    if (!this.#line.isFull || this.#wholes > 0 || this.#parked.isFull) return;
    const left = this.#line.takePassed(passed, (entry) => this.#options.isBare(entry));
    for (const { instance, place: { offset } } of left) this.#parked.park(kindOf(instance), offset);
    this.#options.leave(left);
  }

  /** Reads all into memory, and keeps it there until what it gives is disposed. */
  async whole(): Promise<Disposable> {
    this.#wholes++;
    while (this.leftFrom < Infinity && !this.#hasFailed && !this.#options.isOver()) {
      this.#readWanted();
      await this.#reading;
    }
    return { [Symbol.dispose]: () => void this.#wholes-- };
  }

  #readWanted(): void {
    if (this.leftFrom === Infinity || this.#reading !== undefined || this.#hasFailed) return;
    this.#reading = this.#read().catch((error) => {
      this.#hasFailed = true;
      this.#options.failed(error);
    }).finally(() => this.#reading = undefined);
  }

  /** The kinds that are to be read again: a few messages each, as pulls may pass them over the next time. */
  #wanted(least: number): ParkedKind[] {
    if (this.#wholes > 0) return this.#parked.all();
    if (this.#line.isFull) return [];
    return this.#parked.wanted(this.#passed).filter((kind) =>
      this.#line.freshOf(kind) < least && !this.#line.isCrowded(kind)
    );
  }

  /** Reads the wanted messages again. */
  async #read(): Promise<void> {
    const { readAgain, isOver, grown, readAhead: { passed } = READ_AHEAD } = this.#options;
    for (let wanted = this.#wanted(passed / 2); wanted.length > 0; wanted = this.#wanted(passed)) {
      const start = Math.min(...wanted.map(({ from }) => from));
      const { records, next } = await readAgain(start);
      if (isOver()) return;
      const still = wanted.filter(({ from }) => from >= start); // older ones of a kind may have been left meanwhile
      this.#parked.readTo(still, this.#takeOf(new Set(still), records) ?? next);
      grown();
    }
  }

  /** Takes messages of some kinds in. @returns where it stopped, if there was no more room */
  #takeOf(wanted: ReadonlySet<ParkedKind>, records: readonly IncomingRecord[]): number | undefined {
    const isWanted: Picks = (of, offset) => {
      const kind = this.#parked.at(of, offset);
      if (kind === undefined || !wanted.has(kind) || this.#among.has(offset)) return false;
      this.#parked.took(kind, offset);
      return true;
    };
    for (const record of records) {
      if (this.#line.isFull && this.#wholes === 0) return record.offset;
      this.#options.take(record, isWanted, (offset) => this.#among.has(offset));
    }
    return undefined;
  }
}
