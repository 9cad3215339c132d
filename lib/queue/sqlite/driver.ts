import type { Clock, Instance } from "../../model/mod.ts";
import { Bell } from "../bell.ts";
import { Roster } from "../roster.ts";
import type {
  CallbackCounts,
  CallbackFilter,
  CallbackRoom,
  CallbackView,
  SettledCallback,
  TakenCallback,
} from "../callbacks.ts";
import type { ConsumerRecord, ConsumerView } from "../consumers.ts";
import type {
  BadMessage,
  Claim,
  Command,
  Filter,
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
import { checkDeployable, type DeployedChain, type Deployment } from "../deployed.ts";
import { QueueError } from "../errors.ts";
import type { RateLedgers } from "../rate_ledgers.ts";
import type { Settings } from "../settings.ts";
import { Changes } from "./changes.ts";
import { ChainTable } from "./chains.ts";
import { ordersFor } from "./commands.ts";
import { countCallbacks, readCallbacks, retryCallbacks } from "./callbacks.ts";
import { Deployments } from "./deployments.ts";
import { readDepth } from "./depth.ts";
import type { Database } from "./database.ts";
import type { FileGuard } from "./file_guard.ts";
import { asQueueError, closedError, readOnlyError } from "./errors.ts";
import { GroupCommit } from "./group_commit.ts";
import { Holder } from "./holder.ts";
import { nextTurn } from "../next_turn.ts";
import type { InstancePage, PageOptions } from "../page.ts";
import { readPage } from "./page.ts";
import { readConsumers } from "./lease.ts";
import { SqliteRateLedgers } from "./rate_ledgers.ts";
import { changeOf, sendCommand, type SentCommand } from "./request.ts";
import type { OpenDatabase } from "./open.ts";
import type { FileWait } from "./file_wait.ts";
import { readViews } from "./rows.ts";
import { Selection } from "./select.ts";
import { readIdentity, readSettings } from "./settings.ts";

/** Options of a driver. */
export interface SqliteDriverOptions extends OpenDatabase {
  readonly clock: Clock;
  readonly fileWait: FileWait;
  /** Aborted when the driver is disposed. */
  readonly closing: AbortController;
  readonly leaseMs: number;
  readonly keepMs: number;
  readonly readOnly: boolean;
}

/** About how many rows one page of a command changes. */
const ROWS_PER_PAGE = 1000;
/** Most instances that a listing reads at once: each may have many outputs. */
const LISTED_AT_ONCE = 100;

/** One connection to a queue in a SQLite file; a consumer, too, from its first pull on: its holder does that part. */
export class SqliteDriver implements QueueDriver {
  readonly isDivided = false;
  readonly rateLedgers: RateLedgers;
  readonly #db: Database;
  readonly #guard: FileGuard;
  readonly #fileWait: FileWait;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #chains: ChainTable;
  readonly #deployments: Deployments;
  readonly #bell = new Bell();
  readonly #closing: AbortController;
  readonly #changes: Changes;
  readonly #writes: GroupCommit;
  readonly #holder: Holder;
  readonly #roster: Roster;
  #end: Promise<void> | undefined;

  constructor({ db, guard, fileWait, closing, clock, leaseMs, keepMs, readOnly }: SqliteDriverOptions) {
    this.#db = db;
    this.#guard = guard;
    this.#fileWait = fileWait;
    this.#closing = closing;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#chains = new ChainTable(db);
    this.#deployments = new Deployments(db);
    this.#changes = new Changes(db, clock, this.#bell, closing.signal);
    this.#writes = new GroupCommit({ db, fileWait, durable: () => this.#look() });
    this.rateLedgers = new SqliteRateLedgers(db, this.#writes, () => this.#check("write to", "write"));
    this.#roster = new Roster(clock, () => this.#read(() => readConsumers(db)));
    this.#holder = new Holder({
      db,
      clock,
      chains: this.#chains,
      changes: this.#changes,
      writes: this.#writes,
      fileWait,
      bell: this.#bell,
      leaseMs,
      keepMs,
      closing: closing.signal,
      read: (read) => this.#read(read),
      check: (action) => this.#check(action, "write"),
    });
  }

  async push(instances: readonly Instance[]): Promise<Pushed> {
    this.#check("push to", "write");
    if (instances.length === 0) return { added: 0, existing: [] };
    const pushed = await this.#holder.push(instances);
    this.#bell.ring();
    return pushed;
  }

  async pull(max: number, signal: AbortSignal, bounds: PullBounds = {}): Promise<Claim[]> {
    this.#check("pull from", "write");
    return await this.#holder.pull(max, signal, bounds);
  }

  confirmHolds(): Promise<void> | undefined {
    return this.#holder.confirm();
  }

  async beat(record: ConsumerRecord): Promise<void> {
    this.#check("write to", "write");
    await this.#holder.beat(record);
  }

  async consumers(atOnce = false): Promise<readonly ConsumerView[]> {
    this.#check("read", "read");
    return atOnce ? await this.#roster.recent() : await this.#roster.living();
  }

  async checkpoint(progress: readonly Progress[]): Promise<void> {
    this.#check("write to", "write");
    if (progress.length > 0) await this.#holder.checkpoint(progress);
  }

  async finish(results: readonly Result[]): Promise<void> {
    this.#check("write to", "write");
    if (results.length > 0) await this.#holder.finish(results);
  }

  async identity(): Promise<string | undefined> {
    this.#check("read", "read");
    return await this.#read(() => readIdentity(this.#db));
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

  async page(filter: Filter, options: PageOptions): Promise<InstancePage> {
    this.#check("read", "read");
    this.#look();
    return await this.#read(() => this.#db.snapshot(() => readPage(this.#db, filter, options)));
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
    if (await this.#holder.release(held)) this.#bell.ring();
  }

  async partitions(): Promise<readonly PartitionView[]> {
    this.#check("read", "read");
    return await Promise.resolve([]);
  }

  async *badMessages(): AsyncIterable<BadMessage> {
    this.#check("read", "read");
    yield* []; // only instances can be pushed here
  }

  async deploy(chains: readonly DeployedChain[]): Promise<readonly Deployment[]> {
    this.#check("deploy to", "write");
    checkDeployable(chains);
    return await this.#writes.run(() => this.#deployments.deploy(chains), { rows: chains.length });
  }

  async deployed(name: string): Promise<DeployedChain | undefined> {
    this.#check("read", "read");
    return await this.#read(() => this.#deployments.get(name));
  }

  async *deployments(): AsyncGenerator<DeployedChain> {
    this.#check("read", "read");
    this.#look();
    let name: string | undefined;
    while (true) {
      name = await this.#read(() => this.#deployments.nameAfter(name));
      if (name === undefined) return;
      const chain = await this.deployed(name);
      if (chain !== undefined) yield chain; // else it was removed meanwhile
    }
  }

  async undeploy(name: string): Promise<boolean> {
    this.#check("write to", "write");
    return await this.#writes.run(() => this.#deployments.remove(name));
  }

  async pullCallbacks(room: CallbackRoom, signal: AbortSignal): Promise<TakenCallback[]> {
    this.#check("pull from", "write");
    return await this.#holder.pullCallbacks(room, signal);
  }

  async settleCallbacks(settled: readonly SettledCallback[]): Promise<void> {
    this.#check("write to", "write");
    if (settled.length === 0) return;
    await this.#holder.settleCallbacks(settled);
    this.#bell.ring(); // there may be a later instant to wait for
  }

  async retryCallbacks(ids: readonly string[]): Promise<number> {
    this.#check("ask", "write");
    if (ids.length === 0) return 0;
    const retry = () => retryCallbacks(this.#db, ids, this.#clock.wallMs());
    const retried = await this.#writes.run(retry, { rows: ids.length });
    this.#bell.ring();
    return retried;
  }

  async *callbacks(filter: CallbackFilter): AsyncGenerator<CallbackView> {
    this.#check("read", "read");
    this.#look();
    let after = 0, left = filter.limit ?? Infinity;
    while (left > 0) {
      const some = Math.min(left, LISTED_AT_ONCE), from = after;
      const page = await this.#read(() => readCallbacks(this.#db, filter, from, some));
      for (const { key, view } of page) {
        after = key;
        yield view;
      }
      if (page.length < some) return;
      left -= page.length;
    }
  }

  async callbackCounts(): Promise<CallbackCounts> {
    this.#check("read", "read");
    return await this.#read(() => countCallbacks(this.#db));
  }

  commands(signal: AbortSignal): AsyncIterable<Order> {
    return ordersFor({
      db: this.#db,
      changes: this.#changes,
      signal,
      owner: () => this.#holder.key,
      losses: this.#holder.losses,
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
      await this.#holder.ended();
      if (this.#guard.failure === undefined) await this.#holder.handBack();
      await this.#writes.idle();
    } catch (error) {
      // Instances that are not handed back go to others when the lease ends.
      if (!(error instanceof QueueError)) throw error;
    } finally {
      this.#db.close();
    }
  }

  async #read<T>(read: () => T): Promise<T> {
    try {
      return await this.#fileWait.untilFree(read);
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

  #check(action: string, kind: "read" | "write"): void {
    if (this.#end) throw closedError(action, this.#db.path);
    if (this.#guard.failure !== undefined) throw this.#guard.failure;
    if (kind === "write" && this.#readOnly) throw readOnlyError(action, this.#db.path);
  }
}
