import {
  type Chain,
  type Instance,
  MAX_NODES,
  NO_LABELS,
  type NodeRecord,
  NULL,
  type ParentRef,
  traceContextOf,
} from "../../model/mod.ts";
import type { InstanceState, InstanceView } from "../queue.ts";
import type { EndOf } from "../retried.ts";
import { checkRecord, placeOf, storableOutput, storableText } from "../submission.ts";
import type { ChainTable } from "./chains.ts";
import type { SQLInputValue } from "node:sqlite";
import type { Database } from "./database.ts";
import { RowReader } from "./row_reader.ts";

/** The columns of an instance as it was submitted. */
export const SUBMITTED =
  "seq, id, chain, args, parent, labels, submitted_at_ms, due_at_ms, priority, weight, deadline_ms, generations, " +
  "retried_at_ms, traceparent, tracestate, callback";

/** A row of the columns {@linkcode SUBMITTED}. */
export interface SubmittedRow {
  readonly seq: number;
  readonly id: string;
  readonly chain: number;
  readonly args: string | null;
  readonly parent: string | null;
  readonly labels: string | null;
  readonly submitted_at_ms: number;
  readonly due_at_ms: number | null;
  readonly priority: number;
  readonly weight: number;
  readonly deadline_ms: number | null;
  readonly generations: string | null;
  readonly retried_at_ms: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  readonly callback: string | null;
}

interface ViewRow extends SubmittedRow {
  readonly state: InstanceState;
  readonly ended_at_ms: number | null;
  readonly reason: string | null;
  readonly output: string | null;
}

/** Records of one instance have keys from `seq` × this on, one for each node. */
const NODES = MAX_NODES + 1;

/** The chain of a row, without nodes if it cannot be read: the reader notes that. */
export function readChain(chains: ChainTable, key: number, reader: RowReader): Chain {
  return reader.part("its chain", () => chains.get(key)) ?? chains.show(key);
}

/** The instance of a row; the reader notes what of it cannot be read. */
export function instanceOf(row: SubmittedRow, chain: Chain, reader: RowReader): Instance {
  const instance = {
    id: row.id,
    chain,
    labels: row.labels === null ? NO_LABELS : reader.labels(row.labels) ?? NO_LABELS,
    submittedAtMs: reader.instant("submitted_at_ms", row.submitted_at_ms),
    priority: row.priority,
    weight: row.weight,
    deadlineMs: row.deadline_ms ?? Infinity,
  };
  const { args, parent: caller, generations: begun, retried_at_ms: retried, due_at_ms: due } = row;
  const { traceparent: trace, callback: asked } = row;
  const isPlain = args === null && caller === null && begun === null && retried === null && due === null &&
    trace === null && asked === null;
  if (isPlain) return instance; // as most are: a hundred thousand may be held
  const parent = reader.parent(caller),
    generations = reader.generations(begun),
    retriedAtMs = reader.retries(retried),
    callback = reader.callback(asked);
  return {
    ...instance,
    ...args !== null && { args: reader.json("args", args) },
    ...due !== null && { dueAtMs: reader.instant("due_at_ms", due) },
    ...parent !== undefined && { parent },
    ...generations !== undefined && { generations },
    ...retriedAtMs !== undefined && { retriedAtMs },
    ...trace !== null && traceContextOf(trace, row.tracestate),
    ...callback !== undefined && { callback },
  };
}

/** Labels as they are stored; most instances have none. */
export function labelsText(labels: Instance["labels"]): string | null {
  return Object.keys(labels).length === 0 ? null : JSON.stringify(labels);
}

