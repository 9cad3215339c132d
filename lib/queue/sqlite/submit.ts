import type { Instance } from "../../model/mod.ts";
import { leaseLost } from "../queue.ts";
import { definitionOfSubmitted } from "../submission.ts";
import type { ChainTable } from "./chains.ts";
import { count } from "./counts.ts";
import type { Database } from "./database.ts";
import { type Hold, isHeld } from "./hold.ts";
import { labelsText, textOf } from "./rows.ts";

const INSERT = `
  INSERT INTO instances
    (id, chain, args, parent, labels, submitted_at_ms, priority, weight, deadline_ms, generations, state, owner, caller)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`;

/**
 * Queues the instances whose ids are new; those that others have called go to the holder of these. Within a transaction.
 *
 * @param holds what this consumer holds
 * @returns its holds of what was called
 * @throws {QueueError} `lease-lost`, if it does not hold the caller
 */
export function submit(
  db: Database,
  chains: ChainTable,
  instances: readonly Instance[],
  holds: ReadonlyMap<string, Hold>,
): Map<string, Hold> {
  checkCallers(db, instances, holds);
  const keys = new Map<string, number>();
  const added = new Map<number, number>();
  const held = new Map<string, Hold>();
  for (const instance of instances) {
    const definition = definitionOfSubmitted(instance);
    let key = keys.get(definition.hash);
    if (key === undefined) keys.set(definition.hash, key = chains.keyOf(definition));
    const caller = instance.parent && holds.get(instance.parent.instance);
    const rows = db.run(
      INSERT,
      instance.id,
      key,
      instance.args ?? null,
      textOf(instance.parent),
      labelsText(instance.labels),
      instance.submittedAtMs,
      instance.priority,
      instance.weight,
      instance.deadlineMs === Infinity ? null : instance.deadlineMs,
      textOf(instance.generations),
      caller === undefined ? "queued" : "running",
      caller?.owner ?? null,
      caller?.seq ?? null,
    );
    added.set(key, (added.get(key) ?? 0) + rows);
    if (caller === undefined) count(db, "queued", rows);
    else {
      count(db, "running", rows);
      caller.calls = true;
      const { seq } = db.get<{ seq: number }>("SELECT seq FROM instances WHERE id = ?", instance.id)!;
      held.set(instance.id, { seq, owner: caller.owner, claim: caller.claim, calls: false });
    }
  }
  for (const [key, rows] of added) chains.count(key, rows);
  return held;
}

function checkCallers(db: Database, instances: readonly Instance[], holds: ReadonlyMap<string, Hold>): void {
  const lost = instances.filter(({ parent }) => {
    if (parent === undefined) return false;
    const hold = holds.get(parent.instance);
    return hold === undefined || !isHeld(db, hold);
  });
  if (lost.length > 0) throw leaseLost(`the queue ${db.path}`, lost.map(({ id }) => id));
}
