import type { Clock, Instance } from "../../model/mod.ts";
import { childOf } from "../called_child.ts";
import { type Entry, hasEnded, MemoryStore, progressOf, viewOf } from "./store.ts";
import { copyOf } from "./copy.ts";
import { obey } from "./requests.ts";
import { rungOrDue } from "../rung_or_due.ts";
import { treeOf } from "../tree.ts";
import { Losses } from "../losses.ts";
import { cancelOrders, marksOf } from "../orders.ts";
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
import type { DeployedChain, Deployment } from "../deployed.ts";
import { leaseLost, QueueError } from "../errors.ts";
import type { InstancePage, PageOptions } from "../page.ts";
import type { Settings } from "../settings.ts";
import { SettingsNotifier } from "../setting_changes.ts";
import { definitionOfSubmitted, placeOf, storableOutput } from "../submission.ts";
import { PullBudget } from "../weight.ts";

/** Options of an in-memory queue. */
export interface MemoryQueueOptions {
  readonly clock: Clock;
  /** Time for which ended instances are kept, in milliseconds. (Default: 24 hours) */
  readonly keepMs?: number;
}

const DAY_MS = 86_400_000;

/** A queue in memory with one consumer: for tests, and for runs in virtual time. */
export function memoryQueue(options: MemoryQueueOptions): QueueDriver {
  return new MemoryQueue(options).open();
}

/**
 * A queue in memory, which several consumers of one process may share. It keeps every promise of a queue except
 * surviving the process. Consumers need no lease here, as none can die alone; {@linkcode MemoryQueue.expire} stands in.
 */
export class MemoryQueue {
  readonly #store = new MemoryStore();
  readonly #clock: Clock;
  readonly #keepMs: number;

  constructor({ clock, keepMs = DAY_MS }: MemoryQueueOptions) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Another consumer of this queue. */
  open(): QueueDriver {
    return new MemoryConsumer(this.#store, this.#clock, this.#keepMs);
  }

  /**
   * Treats a consumer as one that died or hung: its instances go to others. If it goes on, it finds out as soon as it
   * confirms its holds.
   */
  expire(consumer: QueueDriver): void {
    if (consumer instanceof MemoryConsumer) consumer.expire();
  }
}

/** An instance that a consumer holds, and the claim under which it does. */
interface Hold {
  readonly entry: Entry;
  readonly claim: number;
}

class MemoryConsumer implements QueueDriver {
  readonly isDivided = false;
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #id: string = crypto.randomUUID();
  readonly #holds = new Map<string, Hold>();
  #claims = 0;
  readonly #losses: Losses;
  /** Ids of the instances that it has lost and does not know of. */
  readonly #unnoticed = new Set<string>();
  #closed = false;

  constructor(store: MemoryStore, clock: Clock, keepMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#losses = new Losses(() => store.bell.ring());
  }