/** The stored text of an object or a list that most instances do not have. */
export function textOf(value: ParentRef | readonly number[] | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** All that is known of some instances, oldest first. */
export function readViews(db: Database, chains: ChainTable, seqs: readonly number[]): InstanceView[] {
  const rows = db.all<ViewRow>(
    `SELECT ${SUBMITTED}, state, ended_at_ms, reason, output FROM instances
     WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    JSON.stringify(seqs),
  );
  return rows.map((row) => {
    const reader = new RowReader("thorough");
    const view = {
      instance: instanceOf(row, readChain(chains, row.chain, reader), reader),
      state: row.state,
      progress: readRecords(db, row.seq, reader),
      ...row.reason !== null && { reason: row.reason },
      ...row.ended_at_ms !== null && { endedAtMs: reader.instant("ended_at_ms", row.ended_at_ms) },
      ...row.output !== null && { output: reader.json("output", row.output) },
    };
    const { problem } = reader;
    return problem === undefined ? view : { ...view, unreadable: problem };
  });
}

/** The first and the last key of the records of an instance. */
function rangeOf(seq: number): readonly [first: number, last: number] {
  return [seq * NODES, seq * NODES + MAX_NODES];
}

interface RecordRow {
  readonly key: number;
  readonly state: NodeRecord["state"];
  readonly attempts: number;
  readonly output: string | null;
  readonly reason: string | null;
  readonly ended_at_ms: number | null;
  readonly run_ms: number | null;
}

interface ItemRow extends RecordRow {
  readonly item: number;
}

/** The ends of an instance's nodes and of the items of its maps; outputs may be large, and are not read. */
export function readEnds(db: Database, seq: number): EndOf[] {
  const sql = `SELECT key, NULL AS item, state FROM records WHERE key BETWEEN ? AND ?
    UNION ALL SELECT record AS key, item, state FROM items WHERE record BETWEEN ? AND ?`;
  const range = rangeOf(seq);
  const rows = db.all<Pick<RecordRow, "key" | "state"> & { item: number | null }>(sql, ...range, ...range);
  return rows.map(({ key, item, state }) => ({
    node: key - seq * NODES,
    ...item !== null && { item },
    state,
  }));
}

/** The records of an instance by node and item; the reader notes what cannot be read. */
export function readRecords(db: Database, seq: number, reader: RowReader): NodeRecord[] {
  const range = rangeOf(seq);
  const rows = db.all<RecordRow>(
    "SELECT key, state, attempts, output, reason, ended_at_ms, run_ms FROM records WHERE key BETWEEN ? AND ? ORDER BY key",
    ...range,
  );
  const items = db.all<ItemRow>(
    `SELECT record AS key, item, state, attempts, output, reason, ended_at_ms, run_ms FROM items WHERE record BETWEEN ? AND ?
     ORDER BY record, item`,
    ...range,
  );
  const records = rows.map((row) => recordOf(row, seq, {}, reader));
  if (items.length === 0) return records;
  for (const row of items) records.push(recordOf(row, seq, { item: row.item }, reader));
  return records.sort((a, b) => placeOf(a) - placeOf(b));
}

/** The length of all outputs in the records of an instance, in bytes. */
export function recordsLength(db: Database, seq: number): number {
  const range = [seq * NODES, seq * NODES + MAX_NODES] as const;
  const sql = `
    SELECT (SELECT ifnull(sum(octet_length(output)), 0) FROM records WHERE key BETWEEN ? AND ?) +
      (SELECT ifnull(sum(octet_length(output)), 0) FROM items WHERE record BETWEEN ? AND ?) AS length`;
  return db.get<{ length: number }>(sql, ...range, ...range)!.length;
}

function recordOf(
  { key, state, attempts, output, reason, ended_at_ms, run_ms }: RecordRow,
  seq: number,
  of: { item?: number },
  reader: RowReader,
): NodeRecord {
  const node = key - seq * NODES;
  return {
    node,
    ...of,
    state: reader.state(node, state),
    attempts,
    output: output === null ? NULL : reader.json(`the output of node ${node}`, output),
    ...(ended_at_ms === null ? {} : { endedAtMs: reader.instant(`the end of node ${node}`, ended_at_ms) }),
    ...(run_ms === null ? {} : { runMs: run_ms }),
    ...(reason === null ? {} : { reason }),
  };
}

const COLUMNS = "state, attempts, output, reason, ended_at_ms, run_ms";
const WRITE = `INSERT OR REPLACE INTO records (key, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const WRITE_OK = `INSERT OR REPLACE INTO records (key, ${COLUMNS}) VALUES `;
/** A record as nearly all are. Each value that is handed over costs a thirtieth of it, a text more. */
const OK = "(?, 'ok', ?, ?, NULL, ?, ?)";
/** Records that one statement writes: what a statement costs by itself is as much as half a record. */
const MANY = 16;
const WRITE_ONE = WRITE_OK + OK;
const WRITE_MANY = WRITE_OK + Array.from({ length: MANY }, () => OK).join(", ");
const WRITE_ITEM = `INSERT OR REPLACE INTO items (record, item, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes records of instances, each in place of an earlier one of its node or item. Within one transaction, to its `end`. */
export class RecordWriter {
  readonly #db: Database;
  /** The values of records of nodes that have gone well: of fewer than {@linkcode MANY}. */
  #values: SQLInputValue[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  /** Writes the records of one instance, now or with those that follow. */
  add(seq: number, records: readonly NodeRecord[]): void {
    for (const record of records) {
      const { node, item, state, attempts, output, reason, endedAtMs = null, runMs = null } = checkRecord(
        record,
      );
      const key = seq * NODES + node, text = output === NULL ? null : storableOutput(output);
      if (item !== undefined || state !== "ok" || reason !== undefined) {
        this.end(); // of two records of a node the later one counts
        const why = reason === undefined ? null : storableText(reason);
        const rest = [state, attempts, text, why, endedAtMs, runMs] as const;
        if (item === undefined) this.#db.run(WRITE, key, ...rest);
        else this.#db.run(WRITE_ITEM, key, item, ...rest);
        continue;
      }
      this.#values.push(key, attempts, text, endedAtMs, runMs);
      if (this.#values.length < MANY * VALUES) continue;
      this.#db.run(WRITE_MANY, ...this.#values);
      this.#values = [];
    }
  }

  /** Writes what is left. */
  end(): void {
    for (let at = 0; at < this.#values.length; at += VALUES) {
      this.#db.run(WRITE_ONE, ...this.#values.slice(at, at + VALUES));
    }
    this.#values = [];
  }
}

/** Number of values in a record that has gone well. */
const VALUES = 5;

/** Removes the records of an instance. */
export function deleteRecords(db: Database, seq: number): void {
  const range = rangeOf(seq);
  db.run("DELETE FROM records WHERE key BETWEEN ? AND ?", ...range);
  db.run("DELETE FROM items WHERE record BETWEEN ? AND ?", ...range);
}

/** Removes the record of a node, or of an item of its map. */
export function deleteRecord(
  db: Database,
  seq: number,
  { node, item }: Pick<NodeRecord, "node" | "item">,
): void {
  const key = seq * NODES + node;
  if (item === undefined) db.run("DELETE FROM records WHERE key = ?", key);
  else db.run("DELETE FROM items WHERE record = ? AND item = ?", key, item);
}
