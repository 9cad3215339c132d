import type { Bell } from "../../bell.ts";
import type { Claim } from "../../queue.ts";
import { QueueError } from "../../errors.ts";
import { Backlog } from "./backlog.ts";
import { Claims } from "./claims.ts";
import type { ChainPool } from "../log/chain_pool.ts";
import { LeftRecord } from "./left_record.ts";
import type { PassedKinds } from "../../waiting_lines.ts";
import type { Delays } from "./delays.ts";
import { Coverage } from "./coverage.ts";
import { isBare, isRoot, isWaiting, toBeCancelled } from "./entries.ts";
import { Intake, type IntakeOptions } from "./intake.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { type Entry, hasEnded, queueAgain } from "../log/entry.ts";
import { treeOf } from "../../tree.ts";
import type { Chunk } from "../log/log.ts";
import { kindOf, type Picks } from "../log/messages.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { OwnerRecord } from "./owner_record.ts";
import { Term } from "./term.ts";
import type { PassingLine, ReadAhead } from "./waiting_line.ts";

/** The parts with which a partition is owned. */
export interface OwnedPartitionOptions extends JournalOptions, IntakeOptions {
  readonly member: string;
  /** No consumer has had it, nor has one now. (Default: false) */
  readonly isGuest?: boolean;
  /** The term in which it is owned. */
  readonly term: number;
  /** The owner in words. */
  readonly words: string;
  /** The group that it is a member of, or serves as one of. */
  readonly group: string;
  /** Rings when there may be more to hand out, less is held, or reading has got on. */
  readonly bell: Bell;
  /** Reads messages of `pending` again from an offset on. */
  readAgain(offset: number): Promise<Chunk>;
  /** Keeps the messages that are due later. (Default: there are none) */
  readonly delays?: Delays;
  /** Rings when the next one may be due sooner. */
  readonly due: Bell;
  /** Bounds of reading ahead. (Default: {@linkcode READ_AHEAD}) */
  readonly readAhead?: ReadAhead;
  /** Looks for records of others, and keeps the brokers' memory of this owner. Rejects if it is the owner no more. */
  look(): Promise<void>;
  /** Called when it is not owned any more. */
  dropped(): void;
  /** An instance with more than this many behind it goes into the changelog, so that it holds nothing up. (Default: 10,000) */
  readonly carriedBehind?: number;
  /** So does an instance that is older than this, in milliseconds. (Default: Infinity) */
  readonly carriedAfterMs?: number;
  readonly chains: ChainPool;
  /** The time for which settled callbacks are known, in milliseconds. (Default: Infinity) */
  readonly keepMs?: number;
  /** When this many messages are over behind those left in their topic, that is written down. (Default: 10,000) */
  readonly settledBehind?: number;
}

/** See `carriedBehind`. */
const CARRIED_BEHIND = 10_000;

/** A partition that this consumer owns: reads it, hands its instances out, and keeps its progress. */
export class OwnedPartition {
  readonly partition: number;
  readonly state: PartitionState;
  /** Writes what becomes of its instances. */
  readonly journal: Journal;
  /** The instances that are held. */
  readonly claims: Claims;
  readonly #bell: Bell;
  /** It goes to another consumer: nothing more is handed out. */
  isLeaving = false;
  /** It has been given up, or was lost. */
  isDropped = false;
  readonly #options: OwnedPartitionOptions;
  readonly #coverage: Coverage<Entry | undefined>;
  readonly #backlog: Backlog;
  readonly #left: LeftRecord;
  readonly #owner: OwnerRecord;
  readonly #term: Term;
  readonly #intake: Intake;
  #readTo = 0;

