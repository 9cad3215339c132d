import type { Clock, Instance } from "../../model/mod.ts";
import type { Bell } from "../bell.ts";
import type { ConsumerRecord } from "../consumers.ts";
import { leaseLost } from "../errors.ts";
import { Losses } from "../losses.ts";
import type { Claim, Held, Progress, PullBounds, Pushed, Released, Result } from "../queue.ts";
import type { CallbackRoom, SettledCallback, TakenCallback } from "../callbacks.ts";
import { anyCallbackWaits, dueCallbacks, settleCallbacks, takeCallbacks } from "./callbacks.ts";
import type { ChainTable } from "./chains.ts";
import { type Changes, Pace } from "./changes.ts";
import type { Database } from "./database.ts";
import { nextDueMs, wake } from "./delayed.ts";
import { EmptyLook } from "./empty_look.ts";
import type { FileWait } from "./file_wait.ts";
import type { GroupCommit, WriteOptions } from "./group_commit.ts";
import { checkpoint, finish, type Hold, holdOf, release, releaseSome, take } from "./hold.ts";
import { Lease } from "./lease.ts";
import { lastSeq, QueuedRows } from "./queued_rows.ts";
import { submit } from "./submit.ts";
import { Upkeep } from "./upkeep.ts";

/** The parts that holding works with. */
export interface HolderOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly chains: ChainTable;
  readonly changes: Changes;
  readonly writes: GroupCommit;
  readonly fileWait: FileWait;
  /** Rings when there may be more to hand out, or to be told. */
  readonly bell: Bell;
  readonly leaseMs: number;
  readonly keepMs: number;
  /** Aborted when the queue is closed. */
  readonly closing: AbortSignal;
  /** Reads as soon as nobody has the file locked. */
  read<T>(read: () => T): Promise<T>;
  /** Throws if the queue may not be written to. @param action completes "Cannot … the queue" */
  check(action: string): void;
}

/** More are not handed out at once: others wait for the transaction. */
const MOST_TAKEN = 5000;
/** Times between two looks of a waiting pull for instances that other processes have pushed. */
const PULL_PACE = { firstMs: 5, soonMs: 20, lastMs: 50, hurryMs: 20 };
/** The same of callbacks: they come behind the ends of instances, which nobody waits for so closely. */
const CALLBACK_PACE = { firstMs: 5, soonMs: 50, lastMs: 250 };

/** The consumer that a connection is from its first pull, or beat, on: it holds instances under a lease, which it keeps by beats. */
export class Holder {
  /** Instances that others have taken from it, until it knows. */
  readonly losses: Losses;
  readonly #options: HolderOptions;
  readonly #queued: QueuedRows;
  readonly #lease: Lease;
  readonly #upkeep: Upkeep;
  /** As many as it has been handed out, and those that these have called. */
  readonly #holds = new Map<string, Hold>();
  readonly #emptyLook = new EmptyLook();
  #claims = 0;
  #heldUnder: number | undefined;
  #confirming: Promise<void> | undefined;

