import type { Clock } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import { type Order, QueueError } from "../queue.ts";
import type { Appender } from "./appender.ts";
import { shareOf } from "./assignment.ts";
import { troubleOf } from "./errors.ts";
import type { Link } from "./link.ts";
import { endOffset, readChunk, readRanges, startOffset } from "./log.ts";
import { type Allotment, membersOf } from "./membership.ts";
import { OwnedPartition } from "./owned_partition.ts";
import type { PartitionState, Unreadable } from "./partition_state.ts";
import { FENCE, outgoing, type Owner } from "./records.ts";
import type { Tail } from "./tail.ts";
import type { TopicNames } from "./topics.ts";

/** What partitions are taken with. */
export interface OwnershipOptions {
  readonly link: Link;
  readonly tail: Tail;
  readonly appender: Appender;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly partitions: number;
  /** Begins the names under which partitions are written to: one writer for each at a time. */
  readonly writers: string;
  readonly group: string;
  /** How long ends are kept, in milliseconds. */
  readonly keepMs: number;
  /** This process in words. */
  readonly words: string;
  readonly bell: Bell;
  readonly maxEnds: number;
  newState(partition: number): PartitionState;
  setAside(partition: number, bad: Unreadable): Promise<void>;
  /** Tells the consumer. */
  order(order: Order): void;
  /** Is told of a partition that is ready. */
  ready(partition: OwnedPartition): void;
  failed(error: unknown): void;
}

/** How long what is in flight of a lost partition may take to end, in milliseconds. */
const GRACE_MS = 1500;
/** How long a new owner waits for a live one to let go, in milliseconds: the grace, and the time to say so. */
const HANDOVER_MS = 2000;
/** How soon it is looked again whether it has. */
const LOOK_MS = 20;
/** How soon a partition is taken again that another has taken though it is ours. */
const RETAKE_MS = 200;
const TRANSACTION_TIMEOUT_MS = 60_000;

