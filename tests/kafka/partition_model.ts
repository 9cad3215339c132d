/** A simple model of a partition: the acknowledged state, without topics, offsets and heads. */
import type { Chain, Instance, InstanceOutcome, NodeRecord } from "../../lib/model/mod.ts";
import { type RetryAsked, retryOf } from "../../lib/queue/retried.ts";
import { placeOf } from "../../lib/queue/submission.ts";

/** The known state of an instance. */
export interface Known {
  readonly id: string;
  /** Its chain, the number of times that its nodes have been begun again, and when it was retried. */
  instance: Pick<Instance, "chain" | "generations" | "retriedAtMs">;
  readonly parent: { readonly id: string; readonly node: string } | undefined;
  /** Its message's offset; an id may be submitted again. */
  at: number | undefined;
  run: number;
  outcome: InstanceOutcome | undefined;
  /** Its end is being written. */
  endingAs: InstanceOutcome | undefined;
  /** By their places. */
  records: Map<number, NodeRecord>;
  /** When each was written: what is acknowledged later may be older. */
  readonly writtenAt: Map<number, number>;
  /** It is to be cancelled, and its holder was told. */
  isMarked: boolean;
}

/** The instances of a partition by their ids. */
export class PartitionModel {
  readonly known = new Map<string, Known>();

  add(id: string, chain: Chain, parent?: Known["parent"]): void {
    const records = new Map<number, NodeRecord>(), writtenAt = new Map<number, number>();
    this.known.set(id, {
      id,
      instance: { chain },
      parent,
      at: undefined,
      run: 0,
      outcome: undefined,
      endingAs: undefined,
      records,
      writtenAt,
      isMarked: false,
    });
  }

  /** An instance and all that it has called, callers first. */
  tree(id: string): Known[] {
    const of = this.known.get(id);
    if (of === undefined) return [];
    const called = [...this.known.values()].filter(({ parent }) => parent?.id === id);
    return [of, ...called.flatMap(({ id }) => this.tree(id))];
  }

  root(id: string): Known {
    for (let of = this.known.get(id)!;;) {
      const caller = of.parent && this.known.get(of.parent.id);
      if (caller === undefined) return of;
      of = caller;
    }
  }

  /** Of those that have not ended, with what they have called: the unfinished ones. */
  get open(): Known[] {
    return [...this.known.values()].filter(({ id }) => this.root(id).outcome === undefined);
  }

  /** Those that have ended for good. */
  get ended(): Known[] {
    return [...this.known.values()].filter(({ id }) => this.root(id).outcome !== undefined);
  }

  record(id: string, records: readonly NodeRecord[], atMs: number): void {
    const of = this.known.get(id);
    for (const record of records) {
      const place = placeOf(record);
      if (of === undefined || atMs < (of.writtenAt.get(place) ?? 0)) continue;
      of.records.set(place, record);
      of.writtenAt.set(place, atMs);
    }
  }

  /** Ends an instance; instances that it has called and that have not ended are cancelled with it. */
  end(id: string, outcome: InstanceOutcome): void {
    const [of, ...called] = this.tree(id);
    if (of !== undefined) this.#end(of, outcome);
    for (const each of called) this.#end(each, "cancelled");
  }

  #end(of: Known, outcome: InstanceOutcome): void {
    of.outcome ??= of.endingAs ?? outcome;
    of.endingAs = undefined;
    of.isMarked = false;
  }

  /** Nobody holds anything any more: what was to be cancelled ends. */
  letGo(): void {
    for (const { id, isMarked } of [...this.known.values()]) if (isMarked) this.end(id, "cancelled");
    for (const each of this.known.values()) each.isMarked = false;
  }

  forget(id: string): void {
    for (const each of this.tree(id)) this.known.delete(each.id);
  }

  /** Queues an ended root again. */
  retry(id: string, asked: RetryAsked): void {
    this.#retry(id, asked);
    for (const each of this.tree(id)) each.run++;
  }

  #retry(id: string, asked: RetryAsked): void {
    const of = this.known.get(id)!;
    const retry = retryOf(of.instance, [...of.records.values()], asked)!;
    of.instance = retry.instance;
    of.outcome = undefined;
    of.records = new Map([...of.records].filter(([, record]) => !retry.isForgotten(record)));
    for (const { id, parent, outcome } of [...this.known.values()]) {
      if (parent?.id !== of.id) continue;
      const fate = retry.ofCalled(parent.node);
      if (fate === "forgotten") this.forget(id);
      else if (fate === "retried" && outcome !== "completed" && outcome !== undefined) {
        this.#retry(id, { atMs: asked.atMs });
      }
    }
  }
}
