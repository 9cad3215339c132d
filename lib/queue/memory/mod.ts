import type { Clock, Instance, NodeRecord } from "../../model/mod.ts";
import { among, CANCELLABLE, CANCELLED_ON_REQUEST, ENDED, RETRYABLE, RETRYABLE_FROM } from "../filter.ts";
import { childOf } from "../called_child.ts";
import { type Entry, hasEnded, MemoryStore, progressOf, toUndo, viewOf } from "./store.ts";
import { rootOf, treeOf } from "../tree.ts";
import { Losses } from "../losses.ts";
import { cancelOrders, marksOf } from "../orders.ts";
import { type ConsumerRecord, type ConsumerView, SILENT_MS } from "../consumers.ts";
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
import { SettingsTeller } from "../setting_changes.ts";
import { checkRecord, definitionOfSubmitted, placeOf, storableOutput, storableText } from "../submission.ts";
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
        const entry = this.#store.add(instance);
        const caller = instance.parent && this.#holds.get(instance.parent.instance);
        if (caller && entry.owner === this) this.#hold(entry, caller.claim);
      }
      this.#store.bell.ring();
      return pushed;
    });
  }

  async pull(
    max: number,
    signal: AbortSignal,
    { maxCharacters, passOver = [] }: PullBounds = {},
  ): Promise<Claim[]> {
    while (true) {
      this.#check("pull from");
      if (signal.aborted) return [];
      const { rings } = this.#store.bell;
      const taken = this.#store.take(new PullBudget(max, maxCharacters), passOver, this);
      if (taken.length > 0) return taken.map((entry) => this.#claim(entry));
      await this.#store.bell.after(rings, signal);
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

  depth(): Promise<QueueDepth> {
    return this.#do("read", () => this.#store.depth());
  }

  get(id: string): Promise<InstanceView | undefined> {
    return this.#do("read", () => {
      const entry = this.#store.get(id);
      return entry && viewOf(entry);
    });
  }

  async *list(filter: Filter): AsyncIterable<InstanceView> {
    this.#check("read");
    for (const entry of this.#store.select(filter)) yield viewOf(entry);
  }

  request(command: Command): Promise<number> {
    return this.#do("ask", () => this.#obey(command));
  }

  #obey(command: Command): number {
    switch (command.kind) {
      case "cancel":
        return this.#cancel(this.#store.select(among(CANCELLABLE, command.filter)), command.abort ?? false);
      case "retry": {
        const states = command.from === undefined ? RETRYABLE : RETRYABLE_FROM;
        const roots = this.#store.select(among(states, command.filter)).map(rootOf);
        return this.#store.retry(
          new Set(roots.filter(({ state }) => states.includes(state))),
          command.from,
        );
      }
      case "purge": {
        const entries = this.#store.select(among(ENDED, command.filter));
        const roots = entries.filter(({ caller }) => caller === undefined);
        const gone = roots.reduce((sum, root) => sum + [...treeOf(root)].length, 0);
        this.#store.forget(roots);
        return gone;
      }
      default:
        this.#store.settings.obey(command);
        this.#store.bell.ring();
        return 0;
    }
  }

  #cancel(meant: readonly Entry[], abort: boolean): number {
    const entries = new Set(meant.flatMap((entry) => [...treeOf(entry)]).filter((entry) => !hasEnded(entry)));
    const kept = toUndo(entries);
    for (const entry of [...entries].reverse()) { // what was called first, or it would end with its caller
      if (entry.state === "running" || kept.has(entry)) {
        this.#store.mark(entry, CANCELLED_ON_REQUEST);
        entry.abort ||= abort;
      } else this.#store.end(entry, "cancelled", this.#clock.wallMs(), CANCELLED_ON_REQUEST);
    }
    this.#store.bell.ring(); // holders look for what is marked
    return entries.size;
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
    return this.#losses.areTold ? undefined : this.#losses.told();
  }

  beat(record: ConsumerRecord): Promise<void> {
    return this.#do("write to", () => {
      const view = { id: this.#id, ...record };
      this.#store.beats.set(this, { view, atMs: this.#clock.nowMs() });
    });
  }

  consumers(): Promise<readonly ConsumerView[]> {
    return this.#do("read", () => {
      const nowMs = this.#clock.nowMs();
      const views = [...this.#store.beats.values()].map(({ view, atMs }) => ({
        ...view,
        beatAgoMs: nowMs - atMs,
      }));
      return views.filter(({ beatAgoMs }) => beatAgoMs < SILENT_MS);
    });
  }

  partitions(): Promise<readonly PartitionView[]> {
    return this.#do("read", () => []);
  }

  async *badMessages(): AsyncIterable<BadMessage> {
    this.#check("read");
    yield* []; // only instances can be pushed here
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
    let told = new Set<string>();
    this.#check("listen to");
    const teller = new SettingsTeller();
    while (true) {
      this.#check("listen to");
      if (signal.aborted) return;
      const { rings } = this.#store.bell;
      yield* teller.orders(this.#store.settings.current);
      yield* this.#losses.orders();
      const marks = [...this.#holds.values()].filter(({ entry }) => entry.cancel !== undefined)
        .map(({ entry: { instance: { id }, abort } }) => ({ id, abort }));
      yield* cancelOrders(marks, told);
      told = marksOf(marks);
      await this.#store.bell.after(rings, signal);
    }
  }

  /** Loses all that it holds. */
  expire(): void {
    for (const id of this.#holds.keys()) this.#unnoticed.add(id);
    this.#giveUp();
  }

  #giveUp(): void {
    this.#store.beats.delete(this);
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

function copyOf(record: NodeRecord): NodeRecord {
  checkRecord(record);
  const { reason } = record;
  return {
    ...record,
    output: storableOutput(record.output),
    ...(reason === undefined ? {} : { reason: storableText(reason) }),
  };
}
