import type { Instance } from "../model/mod.ts";
import { isSameSubmission, type QueueAdmin, type QueueDriver, QueueError } from "../queue/mod.ts";
import type { Caller } from "./caller.ts";
import { isVisible } from "./visible.ts";

/** The outcome of submitting one instance: it is new, the queue had it with the same content, or has another one under its id. */
export type Outcome = "created" | "existing" | "conflict";

/**
 * Submits instances; resolves when those that are taken would survive a crash. Instances whose ids are known with other content
 * are left out, and keep none of the others out.
 *
 * @returns the outcome of each
 * @throws {QueueError}
 */
export async function submitAll(
  queue: Pick<QueueDriver, "push" | "list">,
  instances: readonly Instance[],
  caller: Caller,
): Promise<readonly Outcome[]> {
  const firsts = new Map<string, Instance>();
  for (const instance of instances) if (!firsts.has(instance.id)) firsts.set(instance.id, instance);
  const { existing, conflicts } = await pushAll(queue, [...firsts.values()]);
  for (const id of await foreignIds(queue, existing, caller)) conflicts.add(id);
  return instances.map((instance) => {
    const first = firsts.get(instance.id)!;
    if (conflicts.has(instance.id) || first !== instance && !isSameSubmission(first, instance)) {
      return "conflict";
    }
    return existing.has(instance.id) || first !== instance ? "existing" : "created";
  });
}

interface Pushed {
  readonly existing: ReadonlySet<string>;
  readonly conflicts: Set<string>;
}

/** Pushes what is in no conflict: a push with one that is has kept nothing. */
async function pushAll(queue: Pick<QueueDriver, "push">, instances: readonly Instance[]): Promise<Pushed> {
  const conflicts = new Set<string>();
  for (let left = instances; left.length > 0;) { // each round leaves one out at least
    try {
      const { existing = [] } = await queue.push(left);
      return { existing: new Set(existing), conflicts };
    } catch (error) {
      const ids = error instanceof QueueError && error.code === "id-conflict"
        ? new Set(error.ids)
        : new Set();
      const others = left.filter(({ id }) => !ids.has(id));
      if (others.length === left.length) throw error;
      for (const { id } of left) if (ids.has(id)) conflicts.add(id);
      left = others;
    }
  }
  return { existing: new Set(), conflicts };
}

/** The known ids of instances that a caller must not see. */
async function foreignIds(
  queue: Pick<QueueAdmin, "list">,
  existing: ReadonlySet<string>,
  caller: Caller,
): Promise<readonly string[]> {
  if (caller.label === undefined || existing.size === 0) return [];
  const own = new Set<string>();
  for await (const { instance } of queue.list({ ids: [...existing] })) {
    if (isVisible(caller, instance.labels)) own.add(instance.id);
  }
  return [...existing].filter((id) => !own.has(id));
}
