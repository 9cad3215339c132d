import type { InstanceState, QueueDepth } from "../queue.ts";
import type { Database } from "./database.ts";
import { nextDueMs } from "./delayed.ts";

/** The number of instances in each state. */
export function readDepth(db: Database): QueueDepth {
  const depth = { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
  const rows = db.all<{ state: InstanceState; instances: number }>("SELECT state, instances FROM counts");
  for (const { state, instances } of rows) depth[state] = instances;
  const next = depth.delayed === 0 ? Infinity : nextDueMs(db);
  const oldest = db.get<{ due_at_ms: number }>(`
    SELECT ifnull(due_at_ms, submitted_at_ms) AS due_at_ms FROM instances WHERE seq = (SELECT min(seq) FROM (
      SELECT min(seq) AS seq FROM instances WHERE state = 'queued' AND owner IS NULL
      UNION ALL SELECT min(seq) FROM instances WHERE state = 'running'))`);
  return {
    ...depth,
    ...next !== Infinity && { nextDueAtMs: next },
    ...oldest !== undefined && { oldestSubmittedAtMs: oldest.due_at_ms },
  };
}
