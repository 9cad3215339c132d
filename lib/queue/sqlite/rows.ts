import {
  type Chain,
  type Instance,
  type Json,
  MAX_NODES,
  NO_LABELS,
  type NodeRecord,
} from "../../model/mod.ts";
import type { InstanceState, InstanceView } from "../queue.ts";
import { checkNodeNumber, jsonText, storableText } from "../submission.ts";
import type { ChainTable } from "./chains.ts";
import type { Database } from "./database.ts";

/** The columns of an instance as it was submitted. */
export const SUBMITTED = "seq, id, chain, labels, submitted_at_ms, priority, weight, deadline_ms";

/** A row of the columns {@linkcode SUBMITTED}. */
export interface SubmittedRow {
  readonly seq: number;
  readonly id: string;
  readonly chain: number;
  readonly labels: string | null;
  readonly submitted_at_ms: number;
  readonly priority: number;
  readonly weight: number;
  readonly deadline_ms: number | null;
}

interface ViewRow extends SubmittedRow {
  readonly state: InstanceState;
  readonly ended_at_ms: number | null;
  readonly reason: string | null;
  readonly output: string | null;
}

/** Records of one instance have keys from `seq` × this on, one for each node. */
const NODES = MAX_NODES + 1;

/** The instance of a row. */
export function instanceOf(row: SubmittedRow, chain: Chain): Instance {
  return {
    id: row.id,
    chain,
    labels: row.labels === null ? NO_LABELS : JSON.parse(row.labels) as Record<string, string>,
    submittedAtMs: row.submitted_at_ms,
    priority: row.priority,
    weight: row.weight,
    deadlineMs: row.deadline_ms ?? Infinity,
  };
}

/** Labels as they are stored; most instances have none. */
export function labelsText(labels: Instance["labels"]): string | null {
  return Object.keys(labels).length === 0 ? null : JSON.stringify(labels);
}

/** All that is known of some instances, oldest first. */
export function readViews(db: Database, chains: ChainTable, seqs: readonly number[]): InstanceView[] {
  const rows = db.all<ViewRow>(
    `SELECT ${SUBMITTED}, state, ended_at_ms, reason, output FROM instances
     WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    JSON.stringify(seqs),
  );
  return rows.map((row) => ({
    instance: instanceOf(row, chains.show(row.chain)),
    state: row.state,
    progress: readRecords(db, row.seq),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
    ...(row.output === null ? {} : { output: JSON.parse(row.output) as Json }),
  }));
}

interface RecordRow {
  readonly key: number;
  readonly state: NodeRecord["state"];
  readonly attempts: number;
  readonly output: string | null;
  readonly reason: string | null;
}

/** The records of an instance, by node. */
export function readRecords(db: Database, seq: number): NodeRecord[] {
  const rows = db.all<RecordRow>(
    "SELECT key, state, attempts, output, reason FROM records WHERE key BETWEEN ? AND ? ORDER BY key",
    seq * NODES,
    seq * NODES + MAX_NODES,
  );
  return rows.map(({ key, state, attempts, output, reason }) => ({
    node: key - seq * NODES,
    state,
    attempts,
    output: output === null ? null : JSON.parse(output) as Json,
    ...(reason === null ? {} : { reason }),
  }));
}

/** Writes a record, in place of an earlier one of its node. */
export function writeRecord(db: Database, seq: number, record: NodeRecord): void {
  db.run(
    "INSERT OR REPLACE INTO records (key, state, attempts, output, reason) VALUES (?, ?, ?, ?, ?)",
    seq * NODES + checkNodeNumber(record.node),
    record.state,
    record.attempts,
    record.output === null ? null : jsonText(record.output),
    record.reason === undefined ? null : storableText(record.reason),
  );
}

/** Removes the records of an instance, or only those of nodes that are not ok. */
export function deleteRecords(db: Database, seq: number, keep: "none" | "ok"): void {
  const sql = keep === "none"
    ? "DELETE FROM records WHERE key BETWEEN ? AND ?"
    : "DELETE FROM records WHERE key BETWEEN ? AND ? AND state <> 'ok'";
  db.run(sql, seq * NODES, seq * NODES + MAX_NODES);
}
