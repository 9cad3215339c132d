import type { Invocation } from "./invocation.ts";

/** Failed calls of a function that are due again and wait for its retry budget: the groups of the policy take turns. */
export class DueRetries {
  /** Those of each group, the longest due first; the groups in the order of their turns. */
  readonly #groups = new Map<string, Set<Invocation>>();
  #size = 0;

  /** The number of calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds one that is not due before those that are here. */
  add(task: Invocation): void {
    const name = groupOf(task);
    let group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, group = new Set());
    group.add(task);
    this.#size++;
  }

  /** Takes the next one out. */
  take(): Invocation | undefined {
    for (const [name, group] of this.#groups) {
      const task = group.values().next().value!;
      this.#groups.delete(name);
      group.delete(task);
      if (group.size > 0) this.#groups.set(name, group); // behind the others
      this.#size--;
      return task;
    }
    return undefined;
  }

  /** Takes one out that is not to be tried again. */
  drop(task: Invocation): void {
    const name = groupOf(task), group = this.#groups.get(name);
    if (!group?.delete(task)) return;
    this.#size--;
    if (group.size === 0) this.#groups.delete(name);
  }
}

/** The group that it counted against when it was queued last. */
function groupOf({ lane }: Invocation): string {
  return lane?.group.name ?? "";
}
