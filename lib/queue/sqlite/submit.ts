import type { Instance } from "../../model/mod.ts";
import { definitionOfSubmitted } from "../submission.ts";
import type { ChainTable } from "./chains.ts";
import { count } from "./counts.ts";
import type { Database } from "./database.ts";
import { labelsText, textOf } from "./rows.ts";

const INSERT = `
  INSERT INTO instances (id, chain, args, parent, labels, submitted_at_ms, priority, weight, deadline_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`;

/** Queues the instances whose ids are new. Within a transaction. */
export function submit(db: Database, chains: ChainTable, instances: readonly Instance[]): void {
  const keys = new Map<string, number>();
  const added = new Map<number, number>();
  for (const instance of instances) {
    const definition = definitionOfSubmitted(instance);
    let key = keys.get(definition.hash);
    if (key === undefined) keys.set(definition.hash, key = chains.keyOf(definition));
    const rows = db.run(
      INSERT,
      instance.id,
      key,
      textOf(instance.args),
      textOf(instance.parent),
      labelsText(instance.labels),
      instance.submittedAtMs,
      instance.priority,
      instance.weight,
      instance.deadlineMs === Infinity ? null : instance.deadlineMs,
    );
    added.set(key, (added.get(key) ?? 0) + rows);
  }
  for (const [key, rows] of added) {
    chains.count(key, rows);
    count(db, "queued", rows);
  }
}
