import { childOf } from "../../called_child.ts";
import type { Claim, Held } from "../../queue.ts";
import { rootOf, treeOf } from "../../tree.ts";
import { byPlace, type Entry, hasEnded, progressOf } from "../log/entry.ts";
import type { PartitionState } from "../log/partition_state.ts";
import { isRoot } from "./entries.ts";

/** The instances of a partition that are held, and the claims with which they were handed out. */
export class Claims {
  readonly #entries: PartitionState["entries"];
  /** The number of the last claim of each root. */
  readonly #numbers = new WeakMap<Entry, number>();

  constructor({ entries }: Pick<PartitionState, "entries">) {
    this.#entries = entries;
  }

  /** Hands an instance out, with those that it has called, as the claim of a number. */
  make(entry: Entry, number: number): Claim {
    this.#numbers.set(entry, number);
    const [, ...called] = treeOf(entry);
    for (const each of [entry, ...called]) if (!hasEnded(each)) each.state = "running";
    const { instance, cancel } = entry;
    const children = called.sort(byPlace).map((each) => childOf(each, progressOf(each)));
    return {
      instance,
      number,
      progress: progressOf(entry),
      ...cancel !== undefined && { cancel },
      ...children.length > 0 && { children },
    };
  }

  /** An instance that is held, if the claim in question is the one that the consumer has now. */
  heldAs({ instanceId, claim }: Held): Entry | undefined {
    const entry = this.#entries.get(instanceId);
    if (entry?.state !== "running") return undefined;
    return claim === undefined || claim === this.#numbers.get(rootOf(entry)) ? entry : undefined;
  }

  /** The entries that are held, callers before those that they have called. */
  *held(): Generator<Entry> {
    for (const entry of this.#entries.values()) {
      if (isRoot(entry) && entry.state === "running") yield* treeOf(entry);
    }
  }
}
