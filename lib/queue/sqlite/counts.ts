import type { InstanceState, QueueDepth } from "../queue.ts";
import type { Database } from "./database.ts";

/** Counts instances that came into a state, or left it. Within the transaction that moves them. */
export function count(db: Database, state: InstanceState, instances: number): void {
  if (instances === 0) return;
  db.run("UPDATE counts SET instances = instances + ? WHERE state = ?", instances, state);
}

/** Counts instances that went from one state to another. */
export function countMove(db: Database, from: InstanceState, to: InstanceState, instances: number): void {
  count(db, from, -instances);
  count(db, to, instances);
}

/** The number of instances in each state. */
export function readDepth(db: Database): QueueDepth {
  const depth = { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
  const rows = db.all<{ state: InstanceState; instances: number }>("SELECT state, instances FROM counts");
  for (const { state, instances } of rows) depth[state] = instances;
  const oldest = db.get<{ submitted_at_ms: number }>(`
    SELECT submitted_at_ms FROM instances WHERE seq = (SELECT min(seq) FROM (
      SELECT min(seq) AS seq FROM instances WHERE state = 'queued' AND owner IS NULL
      UNION ALL SELECT min(seq) FROM instances WHERE state = 'running'))`);
  return oldest ? { ...depth, oldestSubmittedAtMs: oldest.submitted_at_ms } : depth;
}