  /** @param finishedEnd where `finished` ends */
  constructor(options: OwnedPartitionOptions, finishedEnd: number) {
    const { state } = options;
    this.#options = options;
    this.partition = options.partition;
    this.state = state;
    this.#bell = options.bell;
    this.claims = new Claims(state);
    this.#coverage = new Coverage(state.pendingAt);
    this.journal = new Journal(options, {
      covered: ({ offset, isCalled }, resultAt) => {
        if (isCalled) return;
        this.#coverage.cover(offset, resultAt);
        this.#left.covered();
      },
      changed: () => options.bell.ring(),
      marked: (entry) => this.#backlog.mark(entry),
      failed: (error) => options.failed(error),
    }, finishedEnd);
    this.#backlog = new Backlog({
      clock: options.clock,
      delayed: () => options.due.ring(),
      again: [...state.entries.values()].filter(isWaiting),
      isThere: (entry) => this.#isThere(entry),
      isBare: (entry) => isBare(entry, state.handedOut),
      leave: (entries) => this.#leaveInTopic(entries),
      take: (record, isWanted, isOver) => this.#takeLeft(record, isWanted, isOver),
      readAgain: (offset) => options.readAgain(offset),
      isOver: () => this.isDropped,
      grown: () => options.bell.ring(),
      failed: (error) => options.failed(error),
      readAhead: options.readAhead,
    });
    const delayed = (id: string) => Promise.resolve(options.delays?.known(id));
    this.#intake = new Intake({ ...options, delayed }, this.journal, {
      waits: (entry) => this.#backlog.push(entry),
      isOver: (offset, resultAt) => this.#coverage.cover(offset, resultAt),
    });
    const { clock, member, group, words, isGuest } = options;
    const parts = { clock, state, backlog: this.#backlog, coverage: this.#coverage, journal: this.journal };
    const owner = this.#owner = new OwnerRecord({
      ...parts,
      who: { member, group, words, isGuest },
      passBefore: options.passBefore,
    });
    const left = this.#left = new LeftRecord({
      ...parts,
      owner,
      chains: options.chains,
      settledBehind: options.settledBehind,
      settledAfterMs: (options.carriedAfterMs ?? Infinity) / 2,
    });
    const { partition, claims } = this, { term } = options;
    this.#term = new Term({ ...parts, owner, left, claims, partition, member, term });
  }

  /**
   * Begins to own it: what its former owners have left is put in order.
   *
   * @param finishedStart where `finished` begins
   */
  async begin(finishedStart: number): Promise<void> {
    await this.#term.begin(finishedStart);
    await this.journal.tidy(false);
    await this.upkeep();
  }

  /**
   * Takes records that somebody else has written since.
   *
   * @throws {QueueError} `lease-lost`, if one is of a later owner
   */
  takeOthers(topic: string, records: readonly IncomingRecord[]): void {
    this.#term.takeOthers(topic === this.#options.names.running ? "running" : "finished", records);
    this.#watch(this.#term.restate());
  }

  /** Looks whether others have written to it. */
  async look(): Promise<void> {
    await this.#options.look();
  }

  /** Whether enough waits to be handed out. */
  isFull(): boolean {
    return this.#backlog.isFull && this.state.pendingAt >= this.#readTo;
  }

  /** Takes messages of `pending`. */
  read(records: readonly IncomingRecord[], next: number): void {
    const nowMs = this.#options.clock.wallMs();
    const isLeft: Picks = (of, offset) => this.#backlog.leaves(of, offset);
    let isNews = false;
    for (const record of records) {
      if (this.#backlog.left > 0 && this.state.passOverLeft(record, nowMs, isLeft)) continue;
      const read = this.state.takePending(record, nowMs, isLeft);
      if (read.isLeft) continue;
      isNews = true;
      const { offset } = read.place;
      this.#backlog.notLeft(offset, read.instance && kindOf(read.instance));
      this.#coverage.see(offset, read.entry);
      this.#intake.take(record, read);
    }
    this.#coverage.reach(next);
    this.state.pendingAt = Math.max(this.state.pendingAt, next);
    this.#options.delays?.came(this.state.pendingAt);
    if (isNews || next >= this.#readTo) this.#bell.ring();
  }

  #leaveInTopic(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const offsets = new Set(entries.map(({ place }) => place.offset));
    for (const { offset, of } of this.#coverage.known(Math.min(...offsets))) {
      if (!offsets.has(offset)) this.#backlog.notLeft(offset, of && kindOf(of.instance));
    }
    this.#coverage.leave(offsets);
    for (const entry of entries) this.state.leave(entry);
    this.#bell.ring();
  }

  #takeLeft(record: IncomingRecord, isWanted: Picks, isOver: (offset: number) => boolean): void {
    const read = this.state.takeLeft(record, this.#options.clock.wallMs(), isWanted, isOver);
    if (read === undefined) return;
    if (read.unreadable !== undefined) this.#backlog.notLeft(record.offset, undefined);
    this.#coverage.insert(read.place.offset, read.entry);
    this.#intake.take(record, read);
  }

  /** Waits until all of `pending` before an offset has been read. */
  async readTo(offset: number, signal: AbortSignal): Promise<void> {
    this.#readTo = Math.max(this.#readTo, offset);
    while (this.state.pendingAt < offset && !signal.aborted) await this.#bell.after(this.#bell.rings, signal);
  }

  /** When the next one is due, in milliseconds since 1970; Infinity: none is delayed. */
  get dueMs(): number {
    return this.isLeaving
      ? Infinity
      : Math.min(this.#backlog.dueMs, this.#options.delays?.nextMs ?? Infinity);
  }

  /** Goes on with what is due. */
  fallDue(nowMs: number): void {
    if (this.isLeaving) return;
    if (this.#backlog.dueMs <= nowMs) this.#backlog.fallDue(nowMs);
    this.#options.delays?.send(nowMs);
  }

  /** Sees to it that instances are in `pending`, and have been read there, which may be delayed. */
  async bring(ids: readonly string[], signal: AbortSignal): Promise<void> {
    await this.readTo(await this.#options.delays?.bring(ids) ?? 0, signal);
  }

  /** Waits until all of `delayed` before an offset has been read. */
  async readDelayedTo(offset: number, signal: AbortSignal): Promise<void> {
    const { delayed } = this.state;
    const { delays } = this.#options;
    while (delays !== undefined && !delays.isFull() && delayed.at < offset && !signal.aborted) {
      if (this.isDropped) return;
      await this.#bell.after(this.#bell.rings, signal);
    }
  }

  /** Whether as many delayed messages are known as may be. */
  knowsEnough(): boolean {
    return this.#options.delays!.isFull();
  }

  /** Takes messages of `delayed`. */
  readDelayed(records: readonly IncomingRecord[], next: number): void {
    this.#options.delays!.take(records, next);
    this.#bell.ring();
  }

  /** Number of instances that wait in their topic, and are not in memory. */
  get left(): number {
    return this.#backlog.left;
  }

  /** Reads all that waits into memory, where it stays until what this gives is disposed. */
  whole(): Promise<Disposable> {
    return this.#backlog.whole();
  }

  /** The line of instances to hand out, without those that are passed over, until it is disposed. */
  passing(passed: PassedKinds): PassingLine | undefined {
    return this.isLeaving ? undefined : this.#backlog.passing(passed);
  }

  /** Nothing that waits in memory is wanted. */
  leaveUnwanted(passed: PassedKinds): void {
    this.#backlog.leaveUnwanted(passed);
  }

  #isThere(entry: Entry): boolean {
    return entry.state === "queued" && this.#isKnown(entry) && !this.journal.isEnding(entry);
  }

  #isKnown(entry: Entry): boolean {
    return this.state.entries.get(entry.instance.id) === entry;
  }

  /** Hands out the first of those that wait, as the claim of a number. */
  claim(passing: PassingLine, number: number): Claim {
    const entry = passing.first!, { offset } = entry.place;
    const isFresh = passing.take(), isFirst = offset < this.#backlog.first;
    if (isFresh && isFirst) this.#owner.claimed(offset);
    const claim = this.claims.make(entry, number);
    if (entry.hasHead || (isFresh && !isFirst)) this.#watch(this.journal.writeHeads([entry]));
    return claim;
  }

  /**
   * Hands roots back that are held.
   *
   * @param waitsFor under which names
   */
  async handBack(roots: readonly Entry[], waitsFor?: ReadonlyMap<Entry, string>): Promise<void> {
    let left = roots;
    do { // another may be meant by a cancel that comes meanwhile
      await this.journal.endCancelled(left);
      left = left.filter((root) => root.state === "running" && this.#isKnown(root));
    } while (toBeCancelled(left).length > 0);
    const again = left.flatMap((root) => [...treeOf(root)]).filter((each) => !hasEnded(each));
    for (const each of again) queueAgain(each);
    this.journal.unmark(again);
    if (!this.isLeaving) await this.journal.writeHeads(left); // else all goes with the partition
    this.#queueAgain(left, waitsFor);
  }

  /** Takes ended instances up again. */
  async revive(entries: Parameters<Journal["revive"]>[0]): Promise<void> {
    this.#queueAgain((await this.journal.revive(entries)).filter(isWaiting));
  }

  /** Puts waiting entries where they were. */
  #queueAgain(entries: readonly Entry[], waitsFor?: ReadonlyMap<Entry, string>): void {
    this.#backlog.putBack(entries, waitsFor);
    this.#bell.ring();
  }

  /** All of `pending` before has ended or stands in the changelog. */
  get from(): number {
    return this.#owner.from;
  }

  /** Keeps the record of how far it has come, and carries on what would hold it up. */
  async upkeep(): Promise<void> {
    const nowMs = this.#options.clock.wallMs();
    this.state.ends.expire(nowMs);
    this.state.callbacks.expire(nowMs - (this.#options.keepMs ?? Infinity));
    this.#backlog.tidy();
    this.#options.delays?.upkeep();
    await this.#carry();
    await this.#left.upkeep();
    await this.#owner.write();
  }

  /** Writes heads of entries that hold others up: too many came behind them, or others' ends may be gone before their own. */
  async #carry(): Promise<void> {
    const { clock, carriedBehind = CARRIED_BEHIND, carriedAfterMs = Infinity } = this.#options;
    const beforeMs = clock.wallMs() - carriedAfterMs;
    let surplus = this.#coverage.size - carriedBehind;
    const slow: Entry[] = [];
    for (const entry of this.#coverage.uncovered()) {
      if (surplus-- <= 0 && (entry?.place.atMs ?? beforeMs) >= beforeMs) break;
      if (entry !== undefined && this.#isKnown(entry)) slow.push(entry);
    }
    await this.journal.writeHeads(slow);
  }

  /** Writes which instances have been handed out. */
  writeClaims(): void {
    this.#watch(this.#owner.write());
  }

  /** Gives it up, with all that is held. */
  async release(): Promise<void> {
    this.isLeaving = true;
    try {
      await this.journal.endCancelled([...this.claims.held()].filter(isRoot));
      this.#options.delays?.flush();
      await this.journal.idle();
      await this.#owner.write(true);
    } finally { // also if it is another's already: nothing of it is read any more
      this.drop(
        new QueueError("lease-lost", `Cannot write to partition ${this.partition}: it has been released`),
      );
    }
  }

  /** It is another's now: nothing more is written. */
  drop(error: unknown): void {
    this.isLeaving = this.isDropped = true;
    this.#options.delays?.end();
    this.#options.writer.end(error);
    this.#options.dropped();
    this.#bell.ring();
  }

  /** Sees to something that nobody waits for. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#options.failed(error));
  }
}
