import type { Instance } from "../../model/mod.ts";
import { countMove } from "./counts.ts";
import type { Database } from "./database.ts";

/** Most delayed rows that one transaction queues: others write as well. */
const MOST_WOKEN = 5000;

/** Without its name, SQLite might take the other index, and read all that are delayed. */
const DELAYED = "INDEXED BY by_due WHERE state = 'delayed'";
const NEXT = `SELECT due_at_ms FROM instances ${DELAYED} ORDER BY due_at_ms LIMIT 1`;
const WAKE = `
  UPDATE instances SET state = 'queued' WHERE seq IN (
    SELECT seq FROM instances ${DELAYED} AND due_at_ms <= ? ORDER BY due_at_ms LIMIT ${MOST_WOKEN})`;

/** The state in which an instance that nobody holds begins. */
export function stateAt(
  { dueAtMs = -Infinity }: Pick<Instance, "dueAtMs">,
  nowMs: number,
): "delayed" | "queued" {
  return dueAtMs > nowMs ? "delayed" : "queued";
}

/** When the next of the delayed instances is due, or was, in milliseconds since 1970; Infinity: there is none. */
export function nextDueMs(db: Database): number {
  return db.get<{ due_at_ms: number }>(NEXT)?.due_at_ms ?? Infinity;
}

/** Queues delayed instances that are due. Within a transaction; there may be more. @returns their number */
export function wake(db: Database, nowMs: number): number {
  const woken = db.run(WAKE, nowMs);
  countMove(db, "delayed", "queued", woken);
  return woken;
}
