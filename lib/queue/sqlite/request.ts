import { among, CANCELLABLE, CANCELLED_ON_REQUEST, ENDED, RETRYABLE } from "../filter.ts";
import type { Command, Filter, InstanceState } from "../queue.ts";
import type { ChainTable } from "./chains.ts";
import { count, countMove } from "./counts.ts";
import type { Database } from "./database.ts";
import { deleteRecords } from "./rows.ts";

/** A change of the instances of one page, within a transaction. */
export interface Change {
  readonly filter: Filter;
  /** @returns how many instances it reached */
  apply(seqs: readonly number[]): number;
}

/** What a command does to the instances it means; undefined for commands that are for consumers only. */
export function changeOf(
  command: Command,
  db: Database,
  chains: ChainTable,
  nowMs: number,
): Change | undefined {
  switch (command.kind) {
    case "cancel":
      return { filter: among(CANCELLABLE, command.filter), apply: (seqs) => cancel(db, seqs, nowMs) };
    case "retry":
      return { filter: among(RETRYABLE, command.filter), apply: (seqs) => retry(db, seqs) };
    case "purge":
      return { filter: among(ENDED, command.filter), apply: (seqs) => forget(db, chains, seqs) };
    case "policy":
    case "limit":
      return undefined;
  }
}

/** Ends what is queued, and marks what is held: the mark outlives the holder, who is told by a command. */
function cancel(db: Database, seqs: readonly number[], nowMs: number): number {
  const list = JSON.stringify(seqs);
  const ended = db.run(
    `UPDATE instances SET state = 'cancelled', ended_at_ms = ?, reason = ?
     WHERE seq IN (SELECT value FROM json_each(?)) AND +state = 'queued'`,
    nowMs,
    CANCELLED_ON_REQUEST,
    list,
  );
  const marked = db.run(
    "UPDATE instances SET cancel = ? WHERE seq IN (SELECT value FROM json_each(?)) AND +state = 'running'",
    CANCELLED_ON_REQUEST,
    list,
  );
  countMove(db, "queued", "cancelled", ended);
  if (marked > 0) sendCommand(db, { kind: "cancel", filter: {} });
  return ended + marked;
}

function retry(db: Database, seqs: readonly number[]): number {
  const rows = db.all<{ seq: number; state: InstanceState }>(
    "SELECT seq, state FROM instances WHERE seq IN (SELECT value FROM json_each(?))",
    JSON.stringify(seqs),
  );
  for (const { seq, state } of rows) {
    deleteRecords(db, seq, "ok");
    countMove(db, state, "queued", 1);
    db.run(
      `UPDATE instances SET state = 'queued', resumed = 1, ended_at_ms = NULL, reason = NULL, output = NULL
       WHERE seq = ?`,
      seq,
    );
  }
  return rows.length;
}

/** Removes instances and what belongs to them. Within a transaction. */
export function forget(db: Database, chains: ChainTable, seqs: readonly number[]): number {
  const gone = db.all<{ seq: number; state: InstanceState; chain: number }>(
    "DELETE FROM instances WHERE seq IN (SELECT value FROM json_each(?)) RETURNING seq, state, chain",
    JSON.stringify(seqs),
  );
  for (const { seq, state, chain } of gone) {
    deleteRecords(db, seq, "none");
    count(db, state, -1);
    chains.count(chain, -1);
  }
  chains.purge();
  return gone.length;
}

/** How many instances one purge removes: a pause that nobody notices. */
const PURGED_AT_ONCE = 500;

const OLDEST_ENDED = `
  SELECT seq, ended_at_ms FROM instances WHERE state = ? AND owner IS NULL ORDER BY seq LIMIT ${PURGED_AT_ONCE}`;

/**
 * Some of what ended before an instant, among what was submitted first: an index by the time of ending would cost every end,
 * and instances end about in the order of their submission.
 */
export function endedBefore(db: Database, instantMs: number): number[] {
  return ["completed", "failed", "cancelled"].flatMap((state) =>
    db.all<{ seq: number; ended_at_ms: number }>(OLDEST_ENDED, state)
      .filter((row) => row.ended_at_ms < instantMs)
      .map(({ seq }) => seq)
  );
}

/** How many commands are kept for consumers that listen late. By number, not by age: clocks of processes differ. */
const KEPT_COMMANDS = 1000;

/** Leaves a command for the consumers. Within a transaction. */
export function sendCommand(db: Database, command: Command): void {
  const sql = "INSERT INTO commands (command) VALUES (?) RETURNING seq";
  const { seq } = db.get<{ seq: number }>(sql, JSON.stringify(command))!;
  db.run("DELETE FROM commands WHERE seq <= ?", seq - KEPT_COMMANDS);
}