  constructor(options: HolderOptions) {
    const { db, bell, chains, leaseMs } = options;
    this.#options = options;
    this.losses = new Losses(() => bell.ring());
    this.#queued = new QueuedRows(db, chains);
    this.#lease = new Lease(db, leaseMs);
    this.#upkeep = new Upkeep({
      ...options,
      lease: this.#lease,
      beaten: () => this.#forgetLost(),
      released: () => bell.ring(),
    });
  }

  /** The key under which it holds instances; undefined: it holds none. */
  get key(): number | undefined {
    return this.#lease.key;
  }

  /** Queues instances; those that it has called for held ones are held, too. */
  async push(instances: readonly Instance[]): Promise<Pushed> {
    const { db, chains, clock, writes } = this.#options;
    const { pushed, holds } = await writes.run(
      () => submit(db, chains, instances, this.#holds, clock.wallMs()),
      this.#patiently(instances.length),
    );
    for (const [id, hold] of holds) this.#holds.set(id, hold);
    return pushed;
  }

  /** Takes the instances whose turn it is; waits until there is one, or `signal` is aborted. */
  async pull(max: number, signal: AbortSignal, bounds: PullBounds): Promise<Claim[]> {
    const { db, clock, changes, closing, read, check } = this.#options;
    this.#upkeep.start(closing);
    const pace = new Pace(PULL_PACE);
    while (!signal.aborted) {
      const mark = await read(() => changes.mark());
      const atMs = clock.nowMs();
      const { dueMs, mayTake } = await read(() => this.#look(bounds));
      const claims = mayTake ? await this.#take(max, signal, bounds) : [];
      if (claims.length > 0) return claims;
      const seq = await read(() => lastSeq(db));
      const isEmpty = (bounds.passOver ?? []).length === 0; // else some of what came before waits still
      if (isEmpty) this.#emptyLook.set(atMs, seq);
      const unchangedAtMs = await changes.since(mark, signal, pace, dueMs);
      if (isEmpty) this.#emptyLook.set(unchangedAtMs ?? atMs, seq);
      check("pull from");
    }
    return [];
  }

  /** Takes callbacks that are due; waits until there is one, or `signal` is aborted. */
  async pullCallbacks(room: CallbackRoom, signal: AbortSignal): Promise<TakenCallback[]> {
    const { db, clock, changes, closing, writes, read, check } = this.#options;
    this.#upkeep.start(closing);
    const pace = new Pace(CALLBACK_PACE);
    while (!signal.aborted) {
      const mark = await read(() => changes.mark());
      const due = await read(() => dueCallbacks(db, room));
      if (due.some(({ atMs }) => atMs <= clock.wallMs())) {
        const taken = await writes.run(
          () => signal.aborted ? [] : takeCallbacks(db, this.#lease.hold(), room, clock.wallMs()),
          this.#patiently(room.max),
        );
        check("pull from");
        if (taken.length > 0) return taken;
      }
      await changes.since(mark, signal, pace, Math.min(...due.map(({ atMs }) => atMs)));
      check("pull from");
    }
    return [];
  }

  /** Writes what has become of callbacks that this consumer has taken; those that it has lost are another's. */
  async settleCallbacks(settled: readonly SettledCallback[]): Promise<void> {
    const { db, writes } = this.#options;
    await writes.run(() => settleCallbacks(db, this.#lease.key, settled), this.#patiently(settled.length));
  }

  /** Looks for something to take: what is queued, and what is due. It is much cheaper than a transaction. */
  #look(bounds: PullBounds): { readonly dueMs: number; readonly mayTake: boolean } {
    const dueMs = nextDueMs(this.#options.db);
    return { dueMs, mayTake: dueMs <= this.#options.clock.wallMs() || this.#queued.any(bounds) };
  }

  async #take(max: number, signal: AbortSignal, bounds: PullBounds): Promise<Claim[]> {
    const { db, clock, chains, bell, writes, check } = this.#options;
    const rows = Math.min(max, MOST_TAKEN);
    const taken = await writes.run(() => {
      if (signal.aborted) return undefined;
      const atMs = clock.nowMs();
      wake(db, clock.wallMs());
      const seqs = this.#queued.take(rows, bounds), { setAside } = this.#queued;
      const owner = this.#lease.hold();
      return { atMs, setAside, ...take(db, chains, owner, seqs, clock.wallMs(), () => ++this.#claims) };
    }, this.#patiently(rows));
    check("pull from"); // closed meanwhile: handed back already
    if (!taken) return [];
    this.#lease.beaten(taken.atMs);
    this.#forgetLost();
    for (const [id, hold] of taken.holds) {
      this.#holds.set(id, hold);
      this.losses.regained(id);
    }
    if (taken.aside + taken.setAside > 0) bell.ring(); // there may be more behind them
    return taken.claims.map((claim) => this.#emptyLook.dated(claim, taken.holds.get(claim.instance.id)!.seq));
  }

  /** Forgets what it held under an earlier lease: it is another's now. */
  #forgetLost(): void {
    if (this.#heldUnder === this.#lease.key) return;
    this.#heldUnder = this.#lease.key;
    const lost = [...this.#holds].filter(([, { owner }]) => owner !== this.#heldUnder).map(([id]) => id);
    for (const id of lost) this.#holds.delete(id);
    this.losses.add(lost);
  }

  /** Resolves when all that it holds is its own for certain, and it knows of what is not; undefined: it is so now. */
  confirm(): Promise<void> | undefined {
    if (this.#isSure()) return undefined;
    return this.#confirming ??= this.#confirm().finally(() => this.#confirming = undefined);
  }

  #isSure(): boolean {
    const { clock, fileWait } = this.#options;
    return this.losses.areReported && !fileWait.isFull && this.#lease.isSure(clock.nowMs());
  }

  async #confirm(): Promise<void> {
    while (!this.#isSure()) {
      this.#options.check("work on");
      await this.#upkeep.beat();
      await this.losses.untilReported();
    }
  }

  /** Beats, and writes the consumer's record with this and all later beats. */
  async beat(record: ConsumerRecord): Promise<void> {
    const { clock, closing } = this.#options;
    this.#lease.record = JSON.stringify({ ...record, writtenAtMs: clock.wallMs() });
    this.#upkeep.start(closing);
    await this.#upkeep.beat();
  }

  /** Writes how far held instances have come. @throws {QueueError} `lease-lost` */
  async checkpoint(progress: readonly Progress[]): Promise<void> {
    const { db, writes } = this.#options;
    const write = () => checkpoint(db, this.#holds, progress);
    this.#drop(await writes.run(write, this.#patiently(rowsOf(progress))));
  }

  /** Ends held instances. @throws {QueueError} `lease-lost` */
  async finish(results: readonly Result[]): Promise<void> {
    const { db, writes, bell } = this.#options;
    const holds = results.map((item) => [item.instanceId, holdOf(this.#holds, item)] as const);
    let isTold = false;
    const write = () => {
      const lost = finish(db, this.#holds, results);
      isTold = anyCallbackWaits(db);
      return lost;
    };
    const lost = await writes.run(write, this.#patiently(rowsOf(results)));
    if (isTold) bell.ring(); // whoever delivers waits here, perhaps: own writes are noticed by nothing else
    for (const [id, hold] of holds) if (this.#holds.get(id) === hold) this.#holds.delete(id);
    this.#drop(lost);
  }

  #drop(lost: readonly Held[]): void {
    if (lost.length === 0) return;
    for (const held of lost) if (holdOf(this.#holds, held) !== undefined) this.#holds.delete(held.instanceId);
    throw leaseLost(`the queue ${this.#options.db.path}`, lost.map(({ instanceId }) => instanceId));
  }

  /** Hands held instances back; those that are not held any more are passed over. @returns whether some were held */
  async release(held: readonly Released[]): Promise<boolean> {
    const { db, chains, clock, writes } = this.#options;
    const holds = held.flatMap((each) => {
      const hold = holdOf(this.#holds, each);
      return hold === undefined ? [] : [{ hold, waitsFor: each.waitsFor }];
    });
    if (holds.length === 0) return false;
    const released = await writes.run(() => {
      const gone = releaseSome(db, chains, holds, clock.wallMs());
      return gone.map((id) => ({ id, hold: this.#holds.get(id) }));
    }, this.#patiently(holds.length));
    // It may be held again already.
    for (const { id, hold } of released) if (this.#holds.get(id) === hold) this.#holds.delete(id);
    return true;
  }

  /** Resolves when it does nothing more by itself, after `closing` was aborted. */
  async ended(): Promise<void> {
    await this.#upkeep.ended();
  }

  /** Hands all back that it holds, and ends its lease. */
  async handBack(): Promise<void> {
    if (this.key === undefined) return;
    const { db, chains, clock, writes } = this.#options;
    await writes.run(() => {
      const owner = this.#lease.give();
      if (owner !== undefined) release(db, chains, owner, clock.wallMs());
    });
  }

  /** The options of a write: a consumer waits for room on the disk, as it would lose what functions have answered. */
  #patiently(rows: number): WriteOptions {
    return { rows, waits: this.#upkeep.hasBegun };
  }
}

function rowsOf(items: readonly Progress[]): number {
  return items.reduce((sum, { records }) => sum + 1 + records.length, 0);
}
