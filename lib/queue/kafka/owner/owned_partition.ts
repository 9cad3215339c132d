import type { Bell } from "../../bell.ts";
import { childOf } from "../../called_child.ts";
import type { Claim, Held } from "../../queue.ts";
import { QueueError } from "../../errors.ts";
import { Backlog } from "./backlog.ts";
import type { ChainPool } from "../log/chain_pool.ts";
import { LeftRecord } from "./left_record.ts";
import type { PassedKinds } from "../../waiting_lines.ts";
import { Coverage } from "./coverage.ts";
import { isBare, isRoot, isWaiting, toBeCancelled } from "./entries.ts";
import { lostError } from "../client/errors.ts";
import { Intake, type IntakeOptions } from "./intake.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import type { IncomingRecord } from "../client/kafkajs.ts";
import { byPlace, type Entry, hasEnded, progressOf, queueAgain } from "../log/entry.ts";
import { rootOf, treeOf } from "../../tree.ts";
import type { Chunk } from "../log/log.ts";
import { kindOf, type Picks } from "../log/messages.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { FENCE, type Fence, LEFT, outgoing, OWNER, type Owner } from "../log/records.ts";
import { type FencePlace, isOfTerm } from "../log/terms.ts";
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
  readonly #bell: Bell;
  /** It goes to another consumer: nothing more is handed out. */
  isLeaving = false;
  /** It has been given up, or was lost. */
  isDropped = false;
  readonly #options: OwnedPartitionOptions;
  readonly #coverage: Coverage<Entry | undefined>;
  readonly #backlog: Backlog;
  readonly #left: LeftRecord;
  readonly #intake: Intake;
  /** All of `pending` before has been handed out, or has a head. */
  #claimed: number;
  #written = "";
  /** The number of the last claim of each root. */
  readonly #claims = new WeakMap<Entry, number>();
  #readTo = 0;

  /** @param finishedEnd where `finished` ends */
  constructor(options: OwnedPartitionOptions, finishedEnd: number) {
    const { state } = options;
    this.#options = options;
    this.partition = options.partition;
    this.state = state;
    this.#bell = options.bell;
    this.#claimed = state.pendingAt;
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
    this.#intake = new Intake(options, this.journal, {
      waits: (entry) => this.#backlog.push(entry),
      isOver: (offset, resultAt) => this.#coverage.cover(offset, resultAt),
    });
    this.#left = new LeftRecord({
      clock: options.clock,
      chains: options.chains,
      state,
      backlog: this.#backlog,
      coverage: this.#coverage,
      journal: this.journal,
      settledBehind: options.settledBehind,
      settledAfterMs: (options.carriedAfterMs ?? Infinity) / 2,
    });
  }

  /**
   * Begins to own it: what its former owners have left is put in order.
   *
   * @param finishedStart where `finished` begins: fences that are no longer needed to read it are forgotten
   */
  async begin(finishedStart: number): Promise<void> {
    const { fences } = this.state.fencing;
    const first = fences.findLastIndex(([offset]) => offset <= finishedStart);
    await this.#writeFence(fences.slice(Math.max(0, first)));
    await this.restate();
    await this.journal.tidy(false);
    await this.upkeep();
  }

  async #writeFence(fences: readonly FencePlace[]): Promise<void> {
    const { member, clock } = this.#options;
    const fence: Fence = { member, fences };
    await this.journal.append("running", [outgoing(FENCE, fence, clock.wallMs())]);
  }

  /**
   * Takes records that somebody else has written behind the fence of this owner: those of former owners do not count.
   *
   * @throws {QueueError} `lease-lost`, if one is of a later owner
   */
  takeOthers(topic: string, records: readonly IncomingRecord[]): void {
    const { term, names } = this.#options;
    const others = records.filter((record) => !isOfTerm(record, term));
    if (topic === names.running) this.state.takeRunning(others);
    else this.state.takeFinished(others);
    if (this.state.fencing.term > term) throw lostError(this.partition);
    this.#watch(this.restate());
  }

  /** Writes again what former owners have overwritten: compaction keeps the last record of a key, whoever wrote it. */
  async restate(): Promise<void> {
    const { fencing } = this.state;
    const keys = fencing.takeOverwritten();
    if (keys.size === 0) return;
    const writes: Promise<void>[] = [];
    if (keys.delete(FENCE)) {
      writes.push(this.#writeFence(fencing.fences));
      keys.add(OWNER); // whoever reads a fence takes nothing for held that stands before it
      for (const { hasHead, instance: { id } } of this.held()) if (hasHead) keys.add(id);
    }
    if (keys.delete(OWNER)) this.#written = "";
    if (keys.delete(LEFT)) writes.push(this.#left.write());
    writes.push(this.journal.restate(keys), this.#writeOwner(false));
    await Promise.all(writes);
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
    if (isFresh && isFirst) this.#claimed = Math.max(this.#claimed, offset + 1);
    this.#claims.set(entry, number);
    for (const each of treeOf(entry)) if (!hasEnded(each)) each.state = "running";
    if (entry.hasHead || (isFresh && !isFirst)) this.#watch(this.journal.writeHeads([entry]));
    const children = [...treeOf(entry)].slice(1).sort(byPlace).map((entry) =>
      childOf(entry, progressOf(entry))
    );
    const { instance, cancel } = entry;
    const claim = {
      ...{ instance, number, progress: progressOf(entry) },
      ...cancel !== undefined && { cancel },
    };
    return children.length === 0 ? claim : { ...claim, children };
  }

  /** An instance that is held, if the claim in question is the one that the consumer has now. */
  heldAs({ instanceId, claim }: Held): Entry | undefined {
    const entry = this.state.entries.get(instanceId);
    if (entry?.state !== "running") return undefined;
    return claim === undefined || claim === this.#claims.get(rootOf(entry)) ? entry : undefined;
  }

  /** The entries that are held, callers before those that they have called. */
  *held(): Generator<Entry> {
    for (const entry of this.state.entries.values()) {
      if (isRoot(entry) && entry.state === "running") yield* treeOf(entry);
    }
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
    return Math.min(this.#coverage.from, this.#backlog.leftFrom);
  }

  /** Keeps the record of how far it has come, and carries on what would hold it up. */
  async upkeep(): Promise<void> {
    this.state.ends.expire(this.#options.clock.wallMs());
    this.#backlog.tidy();
    await this.#carry();
    await this.#left.upkeep();
    await this.#writeOwner(false);
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

  async #writeOwner(released: boolean): Promise<void> {
    const { member, words, group, clock, isGuest = false, passBefore = 0 } = this.#options;
    const owner: Owner = {
      member,
      group,
      words,
      from: this.from,
      results: this.#coverage.resultsFrom(this.journal.finishedEnd, this.from),
      claimed: this.#claimed,
      ...this.state.handedOut > this.#claimed && { handedOut: this.state.handedOut },
      ...released && { released },
      ...isGuest && { isGuest },
      ...passBefore > this.from && { passBefore },
    };
    const text = JSON.stringify(owner);
    if (text === this.#written) return;
    this.#written = text;
    await this.journal.append("running", [outgoing(OWNER, owner, clock.wallMs())]);
    this.state.setOwner(owner);
  }

  /** Writes which instances have been handed out. */
  writeClaims(): void {
    this.#watch(this.#writeOwner(false));
  }

  /** Gives it up, with all that is held. */
  async release(): Promise<void> {
    this.isLeaving = true;
    await this.journal.endCancelled([...this.held()].filter(isRoot));
    await this.journal.idle();
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

  /** Sees to something that nobody waits for. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#options.failed(error));
  }
}