/** The partitions that this consumer owns: taken when the group gives them, handed over when it takes them away. */
export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #closing: AbortSignal;
  readonly #owned = new Map<number, OwnedPartition>();
  /** Partitions that are being taken, and what ends that. */
  readonly #taking = new Map<number, AbortController>();
  readonly #work = new Set<Promise<void>>();
  #wanted: ReadonlySet<number> = new Set();
  #allotment: Allotment | undefined;
  #hasFailed = false;

  constructor(options: OwnershipOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** A partition that is owned and ready. */
  get(partition: number): OwnedPartition | undefined {
    return this.#owned.get(partition);
  }

  /** All that are owned and ready. */
  all(): Iterable<OwnedPartition> {
    return this.#owned.values();
  }

  /** What is owned, or about to be. */
  get claimed(): number[] {
    return [...this.#owned.keys(), ...this.#taking.keys()];
  }

  /** What the group said last. */
  get allotment(): Allotment | undefined {
    return this.#allotment;
  }

  /** Waits until the group has said what this consumer gets, and all of that is taken. */
  async settled(): Promise<void> {
    const { bell } = this.#options;
    const isOpen = () => this.#allotment === undefined || this.#taking.size > 0;
    while (isOpen() && !this.#hasFailed && !this.#closing.aborted) {
      await bell.after(bell.rings, this.#closing);
    }
  }

  /** Nothing more will be taken. */
  fail(): void {
    this.#hasFailed = true;
  }

  /** This consumer's part of all limits, once it has one. */
  get share(): Order | undefined {
    if (this.#allotment === undefined) return undefined;
    const { member, parts } = this.#allotment;
    return { kind: "share", ...shareOf(member, parts, this.#options.partitions) };
  }

  /** The group has divided the partitions anew. */
  apply(allotment: Allotment): void {
    this.#allotment = allotment;
    this.#wanted = new Set(allotment.parts.get(allotment.member) ?? []);
    this.#options.order(this.share!);
    for (const [partition, taking] of this.#taking) if (!this.#wanted.has(partition)) taking.abort();
    for (const owned of this.#owned.values()) {
      if (!this.#wanted.has(owned.partition) && !owned.isLeaving) this.#track(this.#handOver(owned));
    }
    for (const partition of this.#wanted) this.#takeMissing(partition);
  }

  /** Takes a partition that is to be ours, unless it is, or is being taken. */
  #takeMissing(partition: number): void {
    if (!this.#wanted.has(partition) || this.#owned.has(partition) || this.#taking.has(partition)) return;
    this.#track(this.#takeWanted(partition));
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch((error) => {
      if (!this.#closing.aborted) this.#options.failed(error);
    }).finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  /** Everything may be another's by now. */
  lost(): void {
    this.#wanted = new Set();
    for (const taking of this.#taking.values()) taking.abort();
    for (const owned of [...this.#owned.values()]) this.#drop(owned, lostError(owned.partition));
  }

  /** Lets what is in flight end, and gives a partition up. */
  async #handOver(owned: OwnedPartition): Promise<void> {
    const { clock, bell } = this.#options;
    owned.isLeaving = true;
    const ids = idsOf(owned);
    if (ids.length > 0) this.#options.order({ kind: "revoked", ids, withinMs: GRACE_MS });
    const grace = AbortSignal.any([this.#closing, abortAt(clock, clock.nowMs() + GRACE_MS)]);
    while (!grace.aborted && hasHeld(owned)) await bell.after(bell.rings, grace);
    await this.#release(owned);
    if (!this.#closing.aborted) this.#takeMissing(owned.partition); // it may have been given back meanwhile
  }

  async #release(owned: OwnedPartition): Promise<void> {
    try {
      await owned.release();
    } catch (error) {
      if (!isLoss(error)) throw error;
    }
    if (this.#owned.get(owned.partition) === owned) this.#owned.delete(owned.partition);
    this.#options.bell.ring();
  }

  /** Another has taken it. */
  #drop(owned: OwnedPartition, error: unknown): void {
    if (this.#owned.get(owned.partition) !== owned) return;
    const ids = idsOf(owned);
    this.#owned.delete(owned.partition);
    owned.drop(error);
    if (ids.length > 0) this.#options.order({ kind: "revoked", ids, withinMs: 0 });
  }

  async #takeWanted(partition: number): Promise<void> {
    const { clock } = this.#options;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#closing]);
    this.#taking.set(partition, stop);
    try {
      while (!signal.aborted) {
        try {
          const { member, parts } = this.#allotment!;
          const others = new Set([...parts.keys()].filter((each) => each !== member));
          const owned = await this.take(partition, member, others, signal);
          if (owned !== undefined) this.#own(owned);
          return;
        } catch (error) {
          if (signal.aborted) return;
          if (!isLoss(error)) throw error;
          await clock.until(clock.nowMs() + RETAKE_MS, signal);
        }
      }
    } finally {
      this.#taking.delete(partition);
      this.#options.bell.ring();
      if (!this.#closing.aborted) this.#takeMissing(partition); // it may have been given back while this was ended
    }
  }

  #own(owned: OwnedPartition): void {
    this.#owned.set(owned.partition, owned);
    this.#options.ready(owned);
    this.#options.bell.ring();
    if (!this.#wanted.has(owned.partition)) this.#track(this.#handOver(owned));
  }

  /**
   * Makes this process the owner of a partition: whoever was it cannot write any more from then on.
   *
   * @param member the name under which it is owned
   * @param others those that are alive: they are waited for, to let go by themselves
   * @returns undefined if it was not to be taken after all
   * @throws what {@linkcode isLoss} tells, if another has taken it meanwhile
   */
  async take(
    partition: number,
    member: string,
    others: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<OwnedPartition | undefined> {
    const { link, clock, names, words, group, keepMs, writers, newState, appender, bell, maxEnds } =
      this.#options;
    const state = newState(partition);
    let at = await startOffset(link, names.running, partition);
    const readRunning = async (to: number) => {
      const take = state.takeRunning.bind(state);
      await readRanges(link, [{ topic: names.running, partition, offset: at, to, take }], signal);
      at = Math.max(at, to);
    };
    await readRunning(await endOffset(link, names.running, partition));
    const untilMs = clock.nowMs() + HANDOVER_MS;
    while (isHeldBy(others, state.owner) && clock.nowMs() < untilMs && !signal.aborted) {
      await clock.until(clock.nowMs() + LOOK_MS, signal);
      await readRunning(await endOffset(link, names.running, partition));
    }
    if (signal.aborted) return undefined;
    await this.#checkGroup(state.owner);
    const transactionalId = `${writers}.${partition}`;
    const identify = () =>
      link.coordinator(
        "take a partition",
        "transaction",
        transactionalId,
        (broker) => broker.initProducerId({ transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS }),
      );
    const writer = appender.writer({ identify, whenFenced: "end" }, await identify());
    const fence = [outgoing(FENCE, { member }, clock.nowMs())];
    const [runningEnd, finishedEnd] = await Promise.all(
      [names.running, names.finished].map((topic) => writer.append(topic, partition, fence)),
    );
    await readRunning(runningEnd!);
    state.fence();
    const pendingStart = await startOffset(link, names.pending, partition);
    state.pendingAt = Math.max(state.owner?.from ?? 0, pendingStart);
    const finishedStart = await startOffset(link, names.finished, partition);
    const oldest = Math.max(finishedStart, Math.min(state.owner?.results ?? 0, finishedEnd! - maxEnds));
    const take = state.takeFinished.bind(state);
    await readRanges(
      link,
      [{ topic: names.finished, partition, offset: oldest, to: finishedEnd!, take }],
      signal,
    );
    let unfollow = () => {};
    const owned: OwnedPartition = new OwnedPartition({
      partition,
      names,
      clock,
      state,
      writer,
      member,
      words,
      group,
      carriedAfterMs: keepMs / 2,
      bell,
      setAside: (bad) => this.#options.setAside(partition, bad),
      failed: (error) => this.#failed(owned, error),
      dropped: () => unfollow(),
    }, finishedEnd! + 1);
    await owned.journal.tidy(false);
    await owned.upkeep();
    const pendingEnd = await endOffset(link, names.pending, partition);
    await this.#catchUp(owned, pendingEnd, signal);
    unfollow = this.#follow(owned, pendingEnd);
    return owned;
  }

  /**
   * Two groups would run everything twice, each against the other.
   *
   * @throws {QueueError} `bad-topic`, if consumers of another group are at work
   */
  async #checkGroup(owner: Owner | undefined): Promise<void> {
    const { link, group, names } = this.#options;
    if (owner === undefined || owner.released || owner.group === group) return;
    const members = await membersOf(link, owner.group);
    if (members === 0) return;
    throw new QueueError(
      "bad-topic",
      `Cannot consume ${names.pending} of ${link.where} as the group ${group}: ${members} consumers of the group ` +
        `${owner.group} are at work on it. Use ?group=${owner.group}, or a queue of its own with another prefix`,
    );
  }

  /** Reads what waits already: a fetch that waits for news on other partitions would delay it. */
  async #catchUp(owned: OwnedPartition, pendingEnd: number, signal: AbortSignal): Promise<void> {
    const { link, names } = this.#options;
    const { state, partition } = owned;
    while (state.pendingAt < pendingEnd && !owned.isFull() && !signal.aborted) {
      const { records, next } = await readChunk(link, {
        topic: names.pending,
        partition,
        offset: state.pendingAt,
      }, signal);
      owned.read(records, next);
    }
  }

  /** @returns what ends that */
  #follow(owned: OwnedPartition, pendingEnd: number): () => void {
    const { tail, names } = this.#options;
    const tidy = () => owned.journal.tidy(true).catch((error) => this.#failed(owned, error));
    let isWhole = owned.state.pendingAt >= pendingEnd;
    if (isWhole) void tidy();
    return tail.follow({
      topic: names.pending,
      partition: owned.partition,
      offset: owned.state.pendingAt,
      take: (records, next) => {
        owned.read(records, next);
        if (isWhole || owned.state.pendingAt < pendingEnd) return;
        isWhole = true;
        void tidy();
      },
      isFull: () => owned.isFull(),
    });
  }

  #failed(owned: OwnedPartition, error: unknown): void {
    if (owned.isDropped || this.#closing.aborted) return;
    if (!isLoss(error)) return this.#options.failed(error);
    this.#drop(owned, error);
    this.#takeMissing(owned.partition);
  }

  /** Is told that a write of a partition was refused. */
  refused(owned: OwnedPartition, error: unknown): void {
    this.#failed(owned, error);
  }

  /** Gives everything up, with what is held. */
  async close(): Promise<void> {
    this.#wanted = new Set();
    for (const taking of this.#taking.values()) taking.abort();
    await Promise.all(
      [...this.#owned.values()].map((owned) => owned.isLeaving ? undefined : this.#release(owned)),
    );
    await Promise.all(this.#work);
    await Promise.all([...this.#owned.values()].map((owned) => this.#release(owned)));
  }
}

/** Whether an error means that a partition is another's. */
export function isLoss(error: unknown): boolean {
  return error instanceof QueueError ? error.code === "lease-lost" : troubleOf(error) === "fenced";
}

function lostError(partition: number): QueueError {
  return new QueueError(
    "lease-lost",
    `Cannot write to partition ${partition}: it may be another consumer's by now`,
  );
}

function isHeldBy(others: ReadonlySet<string>, owner: Owner | undefined): boolean {
  return owner !== undefined && !owner.released && others.has(owner.member);
}

function hasHeld(owned: OwnedPartition): boolean {
  return !owned.held().next().done;
}

function idsOf(owned: OwnedPartition): string[] {
  return [...owned.held()].filter(({ state }) => state === "running").map(({ instance: { id } }) => id);
}

function abortAt(clock: Clock, atMs: number): AbortSignal {
  const controller = new AbortController();
  clock.after(atMs - clock.nowMs(), () => controller.abort());
  return controller.signal;
}
