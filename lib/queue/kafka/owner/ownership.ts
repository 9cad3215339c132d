import { onAbort } from "../../../model/mod.ts";
import type { Order } from "../../queue.ts";
import { shareOf } from "./assignment.ts";
import { isLoss, lostError } from "../client/errors.ts";
import type { Allotment } from "./membership.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import { takePartition, type Taker, type TakingOptions } from "./taking.ts";

/** The parts with which partitions are taken. */
export interface OwnershipOptions extends Omit<TakingOptions, "failed"> {
  failed(error: unknown): void;
}

/** Longest time for calls in flight of a lost partition to end, in milliseconds. */
const GRACE_MS = 1500;
/** Time until a partition that another has taken though it is ours is taken again, in milliseconds. */
const RETAKE_MS = 200;

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

  /** Reads all that waits into memory, where it stays until what this gives is disposed. */
  async whole(): Promise<Disposable> {
    const all = new DisposableStack();
    for (const whole of await Promise.all([...this.#owned.values()].map((owned) => owned.whole()))) {
      all.use(whole);
    }
    return all;
  }

  /** The partitions that are owned, or about to be. */
  get claimed(): number[] {
    return [...this.#owned.keys(), ...this.#taking.keys()];
  }

  /** The latest allotment of the group. */
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

  /** Called when the group has divided the partitions again. */
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

  /** Lets calls in flight end, and gives a partition up. */
  async #handOver(owned: OwnedPartition): Promise<void> {
    const { clock, bell } = this.#options;
    owned.isLeaving = true;
    const ids = idsOf(owned);
    if (ids.length > 0) this.#options.order({ kind: "revoked", ids, withinMs: GRACE_MS });
    const grace = new AbortController();
    using stack = new DisposableStack();
    stack.defer(clock.after(GRACE_MS, () => grace.abort()));
    stack.defer(onAbort(this.#closing, () => grace.abort()));
    while (!grace.signal.aborted && hasHeld(owned)) await bell.after(bell.rings, grace.signal);
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
          const owned = await this.take({ partition, member, others }, signal);
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
    this.#options.due.ring();
    if (!this.#wanted.has(owned.partition)) this.#track(this.#handOver(owned));
  }

  /**
   * Makes this process the owner of a partition, see {@linkcode takePartition}.
   *
   * @returns undefined if it was not to be taken after all
   * @throws what {@linkcode isLoss} tells, if another has taken it meanwhile
   */
  take(taker: Taker, signal: AbortSignal): Promise<OwnedPartition | undefined> {
    const failed = (owned: OwnedPartition, error: unknown) => this.#failed(owned, error);
    return takePartition({ ...this.#options, failed }, taker, signal);
  }

  #failed(owned: OwnedPartition, error: unknown): void {
    if (owned.isDropped || this.#closing.aborted) return;
    if (!isLoss(error)) return this.#options.failed(error);
    this.#drop(owned, error);
    this.#takeMissing(owned.partition);
  }

  /** Called when a write of a partition was refused. */
  refused(owned: OwnedPartition, error: unknown): void {
    this.#failed(owned, error);
  }

  /** Gives everything up, with all held instances. */
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

function hasHeld(owned: OwnedPartition): boolean {
  return !owned.claims.held().next().done;
}

function idsOf(owned: OwnedPartition): string[] {
  return [...owned.claims.held()].filter(({ state }) => state === "running").map(({ instance: { id } }) =>
    id
  );
}
