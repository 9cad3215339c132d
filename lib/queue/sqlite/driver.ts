import type { Clock, Instance } from "../../model/mod.ts";
import { Bell } from "../bell.ts";
import { Losses } from "../losses.ts";
import { Roster } from "../roster.ts";
import type { ConsumerRecord, ConsumerView } from "../consumers.ts";
import type {
  BadMessage,
  Claim,
  Command,
  Filter,
  Held,
  InstanceView,
  Order,
  PartitionView,
  Progress,
  PullBounds,
  Pushed,
  QueueDepth,
  QueueDriver,
  Released,
  Result,
} from "../queue.ts";
import { leaseLost, QueueError } from "../errors.ts";
import type { Settings } from "../settings.ts";
import { Changes, Pace } from "./changes.ts";
import { ChainTable } from "./chains.ts";
import { heardBy } from "./commands.ts";
import { readDepth } from "./counts.ts";
import type { Database } from "./database.ts";
import type { FileGuard } from "./file_guard.ts";
import { asQueueError } from "./errors.ts";
import { GroupCommit, type WriteOptions } from "./group_commit.ts";
import { nextTurn } from "../next_turn.ts";
import { checkpoint, finish, type Hold, holdOf, release, releaseSome, take } from "./hold.ts";
import { Lease, readConsumers } from "./lease.ts";
import { changeOf, sendCommand, type SentCommand } from "./request.ts";
import type { OpenDatabase } from "./open.ts";
import type { Patience } from "./patience.ts";
import { lastSeq, QueuedRows } from "./queued_rows.ts";
import { readViews } from "./rows.ts";
import { Selection } from "./select.ts";
import { readSettings } from "./settings.ts";
import { submit } from "./submit.ts";
import { Upkeep } from "./upkeep.ts";

/** Options of a driver. */
export interface SqliteDriverOptions extends OpenDatabase {
  readonly clock: Clock;
  readonly patience: Patience;
  /** Aborted when the driver is disposed. */
  readonly closing: AbortController;
  readonly leaseMs: number;
  readonly keepMs: number;
  readonly readOnly: boolean;
}

/** More are not handed out at once: others wait for the transaction. */
const MOST_TAKEN = 5000;
/** Times between two looks of a waiting pull for instances that other processes have pushed. */
const PULL_PACE = { firstMs: 5, soonMs: 20, lastMs: 50 };
/** About how many rows one page of a command changes. */
const ROWS_PER_PAGE = 1000;
/** Most instances that a listing reads at once: each may have many outputs. */
const LISTED_AT_ONCE = 100;

/** One connection to a queue in a SQLite file; a consumer from its first pull on. */
export class SqliteDriver implements QueueDriver {
  readonly isDivided = false;
  readonly #db: Database;
  readonly #guard: FileGuard;
  readonly #patience: Patience;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #chains: ChainTable;
  readonly #queued: QueuedRows;
  readonly #bell = new Bell();
  readonly #closing: AbortController;
  readonly #changes: Changes;
  readonly #writes: GroupCommit;
  readonly #lease: Lease;
  readonly #upkeep: Upkeep;
  readonly #roster: Roster;
  readonly #holds = new Map<string, Hold>();
  #claims = 0;
  readonly #losses = new Losses(() => this.#bell.ring());
  #heldUnder: number | undefined;
  #confirming: Promise<void> | undefined;
  /** When a look found nothing to hand out, and the latest instance that there was then. */
  #drained: { readonly atMs: number; readonly seq: number } | undefined;
  #end: Promise<void> | undefined;

