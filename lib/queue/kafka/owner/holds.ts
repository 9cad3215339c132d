import type { Instance } from "../../../model/mod.ts";
import { type Content, contentOf, PushTally } from "../../content.ts";
import type { Claim, Held, Progress, Released, Result } from "../../queue.ts";
import { leaseLost } from "../../errors.ts";
import { storableOutput } from "../../submission.ts";
import { isRoot, storableRecords } from "./entries.ts";
import type { OwnedPartition } from "./owned_partition.ts";
import { isLoss } from "../client/errors.ts";
import type { Ownership } from "./ownership.ts";
import type { Entry } from "../log/entry.ts";
import { treeOf } from "../../tree.ts";
import { comparePlaces } from "../log/records.ts";
import { type PullBudget, textLength } from "../../weight.ts";
import type { PassedKinds } from "../../waiting_lines.ts";
import type { PassingLine } from "./waiting_line.ts";

/** The line of instances that wait in a partition. */
interface Line {
  readonly owned: OwnedPartition;
  readonly line: PassingLine;
}

/** The instances that this consumer holds in its partitions: hands them out, and writes for the holder only. */
export class Holds {
  readonly #ownership: Ownership;
  readonly #where: string;
  #claims = 0;

  /** @param where the queue in words */
  constructor(ownership: Ownership, where: string) {
    this.#ownership = ownership;
    this.#where = where;
  }

  /** Takes waiting instances, the oldest of all partitions first, without those that are passed over. */
  take(budget: PullBudget, passed: PassedKinds): Claim[] {
    const claims: Claim[] = [];
    const touched = new Set<OwnedPartition>();
    const lines = this.#lines(passed);
    using putBack = new DisposableStack();
    for (const { line } of lines) putBack.use(line);
    for (let next = oldestOf(lines); next !== undefined; next = oldestOf(lines)) {
      const { owned, line, first } = next;
      if (!budget.takes(textLength(treeOf(first)))) break;
      claims.push(owned.claim(line, ++this.#claims));
      touched.add(owned);
    }
    for (const owned of touched) owned.writeClaims();
    if (claims.length === 0) { for (const { owned } of lines) owned.leaveUnwanted(passed); }
    return claims;
  }

  #lines(passed: PassedKinds): Line[] {
    return [...this.#ownership.all()].flatMap((owned) => {
      const line = owned.passing(passed);
      return line === undefined ? [] : [{ owned, line }];
    });
  }

  /** Where an instance is held. */
  #holderOf(held: Held): OwnedPartition | undefined {
    for (const owned of this.#ownership.all()) if (owned.claims.heldAs(held) !== undefined) return owned;
    return undefined;
  }

  /**
   * @throws {QueueError} `lease-lost`, naming the instances whose callers are not held; `id-conflict`, naming those whose ids
   * their partition knows as something else's
   */
  async call(instances: readonly Instance[]): Promise<void> {
    const holder = ({ parent }: Instance) => this.#holderOf({ instanceId: parent!.instance });
    const lost = instances.filter((instance) => holder(instance) === undefined).map(({ id }) => id);
    if (lost.length > 0) throw leaseLost(this.#where, lost);
    const tally = new PushTally();
    for (const instance of instances) {
      const known = knownIn(holder(instance)!, instance.id);
      if (known !== undefined) tally.exists(instance, known);
    }
    tally.result(this.#where);
    await this.#write(instances, holder, ({ id }) => id, (owned, some) => owned.journal.call(some));
  }

  /** Writes settled nodes. */
  async checkpoint(progress: readonly Progress[]): Promise<void> {
    const storable = progress.map((item) => ({ ...item, records: storableRecords(item.records) }));
    await this.#writeHeld(storable, (owned, some) => owned.journal.checkpoint(some));
  }

  /** Writes ends. */
  async finish(results: readonly Result[]): Promise<void> {
    const storable = results.map((item) => {
      storableOutput(item.output);
      return { ...item, records: storableRecords(item.records) };
    });
    await this.#writeHeld(storable, (owned, some) => owned.journal.finish(some));
  }

  async #writeHeld<T extends Progress>(
    items: readonly T[],
    write: (owned: OwnedPartition, some: readonly T[]) => Promise<void>,
  ): Promise<void> {
    await this.#write(
      items,
      (item) => this.#holderOf(item),
      ({ instanceId }) => instanceId,
      write,
    );
  }

  /** Writes to each partition what it holds. @throws {QueueError} `lease-lost`, when all else is durable */
  async #write<T>(
    items: readonly T[],
    holderOf: (item: T) => OwnedPartition | undefined,
    idOf: (item: T) => string,
    write: (owned: OwnedPartition, some: readonly T[]) => Promise<void>,
  ): Promise<void> {
    const byHolder = Map.groupBy(items, holderOf);
    const lost = new Set(byHolder.get(undefined));
    await Promise.all([...byHolder].map(async ([owned, some]) => {
      if (owned === undefined) return;
      try {
        await write(owned, some);
      } catch (error) {
        if (!isLoss(error)) throw error;
        this.#ownership.refused(owned, error);
        for (const item of some) lost.add(item);
      }
    }));
    if (lost.size > 0) throw leaseLost(this.#where, items.filter((item) => lost.has(item)).map(idOf));
  }

  /** Hands instances back. */
  async release(held: readonly Released[]): Promise<void> {
    const byHolder = Map.groupBy(held, (each) => this.#holderOf(each));
    await Promise.all([...byHolder].map(async ([owned, some]) => {
      if (owned === undefined) return;
      const entries = some.map((each) => owned.claims.heldAs(each)!), waitsFor = new Map<Entry, string>();
      for (const [i, { waitsFor: name }] of some.entries()) {
        if (name !== undefined) waitsFor.set(entries[i]!, name);
      }
      try {
        await owned.handBack(entries.filter(isRoot), waitsFor);
      } catch (error) {
        if (!isLoss(error)) throw error;
        this.#ownership.refused(owned, error);
      }
    }));
  }
}

/** The content that a partition knows under an id; without the args if the instance has ended. */
function knownIn(
  { state: { entries, ends } }: OwnedPartition,
  id: string,
): Content | undefined {
  const entry = entries.get(id), end = ends.get(id);
  if (entry !== undefined) return contentOf(entry.instance);
  return end && { chain: end.chain ?? "unknown", args: undefined, caller: end.parent };
}

function oldestOf(lines: readonly Line[]): Line & { readonly first: Entry } | undefined {
  let oldest: Line & { readonly first: Entry } | undefined;
  for (const { owned, line } of lines) {
    const { first } = line;
    if (first === undefined) continue;
    if (oldest === undefined || comparePlaces(first.place, oldest.first.place) < 0) {
      oldest = { owned, line, first };
    }
  }
  return oldest;
}
