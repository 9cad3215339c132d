import type { TopicNames } from "../log/topics.ts";
import type { Tail } from "../log/tail.ts";
import type { From } from "../original/mod.ts";
import type { Unreadable } from "../log/messages.ts";
import type { Link } from "../client/link.ts";
import type { ChainPool } from "../log/chain_pool.ts";
import type { Appender } from "../client/appender.ts";
import type { Order } from "../../queue.ts";
import type { Bell } from "../../bell.ts";
import type { Clock, Instance } from "../../../model/mod.ts";
import { QueueError } from "../../errors.ts";
import { EndReader } from "../log/end_reader.ts";
import { delayBoundsOf, Delays } from "./delays.ts";
import { lostError } from "../client/errors.ts";
import type { RecordWriter } from "../client/appender.ts";
import type { Broker, IncomingRecord, ProducerId } from "../client/kafkajs.ts";
import { endOffset, LITTLE_BYTES, readChunk, readRanges, startOffset } from "../log/log.ts";
import { membersOf } from "./membership.ts";
import { OwnedPartition } from "./owned_partition.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { FENCE, outgoing, type Owner } from "../log/records.ts";
import { type StartingPoint, startingPoint } from "../original/mod.ts";
import { marked, TermWriter } from "../log/terms.ts";
import { readAheadOf } from "./waiting_line.ts";

/** The parts with which a partition is taken. */
export interface TakingOptions {
  readonly link: Link;
  readonly tail: Tail;
  readonly appender: Appender;
  readonly clock: Clock;
  readonly names: TopicNames;
  readonly partitions: number;
  /** Begins the names under which partitions are written to: one writer for each at a time. */
  readonly writers: string;
  readonly group: string;
  /** Whether the original's messages that are there before the first consumer comes are run or passed over. */
  readonly from: From | undefined;
  /** Time for which ends are kept, in milliseconds. */
  readonly keepMs: number;
  /** This process in words. */
  readonly words: string;
  readonly bell: Bell;
  /** Rings when the next instance may be due sooner. */
  readonly due: Bell;
  readonly maxEnds: number;
  readonly chains: ChainPool;
  /** The instance in a message. @throws {Error} if it brings none */
  instanceOf(partition: number, record: IncomingRecord): Instance;
  /** Time between two reminders to the coordinator of an owner, in milliseconds. */
  readonly renewMs: number;
  newState(partition: number): PartitionState;
  /** The partition in which an id is submitted. */
  homeOf(id: string): number;
  /** Sends a message to the partition where it should lie. */
  moveHome(record: IncomingRecord, partition: number): Promise<void>;
  setAside(topic: string, partition: number, bad: Unreadable): Promise<void>;
  /** Tells the consumer. */
  order(order: Order): void;
  /** Called with a partition that is ready. */
  ready(partition: OwnedPartition): void;
  /** Called when the partition cannot be owned any more. */
  failed(owned: OwnedPartition, error: unknown): void;
}

/** Who takes which partition. */
export interface Taker {
  readonly partition: number;
  /** The name under which it is owned. */
  readonly member: string;
  /** The other members that are alive: they are waited for, to let go by themselves. */
  readonly others: ReadonlySet<string>;
  /** It is taken only to do what an operator asked for. (Default: false) */
  readonly isGuest?: boolean;
}

/** Longest wait of a new owner for a live one to let go, in milliseconds: the grace, and the time to say so. */
const HANDOVER_MS = 2000;
/** Time between two looks whether it has, in milliseconds. */
const LOOK_MS = 20;
const TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * Makes this process the owner of a partition: whatever a former owner writes from then on does not count.
 *
 * @returns undefined if it was not to be taken after all
 * @throws what `isLoss` tells, if another has taken it meanwhile
 */
export async function takePartition(
  options: TakingOptions,
  taker: Taker,
  signal: AbortSignal,
): Promise<OwnedPartition | undefined> {
  const fenced = await fenceOff(options, taker, signal);
  if (fenced === undefined) return undefined;
  try {
    return await takeFenced(options, taker, fenced, signal);
  } catch (error) {
    fenced.raw.end(error);
    throw error;
  }
}