  constructor({ db, guard, patience, closing, clock, leaseMs, keepMs, readOnly }: SqliteDriverOptions) {
    this.#db = db;
    this.#guard = guard;
    this.#patience = patience;
    this.#closing = closing;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#chains = new ChainTable(db);
    this.#queued = new QueuedRows(db, this.#chains);
    this.#changes = new Changes(db, clock, this.#bell, closing.signal);
    this.#writes = new GroupCommit({ db, patience, durable: () => this.#look() });
    this.#lease = new Lease(db, leaseMs);
    this.#roster = new Roster(clock, () => this.#read(() => readConsumers(db)));
    this.#upkeep = new Upkeep({
      db,
      clock,
      leaseMs,
      keepMs,
      chains: this.#chains,
      writes: this.#writes,
      patience,
      lease: this.#lease,
      beaten: () => this.#forgetLost(),
      released: () => this.#bell.ring(),
    });
  }

  async push(instances: readonly Instance[]): Promise<Pushed> {
    this.#check("push to", "write");
    if (instances.length === 0) return { added: 0, existing: [] };
    const { pushed, holds } = await this.#writes.run(
      () => submit(this.#db, this.#chains, instances, this.#holds),
      this.#patiently(instances.length),
    );
    for (const [id, hold] of holds) this.#holds.set(id, hold);
    this.#bell.ring();
    return pushed;
  }

  async pull(max: number, signal: AbortSignal, bounds: PullBounds = {}): Promise<Claim[]> {
    this.#check("pull from", "write");
    this.#upkeep.start(this.#closing.signal);
    const pace = new Pace(PULL_PACE);
    while (!signal.aborted) {
      const mark = await this.#read(() => this.#changes.mark());
      const atMs = this.#clock.nowMs();
      const claims = await this.#read(() => this.#queued.any(bounds))
        ? await this.#take(max, signal, bounds)
        : [];
      if (claims.length > 0) return claims;
      const seq = await this.#read(() => lastSeq(this.#db));
      const isDrained = (bounds.passOver ?? []).length === 0; // else some of what came before waits still
      if (isDrained) this.#drained = { atMs, seq };
      const unchangedAtMs = await this.#changes.since(mark, signal, pace);
      if (isDrained) this.#drained = { atMs: unchangedAtMs ?? atMs, seq };
      this.#check("pull from", "write");
    }
    return [];
  }

  async #take(max: number, signal: AbortSignal, bounds: PullBounds): Promise<Claim[]> {
    const rows = Math.min(max, MOST_TAKEN);
    const taken = await this.#writes.run(() => {
      if (signal.aborted) return undefined;
      const atMs = this.#clock.nowMs();
      const seqs = this.#queued.take(rows, bounds), { setAside } = this.#queued;
      const owner = this.#lease.hold();
      const wallMs = this.#clock.wallMs();
      return { atMs, setAside, ...take(this.#db, this.#chains, owner, seqs, wallMs, () => ++this.#claims) };
    }, this.#patiently(rows));
    this.#check("pull from", "write"); // closed meanwhile: handed back already
    if (!taken) return [];
    this.#lease.beaten(taken.atMs);
    this.#forgetLost();
    for (const [id, hold] of taken.holds) {
      this.#holds.set(id, hold);
      this.#losses.regained(id);
    }
    if (taken.aside + taken.setAside > 0) this.#bell.ring(); // there may be more behind them
    return taken.claims.map((claim) => this.#withFirstSight(claim, taken.holds.get(claim.instance.id)!.seq));
  }

  /** Adds to a claim with a limit in time the look that found nothing before it came, if there was one. */
  #withFirstSight(claim: Claim, seq: number): Claim {
    const { ttlMs, timeLimitMs } = claim.instance.chain;
    if ((ttlMs ?? timeLimitMs) === undefined || this.#drained === undefined) return claim;
    return seq > this.#drained.seq ? { ...claim, notBeforeMs: this.#drained.atMs } : claim;
  }

  /** Forgets what it held under an earlier lease: it is another's now. */
  #forgetLost(): void {
    if (this.#heldUnder === this.#lease.key) return;
    this.#heldUnder = this.#lease.key;
    const lost = [...this.#holds].filter(([, { owner }]) => owner !== this.#heldUnder).map(([id]) => id);
    for (const id of lost) this.#holds.delete(id);
    this.#losses.add(lost);
  }

  confirmHolds(): Promise<void> | undefined {
    if (this.#isSure()) return undefined;
    return this.#confirming ??= this.#confirm().finally(() => this.#confirming = undefined);
  }

  #isSure(): boolean {
    return this.#losses.areTold && !this.#patience.isFull && this.#lease.isSure(this.#clock.nowMs());
  }

  async #confirm(): Promise<void> {
    while (!this.#isSure()) {
      this.#check("work on", "write");
      await this.#upkeep.beat();
      await this.#losses.told();
    }
  }

  async beat(record: ConsumerRecord): Promise<void> {
    this.#check("write to", "write");
    this.#lease.record = JSON.stringify({ ...record, writtenAtMs: this.#clock.wallMs() });
    this.#upkeep.start(this.#closing.signal);
    await this.#upkeep.beat();
  }

  async consumers(atOnce = false): Promise<readonly ConsumerView[]> {
    this.#check("read", "read");
    return atOnce ? await this.#roster.recent() : await this.#roster.living();
  }

  async checkpoint(progress: readonly Progress[]): Promise<void> {
    this.#check("write to", "write");
    if (progress.length === 0) return;
    const write = () => checkpoint(this.#db, this.#holds, progress);
    this.#drop(await this.#writes.run(write, this.#patiently(rowsOf(progress))));
  }

  async finish(results: readonly Result[]): Promise<void> {
    this.#check("write to", "write");
    if (results.length === 0) return;
    const holds = results.map((item) => [item.instanceId, holdOf(this.#holds, item)] as const);
    const write = () => finish(this.#db, this.#holds, results);
    const lost = await this.#writes.run(write, this.#patiently(rowsOf(results)));
    for (const [id, hold] of holds) if (this.#holds.get(id) === hold) this.#holds.delete(id);
    this.#drop(lost);
  }

  #drop(lost: readonly Held[]): void {
    if (lost.length === 0) return;
    for (const held of lost) if (holdOf(this.#holds, held) !== undefined) this.#holds.delete(held.instanceId);
    throw leaseLost(`the queue ${this.#db.path}`, lost.map(({ instanceId }) => instanceId));
  }

  async depth(): Promise<QueueDepth> {
    this.#check("read", "read");
    this.#look();
    return await this.#read(() => this.#db.snapshot(() => readDepth(this.#db)));
  }

  async get(id: string): Promise<InstanceView | undefined> {
    for await (const view of this.list({ ids: [id] })) return view;
    return undefined;
  }

  async *list(filter: Filter): AsyncGenerator<InstanceView> {
    this.#check("read", "read");
    this.#look();
    const selection = await this.#read(() => new Selection(this.#db, filter));
    while (true) {
      const page = await this.#read(() => this.#db.snapshot(() => selection.next()));
      if (!page) return;
      for (let at = 0; at < page.length; at += LISTED_AT_ONCE) {
        yield* await this.#read(() => readViews(this.#db, this.#chains, page.slice(at, at + LISTED_AT_ONCE)));
        await nextTurn();
        this.#check("read", "read");
      }
    }
  }

  async request(command: Command): Promise<number> {
    this.#check("ask", "write");
    const change = changeOf(command, this.#db, this.#chains, this.#clock.wallMs());
    let reached = 0;
    if (change) {
      const selection = await this.#read(() => new Selection(this.#db, change.filter));
      const next = () => {
        const page = selection.next();
        return page && change.apply(page);
      };
      const options = { rows: ROWS_PER_PAGE };
      for (let count; (count = await this.#writes.run(next, options)) !== undefined;) reached += count;
    } else {
      await this.#writes.run(() => sendCommand(this.#db, command as SentCommand));
    }
    this.#bell.ring();
    return reached;
  }

  async settings(): Promise<Settings> {
    this.#check("read", "read");
    return await this.#read(() => this.#db.snapshot(() => readSettings(this.#db)));
  }

  async release(held: readonly Released[]): Promise<void> {
    this.#check("hand back to", "write");
    const holds = held.flatMap((each) => {
      const hold = holdOf(this.#holds, each);
      return hold === undefined ? [] : [{ hold, waitsFor: each.waitsFor }];
    });
    if (holds.length === 0) return;
    const released = await this.#writes.run(() => {
      const gone = releaseSome(this.#db, this.#chains, holds, this.#clock.wallMs());
      return gone.map((id) => ({ id, hold: this.#holds.get(id) }));
    }, this.#patiently(holds.length));
    // It may be held again already.
    for (const { id, hold } of released) if (this.#holds.get(id) === hold) this.#holds.delete(id);
    this.#bell.ring();
  }

  async partitions(): Promise<readonly PartitionView[]> {
    this.#check("read", "read");
    return await Promise.resolve([]);
  }

  async *badMessages(): AsyncIterable<BadMessage> {
    this.#check("read", "read");
    yield* []; // only instances can be pushed here
  }

  commands(signal: AbortSignal): AsyncIterable<Order> {
    return heardBy({
      db: this.#db,
      changes: this.#changes,
      signal,
      owner: () => this.#lease.key,
      losses: this.#losses,
      read: (read) => this.#read(read),
      check: () => this.#check("listen to", "read"),
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    try {
      await this.#upkeep.ended();
      const mayWrite = this.#guard.failure === undefined;
      if (mayWrite && this.#lease.key !== undefined) await this.#writes.run(() => this.#handBack());
      await this.#writes.idle();
    } catch (error) {
      // Instances that are not handed back go to others when the lease ends.
      if (!(error instanceof QueueError)) throw error;
    } finally {
      this.#db.close();
    }
  }

  #handBack(): void {
    const owner = this.#lease.give();
    if (owner !== undefined) release(this.#db, this.#chains, owner, this.#clock.wallMs());
  }

  async #read<T>(read: () => T): Promise<T> {
    try {
      return await this.#patience.untilFree(read);
    } catch (error) {
      throw this.#meaning(error);
    }
  }

  #meaning(error: unknown): unknown {
    return asQueueError(error, "read the queue", this.#db.path);
  }

  /** Looks whether the files are still those that were opened. @throws {QueueError} `replaced` */
  #look(): void {
    try {
      this.#guard.check();
    } catch (error) {
      this.#bell.ring(); // whoever waits is told, too
      throw error;
    }
  }

  /** The options of a write: a consumer waits for room on the disk, as it would lose what functions have answered. */
  #patiently(rows: number): WriteOptions {
    return { rows, waits: this.#upkeep.hasBegun };
  }

  #check(action: string, kind: "read" | "write"): void {
    if (this.#end) {
      throw new QueueError(
        "closed",
        `Cannot ${action} the queue ${this.#db.path}: it has been closed. Open it again first`,
      );
    }
    if (this.#guard.failure !== undefined) throw this.#guard.failure;
    if (kind === "write" && this.#readOnly) {
      throw new QueueError(
        "read-only",
        `Cannot ${action} the queue ${this.#db.path}: it was opened only to be read. Open it without readOnly`,
      );
    }
  }
}

function rowsOf(items: readonly Progress[]): number {
  return items.reduce((sum, { records }) => sum + 1 + records.length, 0);
}
