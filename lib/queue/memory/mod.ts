import type { Clock, Instance } from "../../model/mod.ts";
import { MemoryHolder } from "./holder.ts";
import { MemoryStore, viewOf } from "./store.ts";
import { obey } from "./requests.ts";
import { rungOrDue } from "../rung_or_due.ts";
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
import { QueueError } from "../errors.ts";
import type { InstancePage, PageOptions } from "../page.ts";
import type { Settings } from "../settings.ts";
import { SettingsNotifier } from "../setting_changes.ts";
import { PullBudget } from "../weight.ts";

/** Options of an in-memory queue. */
export interface MemoryQueueOptions {
  readonly clock: Clock;
  /** Time for which ended instances are kept, in milliseconds. (Default: 24 hours) */
  readonly keepMs?: number;
}

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

  constructor({ clock, keepMs = 86_400_000 }: MemoryQueueOptions) {
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

class MemoryConsumer implements QueueDriver {
  readonly isDivided = false;
  readonly rateLedgers: MemoryStore["rateLedgers"];
  readonly #store: MemoryStore;
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #id: string = crypto.randomUUID();
  readonly #holder: MemoryHolder;
  #closed = false;

  constructor(store: MemoryStore, clock: Clock, keepMs: number) {
    this.#store = store;
    this.rateLedgers = store.rateLedgers;
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#holder = new MemoryHolder(store);
  }

  push(instances: readonly Instance[]): Promise<Pushed> {
    return this.#do("push to", () => this.#holder.push(instances, this.#clock.wallMs()));
  }

  pull(
    max: number,
    signal: AbortSignal,
    { maxCharacters, passOver = [] }: PullBounds = {},
  ): Promise<Claim[]> {
    return this.#taken(signal, (nowMs) => {
      const nextMs = this.#store.wake(nowMs);
      return { due: this.#holder.take(new PullBudget(max, maxCharacters), passOver), nextMs };
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

  checkpoint(progress: readonly Progress[]): Promise<void> {
    return this.#do("write to", () => this.#holder.checkpoint(progress));
  }

  finish(results: readonly Result[]): Promise<void> {
    return this.#do("write to", () => {
      this.#store.purge(this.#clock.wallMs() - this.#keepMs);
      this.#holder.finish(results);
    });
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
    return this.#do("hand back to", () => this.#holder.release(held, this.#clock.wallMs()));
  }

  confirmHolds(): Promise<void> | undefined {
    return this.#holder.confirm();
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
    const forget = this.#holder.losses.listen();
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
      yield* this.#holder.losses.orders();
      const marks = this.#holder.marks();
      yield* cancelOrders(marks, delivered);
      delivered = marksOf(marks);
      await this.#store.bell.after(rings, signal);
    }
  }

  /** Loses all that it holds. */
  expire(): void {
    this.#giveUp(() => this.#holder.lose(this.#clock.wallMs()));
  }

  #giveUp(holds: () => void): void {
    this.#store.beats.end(this);
    this.#store.callbacks.release(this);
    holds();
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#giveUp(() => this.#holder.handBack(this.#clock.wallMs())); // also wakes those who wait here, to find it closed
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
