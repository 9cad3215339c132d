import { childOf } from "../called_child.ts";
import { leaseLost } from "../errors.ts";
import { Losses } from "../losses.ts";
import type { Instance } from "../../model/mod.ts";
import type { Claim, Held, Kind, Progress, Pushed, Released, Result } from "../queue.ts";
import type { Mark } from "../orders.ts";
import { definitionOfSubmitted, placeOf, storableOutput } from "../submission.ts";
import { treeOf } from "../tree.ts";
import type { PullBudget } from "../weight.ts";
import { copyOf } from "./copy.ts";
import { type Entry, hasEnded, type MemoryStore, progressOf } from "./store.ts";

/** An instance that a consumer holds, and the claim under which it does. */
interface Hold {
  readonly entry: Entry;
  readonly claim: number;
}

/** The instances that one consumer of a queue in memory holds: it alone changes them, until it has lost them. */
export class MemoryHolder {
  /** Instances that others have taken from it, until it knows. */
  readonly losses: Losses;
  readonly #store: MemoryStore;
  /** As many as it has been handed out, and those that these have called. */
  readonly #holds = new Map<string, Hold>();
  /** Ids of the instances that it has lost and does not know of. */
  readonly #unnoticed = new Set<string>();
  #claims = 0;

  constructor(store: MemoryStore) {
    this.#store = store;
    this.losses = new Losses(() => store.bell.ring());
  }

  /** Queues instances; those that held ones call are held, too. @throws {QueueError} `lease-lost` if a caller is not held */
  push(instances: readonly Instance[], nowMs: number): Pushed {
    for (const instance of instances) definitionOfSubmitted(instance); // throws before any is added
    const lost = instances.filter(({ parent }) => parent !== undefined && !this.#holds.has(parent.instance));
    if (lost.length > 0) throw leaseLost("the queue in memory", lost.map(({ id }) => id));
    const pushed = this.#store.lookOver(instances);
    for (const instance of instances) {
      const entry = this.#store.add(instance, nowMs);
      const caller = instance.parent && this.#holds.get(instance.parent.instance);
      if (caller && entry.owner === this) this.#hold(entry, caller.claim);
    }
    this.#store.bell.ring();
    return pushed;
  }

  /** Takes instances whose turn it is. */
  take(budget: PullBudget, passOver: readonly Kind[]): Claim[] {
    return this.#store.take(budget, passOver, this).map((entry) => this.#claim(entry));
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
    this.losses.regained(id);
  }

  /** Writes how far held instances have come. @throws {QueueError} `lease-lost` */
  checkpoint(progress: readonly Progress[]): void {
    this.#write(progress.map((item) => ({ ...item, records: item.records.map(copyOf) })), () => {});
  }

  /** Ends held instances. @throws {QueueError} `lease-lost` */
  finish(results: readonly Result[]): void {
    const copies = results.map((item) => ({
      ...item,
      records: item.records.map(copyOf),
      output: storableOutput(item.output),
    }));
    this.#write(copies, (entry, { outcome, endedAtMs, reason, output }) => {
      this.#store.end(entry, outcome, endedAtMs, reason, output);
      for (const { instance: { id } } of treeOf(entry)) this.#holds.delete(id);
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

  /** Hands held instances back, with those that they have called; a called one in the list goes with its root. */
  release(held: readonly Released[], nowMs: number): void {
    const roots = new Set<Entry>(), waitsFor = new Map<Entry, string>();
    for (const each of held) {
      const entry = this.#heldBy(each);
      if (entry === undefined || entry.caller !== undefined) continue;
      roots.add(entry);
      if (each.waitsFor !== undefined) waitsFor.set(entry, each.waitsFor);
    }
    this.#handBack([...roots].flatMap((root) => [...treeOf(root)].reverse()), nowMs, waitsFor);
  }

  /** Resolves when the consumer knows of all that it has lost; undefined: it does now. */
  confirm(): Promise<void> | undefined {
    if (this.#unnoticed.size > 0) this.losses.add(this.#unnoticed);
    this.#unnoticed.clear();
    return this.losses.areReported ? undefined : this.losses.untilReported();
  }

  /** Held instances that are to be cancelled. */
  marks(): Mark[] {
    return [...this.#holds.values()].filter(({ entry }) => entry.cancel !== undefined)
      .map(({ entry: { instance: { id }, abort } }) => ({ id, abort }));
  }

  /** Loses all that it holds: the consumer finds out when it confirms its holds. */
  lose(nowMs: number): void {
    for (const id of this.#holds.keys()) this.#unnoticed.add(id);
    this.handBack(nowMs);
  }

  /** Hands all back that it holds. */
  handBack(nowMs: number): void {
    this.#handBack([...this.#holds.values()].map(({ entry }) => entry), nowMs);
  }

  #handBack(entries: readonly Entry[], nowMs: number, waitsFor?: ReadonlyMap<Entry, string>): void {
    for (const { instance: { id } } of entries) this.#holds.delete(id);
    this.#store.release(entries, nowMs, waitsFor);
  }
}