/** Reads a partition that nobody else can write to, and begins to own it. */
async function takeFenced(
  options: TakingOptions,
  { partition, member }: Taker,
  fenced: Fenced,
  signal: AbortSignal,
): Promise<OwnedPartition> {
  const { link, clock, names, words, group, keepMs, bell, renewMs } = options;
  const { state, term, identity, raw, isGuest } = fenced;
  const { finishedStart, finishedFence } = await readEnds(options, partition, fenced, signal);
  const writer: TermWriter = new TermWriter({
    writer: raw,
    term,
    ends: { [names.running]: fenced.runningFence + 1, [names.finished]: finishedFence + 1 },
    async look(topic, offset, to) {
      const take = (records: readonly IncomingRecord[]) => owned.takeOthers(topic, records);
      await readRanges(link, [{ topic, partition, offset, to, take }]);
    },
  });
  const ends = new EndReader(link, names.finished, options.partitions);
  const delays = new Delays({
    ...{ partition, names, clock, state, ends, writer: raw, due: options.due },
    bounds: delayBoundsOf(options.partitions),
    readAt: (offset) => readChunk(link, { topic: names.delayed, partition, offset }, undefined, LITTLE_BYTES),
    instanceOf: (record) => options.instanceOf(partition, record),
    setAside: (bad) => options.setAside(names.delayed, partition, bad),
    failed: (error) => options.failed(owned, error),
  });
  let unfollow = () => {};
  let renewAtMs = clock.nowMs() + renewMs;
  const owned: OwnedPartition = new OwnedPartition({
    ...{ partition, names, clock, state, writer, term, member, isGuest, words, group, bell },
    passBefore: fenced.start.passBefore,
    keepMs,
    carriedAfterMs: keepMs / 2,
    ends,
    chains: options.chains,
    readAhead: readAheadOf(options.partitions),
    readAgain: (offset) =>
      readChunk(link, { topic: names.pending, partition, offset }, undefined, LITTLE_BYTES),
    homeOf: options.homeOf,
    moveHome: options.moveHome,
    setAside: (bad) => options.setAside(names.pending, partition, bad),
    due: options.due,
    delays,
    failed: (error) => options.failed(owned, error),
    dropped: () => unfollow(),
    async look() {
      await writer.lookTo(names.running, await endOffset(link, names.running, partition));
      if (clock.nowMs() < renewAtMs) return;
      renewAtMs = clock.nowMs() + renewMs;
      await renew(options, partition, identity);
    },
  }, finishedFence + 1);
  try {
    await owned.begin(finishedStart);
    await readDelayed(options, owned, signal);
    const pendingEnd = await endOffset(link, names.pending, partition);
    await catchUp(options, owned, pendingEnd, signal);
    unfollow = follow(options, owned, pendingEnd);
    return owned;
  } catch (error) {
    owned.drop(error);
    throw error;
  }
}

/** A partition that nobody else can write to any more. */
interface Fenced {
  readonly state: PartitionState;
  /** Writes as its owner. */
  readonly raw: RecordWriter;
  readonly identity: ProducerId;
  readonly term: number;
  /** Where in `running` its fence stands. */
  readonly runningFence: number;
  /** The place where reading `pending` begins, and the messages that are passed over. */
  readonly start: StartingPoint;
  /** No consumer has had it, nor has one now. */
  readonly isGuest: boolean;
  fence(topic: string): Promise<number>;
}

/** Reads the changelog, waits for a live owner to let go, and fences the partition off. */
async function fenceOff(
  options: TakingOptions,
  { partition, member, others, isGuest: comesAsGuest = false }: Taker,
  signal: AbortSignal,
): Promise<Fenced | undefined> {
  const { link, clock, names: { running, pending }, newState, appender } = options;
  const state = newState(partition);
  let offset = await startOffset(link, running, partition);
  const readTo = async (to: number) => {
    const take = state.takeRunning.bind(state);
    await readRanges(link, [{ topic: running, partition, offset, to, take }], signal);
    offset = Math.max(offset, to);
  };
  await readTo(await endOffset(link, running, partition));
  const untilMs = clock.nowMs() + HANDOVER_MS;
  while (isHeldBy(others, state.owner) && clock.nowMs() < untilMs && !signal.aborted) {
    await clock.until(clock.nowMs() + LOOK_MS, signal);
    await readTo(await endOffset(link, running, partition));
  }
  if (signal.aborted) return undefined;
  await checkGroup(options, state.owner);
  const isNew = state.owner === undefined || (state.owner.isGuest ?? false), isGuest = isNew && comesAsGuest;
  const { from = 0, passBefore = 0 } = state.owner ?? {};
  const start = !isNew || isGuest
    ? { from, passBefore }
    : await startingPoint({ ...options, topic: pending }, partition, signal);
  const term = offset;
  const identity = await identify(options, partition);
  const raw = appender.writer({ identify: () => Promise.resolve(identity), whenFenced: "end" }, identity);
  const fence = (topic: string) =>
    raw.append(topic, partition, marked([outgoing(FENCE, { member }, clock.wallMs())], term));
  try {
    const runningFence = await fence(running);
    await readTo(runningFence + 1);
    if (!state.fencing.isFencedBy(member, term)) throw lostError(partition);
    return { ...{ state, raw, identity, term, runningFence, start, isGuest }, fence };
  } catch (error) {
    raw.end(error); // nobody writes by it any more
    throw error;
  }
}

/** Reads the ends that whoever reads `pending` needs to know, up to the fence of their new owner. */
async function readEnds(
  { link, names: { pending, finished }, maxEnds }: TakingOptions,
  partition: number,
  { state, start, fence }: Fenced,
  signal: AbortSignal,
): Promise<{ readonly finishedStart: number; readonly finishedFence: number }> {
  const finishedFence = await fence(finished);
  const pendingStart = await startOffset(link, pending, partition);
  state.pendingAt = Math.max(start.from, pendingStart);
  const finishedStart = await startOffset(link, finished, partition);
  const offset = Math.max(finishedStart, Math.min(state.owner?.results ?? 0, finishedFence - maxEnds));
  const take = state.takeFinished.bind(state);
  await readRanges(link, [{ topic: finished, partition, offset, to: finishedFence + 1, take }], signal);
  return { finishedStart, finishedFence };
}

