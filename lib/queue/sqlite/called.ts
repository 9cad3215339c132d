import { CALLER_ENDED } from "../filter.ts";
import type { InstanceState } from "../queue.ts";
import { hasToUndo, keptToUndo } from "../undoing.ts";
import type { ChainTable } from "./chains.ts";
import { countMove } from "./counts.ts";
import type { Database } from "./database.ts";
import { readEnds } from "./rows.ts";

const TREE = `
  WITH RECURSIVE tree (seq) AS (
    SELECT value FROM json_each(?) UNION SELECT i.seq FROM instances i JOIN tree ON i.caller = tree.seq
  )`;

/** The instances, and all that they have called, oldest first. */
export function withCalled(db: Database, seqs: readonly number[]): number[] {
  if (!anyCalled(db)) return [...seqs];
  return db.all<{ seq: number }>(`${TREE} SELECT seq FROM tree ORDER BY seq`, JSON.stringify(seqs))
    .map(({ seq }) => seq);
}

/** Whether any instance has called another: most queues have none that has. */
function anyCalled(db: Database): boolean {
  return db.get("SELECT 1 FROM instances WHERE caller IS NOT NULL LIMIT 1") !== undefined;
}

/** Those from which the instances come: themselves, or the first that called. */
export function rootsOf(db: Database, seqs: readonly number[]): number[] {
  if (!anyCalled(db)) return [...seqs];
  const sql = `
    WITH RECURSIVE up (seq) AS (
      SELECT value FROM json_each(?)
      UNION SELECT i.caller FROM instances i JOIN up ON i.seq = up.seq WHERE i.caller IS NOT NULL
    )
    SELECT seq FROM instances WHERE seq IN (SELECT seq FROM up) AND caller IS NULL ORDER BY seq`;
  return db.all<{ seq: number }>(sql, JSON.stringify(seqs)).map(({ seq }) => seq);
}

interface Unended {
  readonly seq: number;
  readonly caller: number | null;
  readonly chain: number;
}

/**
 * Those of some instances that are not to end without a consumer, as they may have begun and have something to undo; and their
 * callers.
 *
 * @returns numbers of instances, as a JSON list
 */
export function toUndo(db: Database, chains: ChainTable, seqs: readonly number[]): string {
  const sql = `
    SELECT seq, caller, chain FROM instances WHERE seq IN (SELECT value FROM json_each(?))
      AND (+state = 'running' OR (+state = 'queued' AND resumed = 1))`;
  const rows = new Map(db.all<Unended>(sql, JSON.stringify(seqs)).map((row) => [row.seq, row]));
  const kept = keptToUndo(
    rows.values(),
    ({ caller }) => caller === null ? undefined : rows.get(caller),
    ({ seq, chain }) => hasToUndo(chains.show(chain), () => readEnds(db, seq)),
  );
  return JSON.stringify([...kept].map(({ seq }) => seq));
}

const END = `
  UPDATE instances SET state = 'cancelled', owner = NULL, cancel = NULL, ended_at_ms = ?, reason = ?
  WHERE seq IN (SELECT value FROM json_each(?)) AND +state = ?`;

/** Ends the instances that some instances have called and that have not ended. Within a transaction. */
export function endCalled(db: Database, seqs: readonly number[], nowMs: number): void {
  const list = JSON.stringify(withCalled(db, seqs));
  for (const state of ["queued", "running"] satisfies InstanceState[]) {
    countMove(db, state, "cancelled", db.run(END, nowMs, CALLER_ENDED, list, state));
  }
}