  push(instances: readonly Instance[]): Promise<Pushed> {
    return this.#do("push to", () => {
      for (const instance of instances) definitionOfSubmitted(instance); // throws before any is added
      const lost = instances.filter(({ parent }) =>
        parent !== undefined && !this.#holds.has(parent.instance)
      );
      if (lost.length > 0) throw leaseLost("the queue in memory", lost.map(({ id }) => id));
      const pushed = this.#store.lookOver(instances);
      for (const instance of instances) {
        const entry = this.#store.add(instance, this.#clock.wallMs());
        const caller = instance.parent && this.#holds.get(instance.parent.instance);
        if (caller && entry.owner === this) this.#hold(entry, caller.claim);
      }
      this.#store.bell.ring();
      return pushed;
    });
  }

  pull(
    max: number,
    signal: AbortSignal,
    { maxCharacters, passOver = [] }: PullBounds = {},
  ): Promise<Claim[]> {
    return this.#taken(signal, (nowMs) => {
      const nextMs = this.#store.wake(nowMs);
      const entries = this.#store.take(new PullBudget(max, maxCharacters), passOver, this);
      return { due: entries.map((entry) => this.#claim(entry)), nextMs };
    });
  }

  /** Takes something, now or when it is due; takes nothing only if `signal` is aborted. */
  async #taken<T>(
    signal: AbortSignal,
    take: (nowMs: number) => { readonly due: T[]; readonly nextMs: number | undefined },
  ): Promise<T[]> {
    const { bell } = this.#store;
    while (true) {
      this.#check("pull from");
      if (signal.aborted) return [];
      const { rings } = bell;
      const { due, nextMs } = take(this.#clock.wallMs());
      if (due.length > 0) return due;
      await rungOrDue(bell, rings, this.#clock, nextMs, signal);
    }
  }

  #claim(entry: Entry): Claim {
    const tree = [...treeOf(entry)].sort((a, b) => a.seq - b.seq);
    const number = ++this.#claims;
    for (const each of tree) if (!hasEnded(each)) this.#hold(each, number);
    const children = tree.slice(1).map((entry) => childOf(entry, progressOf(entry)));
    const { instance, cancel } = entry;
    const claim = {
      ...{ instance, number, progress: progressOf(entry) },
      ...cancel !== undefined && { cancel },
    };
    return children.length === 0 ? claim : { ...claim, children };
  }

  #hold(entry: Entry, claim: number): void {
    const { id } = entry.instance;
    this.#holds.set(id, { entry, claim });
    this.#unnoticed.delete(id);
    this.#losses.regained(id);
  }

  checkpoint(progress: readonly Progress[]): Promise<void> {
    return this.#do("write to", () => {
      this.#write(progress.map((item) => ({ ...item, records: item.records.map(copyOf) })), () => {});
    });
  }

  finish(results: readonly Result[]): Promise<void> {
    return this.#do("write to", () => {
      this.#store.purge(this.#clock.wallMs() - this.#keepMs);
      const copies = results.map((item) => ({
        ...item,
        records: item.records.map(copyOf),
        output: storableOutput(item.output),
      }));
      this.#write(copies, (entry, { outcome, endedAtMs, reason, output }) => {
        this.#store.end(entry, outcome, endedAtMs, reason, output);
        for (const { instance: { id } } of treeOf(entry)) this.#holds.delete(id);
      });
    });
  }

  #write<T extends Progress>(items: readonly T[], also: (entry: Entry, item: T) => void): void {
    const lost: string[] = [];
    for (const item of items) {
      const entry = this.#heldBy(item);
      if (!entry) {
        lost.push(item.instanceId);
        continue;
      }
      for (const record of item.records) entry.records.set(placeOf(record), record);
      also(entry, item);
    }
    if (lost.length > 0) throw leaseLost("the queue in memory", lost);
  }

  #heldBy({ instanceId, claim }: Held): Entry | undefined {
    const hold = this.#holds.get(instanceId);
    return claim === undefined || claim === hold?.claim ? hold?.entry : undefined;
  }

  identity(): Promise<string> {
    return this.#do("read", () => this.#store.identity);
  }

  depth(): Promise<QueueDepth> {
    return this.#do("read", () => {
      this.#store.wake(this.#clock.wallMs());
      return this.#store.depth();
    });
  }

  get(id: string): Promise<InstanceView | undefined> {
    return this.#do("read", () => {
      this.#store.wake(this.#clock.wallMs());
      const entry = this.#store.get(id);
      return entry && viewOf(entry);
    });
  }

  async *list(filter: Filter): AsyncIterable<InstanceView> {
    this.#check("read");
    this.#store.wake(this.#clock.wallMs());
    for (const entry of this.#store.select(filter)) yield viewOf(entry);
  }

  page(filter: Filter, options: PageOptions): Promise<InstancePage> {
    return this.#do("read", () => {
      this.#store.wake(this.#clock.wallMs());
      return this.#store.page(filter, options);
    });
  }

  request(command: Command): Promise<number> {
    return this.#do("ask", () => obey(this.#store, command, this.#clock.wallMs()));
  }

  settings(): Promise<Settings> {
    return this.#do("read", () => this.#store.settings.current);
  }

  release(held: readonly Released[]): Promise<void> {
    return this.#do("hand back to", () => {
      const roots = new Set<Entry>(), waitsFor = new Map<Entry, string>();
      for (const each of held) {
        const entry = this.#heldBy(each);
        if (entry === undefined || entry.caller !== undefined) continue;
        roots.add(entry);
        if (each.waitsFor !== undefined) waitsFor.set(entry, each.waitsFor);
      }
      this.#handBack([...roots].flatMap((root) => [...treeOf(root)].reverse()), waitsFor);
    });
  }

  confirmHolds(): Promise<void> | undefined {
    if (this.#unnoticed.size > 0) this.#losses.add(this.#unnoticed);
    this.#unnoticed.clear();
    return this.#losses.areReported ? undefined : this.#losses.untilReported();
  }

  beat(record: ConsumerRecord): Promise<void> {
    return this.#do("write to", () => this.#store.beats.beat(this, this.#id, record, this.#clock.nowMs()));
  }

  consumers(): Promise<readonly ConsumerView[]> {
    return this.#do("read", () => this.#store.beats.living(this.#clock.nowMs()));
  }

  partitions(): Promise<readonly PartitionView[]> {
    return this.#do("read", () => []);
  }

  async *badMessages(): AsyncIterable<BadMessage> {
    this.#check("read");
    yield* []; // only instances can be pushed here
  }

  deploy(chains: readonly DeployedChain[]): Promise<readonly Deployment[]> {
    return this.#do("deploy to", () => this.#store.deployments.deploy(chains));
  }

  deployed(name: string): Promise<DeployedChain | undefined> {
    return this.#do("read", () => this.#store.deployments.get(name));
  }

  async *deployments(): AsyncIterable<DeployedChain> {
    this.#check("read");
    yield* this.#store.deployments.all();
  }

  undeploy(name: string): Promise<boolean> {
    return this.#do("write to", () => this.#store.deployments.remove(name));
  }

  pullCallbacks(room: CallbackRoom, signal: AbortSignal): Promise<readonly TakenCallback[]> {
    return this.#taken(signal, (nowMs) => this.#store.callbacks.take(room, this, nowMs));
  }

  settleCallbacks(settled: readonly SettledCallback[]): Promise<void> {
    return this.#do("write to", () => this.#store.callbacks.settle(settled, this));
  }

  retryCallbacks(ids: readonly string[]): Promise<number> {
    return this.#do("ask", () => this.#store.callbacks.retry(ids, this.#clock.wallMs()));
  }

  async *callbacks(filter: CallbackFilter): AsyncIterable<CallbackView> {
    this.#check("read");
    yield* this.#store.callbacks.list(filter);
  }

  callbackCounts(): Promise<CallbackCounts> {
    return this.#do("read", () => this.#store.callbacks.counts());
  }

  async *commands(signal: AbortSignal): AsyncGenerator<Order> {
    const forget = this.#losses.listen();
    try {
      yield* this.#orders(signal);
    } finally {
      forget();
    }
  }

  async *#orders(signal: AbortSignal): AsyncGenerator<Order> {
    let delivered = new Set<string>();
    this.#check("listen to");
    const notifier = new SettingsNotifier();
    while (true) {
      this.#check("listen to");
      if (signal.aborted) return;
      const { rings } = this.#store.bell;
      yield* notifier.orders(this.#store.settings.current);
      yield* this.#losses.orders();
      const marks = [...this.#holds.values()].filter(({ entry }) => entry.cancel !== undefined)
        .map(({ entry: { instance: { id }, abort } }) => ({ id, abort }));
      yield* cancelOrders(marks, delivered);
      delivered = marksOf(marks);
      await this.#store.bell.after(rings, signal);
    }
  }

  /** Loses all that it holds. */
  expire(): void {
    for (const id of this.#holds.keys()) this.#unnoticed.add(id);
    this.#giveUp();
  }

  #giveUp(): void {
    this.#store.beats.end(this);
    this.#store.callbacks.release(this);
    this.#handBack([...this.#holds.values()].map(({ entry }) => entry));
  }

  #handBack(entries: readonly Entry[], waitsFor?: ReadonlyMap<Entry, string>): void {
    for (const { instance: { id } } of entries) this.#holds.delete(id);
    this.#store.release(entries, this.#clock.wallMs(), waitsFor);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#giveUp(); // also wakes those who wait here, to find it closed
    }
    return Promise.resolve();
  }

  /** Does something at once, and answers in a later turn, as a store with a disk does. */
  async #do<T>(action: string, work: () => T): Promise<T> {
    this.#check(action);
    const answer = work();
    await Promise.resolve();
    return answer;
  }

  #check(action: string): void {
    if (!this.#closed) return;
    throw new QueueError(
      "closed",
      `Cannot ${action} the queue in memory: it has been closed. Open it again first`,
    );
  }
}