function isHeldBy(others: ReadonlySet<string>, owner: Owner | undefined): boolean {
  return owner !== undefined && !owner.released && others.has(owner.member);
}

/** One name for each partition: brokers take nothing more from whoever had it before, as long as they know of it. */
function transactionalIdOf({ writers }: TakingOptions, partition: number): string {
  return `${writers}.${partition}`;
}

function identify(options: TakingOptions, partition: number): Promise<ProducerId> {
  const transactionalId = transactionalIdOf(options, partition);
  return options.link.coordinator(
    "take a partition",
    "transaction",
    transactionalId,
    (broker) => broker.initProducerId({ transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS }),
  );
}

/** Runs an empty transaction: so the coordinator, and the brokers of both topics, go on knowing of this owner. */
async function renew(options: TakingOptions, partition: number, { producerId, producerEpoch }: ProducerId) {
  const { link, names } = options;
  const transactionalId = transactionalIdOf(options, partition);
  const of = { transactionalId, producerId: producerId.toString(), producerEpoch };
  const topics = [names.running, names.finished].map((topic) => ({ topic, partitions: [partition] }));
  try {
    const ask = (request: (broker: Broker) => Promise<unknown>) =>
      link.coordinator("keep a partition", "transaction", transactionalId, request);
    await ask((broker) => broker.addPartitionsToTxn({ ...of, topics }));
    await ask((broker) => broker.endTxn({ ...of, transactionResult: true }));
  } catch (error) {
    // Whoever is forgotten, or cannot be reminded of: brokers may fence no former owner off, but terms do.
    const isForgotten = (error as { readonly type?: unknown }).type === "INVALID_PRODUCER_ID_MAPPING";
    const isRefused = error instanceof QueueError && ["failed", "unauthorized"].includes(error.code);
    if (!isForgotten && !isRefused) throw error;
  }
}

/**
 * Two groups would run everything twice, each against the other.
 *
 * @throws {QueueError} `bad-topic`, if consumers of another group are at work
 */
async function checkGroup({ link, group, names }: TakingOptions, owner: Owner | undefined): Promise<void> {
  if (owner === undefined || owner.released || owner.group === group) return;
  const members = await membersOf(link, owner.group);
  if (members === 0) return;
  throw new QueueError(
    "bad-topic",
    `Cannot consume ${names.pending} of ${link.where} as the group ${group}: ${members} consumers of the group ` +
      `${owner.group} are at work on it. Use ?group=${owner.group}, or a queue of its own with another prefix`,
  );
}

/** Longest time for which delayed messages are read before others, as ids may be known by them, in milliseconds. */
const DELAYED_FIRST_MS = 200;

/** Reads the first delayed messages: all, if they are not many. Others do not wait until a million have been read. */
async function readDelayed(
  { link, clock, names }: TakingOptions,
  owned: OwnedPartition,
  signal: AbortSignal,
): Promise<void> {
  const { partition, state: { delayed } } = owned;
  delayed.at = await startOffset(link, names.delayed, partition);
  const end = await endOffset(link, names.delayed, partition);
  const untilMs = clock.nowMs() + DELAYED_FIRST_MS;
  while (delayed.at < end && clock.nowMs() < untilMs && !signal.aborted) {
    const at = { topic: names.delayed, partition, offset: delayed.at };
    const { records, next } = await readChunk(link, at, signal, LITTLE_BYTES);
    owned.readDelayed(records, next);
  }
}

/** Reads messages that wait already: a fetch that waits for news on other partitions would delay it. */
async function catchUp(
  { link, names }: TakingOptions,
  owned: OwnedPartition,
  pendingEnd: number,
  signal: AbortSignal,
): Promise<void> {
  const { state, partition } = owned;
  while (state.pendingAt < pendingEnd && !owned.isFull() && !signal.aborted) {
    const at = { topic: names.pending, partition, offset: state.pendingAt };
    const { records, next } = await readChunk(link, at, signal, LITTLE_BYTES);
    owned.read(records, next);
  }
}

/** @returns a function that ends it */
function follow(
  { tail, names, failed }: TakingOptions,
  owned: OwnedPartition,
  pendingEnd: number,
): () => void {
  const tidy = () => owned.journal.tidy(true).catch((error) => failed(owned, error));
  let isWhole = owned.state.pendingAt >= pendingEnd;
  if (isWhole) void tidy();
  const unfollow = tail.follow({
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
    takesLittle: () => owned.left === 0, // else much of it is passed over
  });
  const unfollowDelayed = tail.follow({
    topic: names.delayed,
    partition: owned.partition,
    offset: owned.state.delayed.at,
    take: (records, next) => owned.readDelayed(records, next),
    isFull: () => owned.knowsEnough(),
    takesLittle: () => true, // nobody waits for it: others have their turn between two reads
    goesFirst: true, // what was submitted delayed before it is submitted again is known by its id
  });
  return () => {
    unfollow();
    unfollowDelayed();
  };
}
