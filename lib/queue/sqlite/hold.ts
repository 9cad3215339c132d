import { type NodeRecord, NULL } from "../../model/mod.ts";
import { childOf } from "../called_child.ts";
import type { Child, Claim, Held, InstanceState, Progress, Result } from "../queue.ts";
import { storableOutput, storableText } from "../submission.ts";
import { endCalled, toUndo, withCalled } from "./called.ts";
import { releaseCallbacks, tellEnds } from "./callbacks.ts";
import type { ChainTable } from "./chains.ts";
import { count, countMove } from "./counts.ts";
import type { Database } from "./database.ts";
import { nameOf } from "./queued_rows.ts";
import { RowReader } from "./row_reader.ts";
import { instanceOf, readChain, readRecords, RecordWriter, SUBMITTED, type SubmittedRow } from "./rows.ts";
import { WAITS_FOR_CALLER } from "./schema.ts";

/** A consumer's memory of an instance that it holds: the row, the key of its lease, and the number of the claim. */
export interface Hold {
  readonly seq: number;
  readonly owner: number;
  readonly claim: number;
  /** Whether its end may be to be told by a callback. */
  readonly tells: boolean;
  /** Whether it may have called others. */
  calls: boolean;
}

/** Claims, and their holds by id. */
export interface Claimed {
  readonly claims: Claim[];
  readonly holds: ReadonlyMap<string, Hold>;
  /** Number of instances that could not be read and have become dead letters. */
  readonly aside: number;
}

const TAKE = `
  UPDATE instances SET state = 'running', owner = ?, waits_for = NULL WHERE seq IN (SELECT value FROM json_each(?))
  RETURNING ${SUBMITTED}, resumed, cancel`;

/**
 * Takes queued instances for an owner. Within a transaction.
 *
 * @param newClaim counts the claims of the consumer
 */
export function take(
  db: Database,
  chains: ChainTable,
  owner: number,
  seqs: readonly number[],
  nowMs: number,
  newClaim: () => number,
): Claimed {
  const rows = db.all<TakenRow>(TAKE, owner, JSON.stringify(seqs));
  countMove(db, "queued", "running", rows.length);
  rows.sort((a, b) => a.seq - b.seq); // RETURNING promises no order
  const claims: Claim[] = [];
  const holds = new Map<string, Hold>();
  let reader = new RowReader("quick");
  for (const row of rows) {
    const hold = {
      seq: row.seq,
      owner,
      claim: newClaim(),
      calls: row.resumed !== 0,
      tells: row.callback !== null,
    };
    const { claim, called } = claimOf(db, chains, row, hold, reader);
    if (reader.problem !== undefined) {
      putAside(db, hold, row.id, reader.problem, nowMs);
      reader = new RowReader("quick");
      continue;
    }
    claims.push(claim);
    holds.set(row.id, hold);
    for (const [id, each] of called) holds.set(id, each);
  }
  return { claims, holds, aside: rows.length - claims.length };
}

type TakenRow = SubmittedRow & { readonly resumed: number; readonly cancel: string | null };

const NO_RECORDS: readonly NodeRecord[] = [];
const NO_HOLDS: ReadonlyMap<string, Hold> = new Map();

/** The claim of a row, and the holds of the instances it has called; the reader notes the parts that cannot be read. */
function claimOf(
  db: Database,
  chains: ChainTable,
  row: TakenRow,
  hold: Hold,
  reader: RowReader,
): { readonly claim: Claim; readonly called: ReadonlyMap<string, Hold> } {
  const instance = instanceOf(row, readChain(chains, row.chain, reader), reader);
  if (row.resumed === 0) {
    return { claim: { instance, number: hold.claim, progress: NO_RECORDS }, called: NO_HOLDS };
  }
  const { cancel } = row;
  const claim = {
    ...{ instance, number: hold.claim, progress: readRecords(db, row.seq, reader) },
    ...cancel !== null && { cancel },
  };
  const called = new Map<string, Hold>();
  const children = takeCalled(db, chains, hold, called, reader);
  return { claim: children.length === 0 ? claim : { ...claim, children }, called };
}

interface CalledRow extends SubmittedRow {
  readonly state: InstanceState;
  readonly reason: string | null;
  readonly cancel: string | null;
  readonly output: string | null;
}

/** Takes the instances that an instance has called, and those that they have called. */
function takeCalled(
  db: Database,
  chains: ChainTable,
  { seq: root, owner, claim }: Hold,
  holds: Map<string, Hold>,
  reader: RowReader,
): Child[] {
  const [, ...seqs] = withCalled(db, [root]);
  if (seqs.length === 0) return [];
  const list = JSON.stringify(seqs);
  const sql =
    "UPDATE instances SET state = 'running', owner = ? WHERE seq IN (SELECT value FROM json_each(?)) " +
    "AND +state = 'queued'";
  countMove(db, "queued", "running", db.run(sql, owner, list));
  const rows = db.all<CalledRow>(
    `SELECT ${SUBMITTED}, state, reason, cancel, output FROM instances WHERE seq IN (SELECT value FROM json_each(?))
     ORDER BY seq`,
    list,
  );
  return rows.map((row) => {
    const instance = instanceOf(row, readChain(chains, row.chain, reader), reader);
    const progress = readRecords(db, row.seq, reader);
    const { state } = row;
    if (state === "queued" || state === "running") {
      holds.set(row.id, { seq: row.seq, owner, claim, calls: true, tells: false });
    }
    const output = row.output === null ? NULL : reader.json(`the output of ${row.id}`, row.output);
    const reason = row.reason ?? undefined, cancel = row.cancel ?? undefined;
    return childOf({ instance, state, reason, cancel, output }, progress);
  });
}

/** Makes a dead letter of an unreadable instance, as else it would come up for ever; those it has called end with it. */
function putAside(db: Database, hold: Hold, id: string, problem: string, endedAtMs: number): void {
  const reason = `Cannot read what was stored: ${problem}`;
  end(db, hold, { instanceId: id, outcome: "failed", reason, endedAtMs, output: NULL, records: [] });
  countMove(db, "running", "failed", 1);
  if (hold.calls) endCalled(db, [hold.seq], endedAtMs);
  if (hold.tells) tellEnds(db, [hold.seq]);
}

/**
 * Writes the records of held instances. Within a transaction.
 *
 * @returns the items that are not held any more
 */
export function checkpoint(
  db: Database,
  holds: ReadonlyMap<string, Hold>,
  items: readonly Progress[],
): Held[] {
  const lost: Held[] = [];
  const found = items.map((item) => holdOf(holds, item));
  const held = stillHeld(db, found.filter((hold) => hold !== undefined));
  const writer = new RecordWriter(db);
  items.forEach((item, i) => {
    const hold = found[i];
    if (hold !== undefined && held.has(hold)) writer.add(hold.seq, item.records);
    else lost.push(item);
  });
  writer.end();
  return lost;
}

/** The hold of the instance, if the claim in question is the one that the consumer has now. */
export function holdOf(
  holds: ReadonlyMap<string, Hold>,
  { instanceId, claim }: Held,
): Hold | undefined {
  const hold = holds.get(instanceId);
  return claim === undefined || claim === hold?.claim ? hold : undefined;
}

/** Those that are held still. Nearly always all are, under one lease: one statement says so. */
export function stillHeld(db: Database, holds: readonly Hold[]): ReadonlySet<Hold> {
  const all = new Set(holds), seqs = new Set(holds.map(({ seq }) => seq));
  const [first] = holds;
  if (first === undefined) return all;
  if (holds.every(({ owner }) => owner === first.owner)) {
    const sql =
      "SELECT count(*) AS held FROM instances WHERE +owner = ? AND seq IN (SELECT value FROM json_each(?))";
    const { held } = db.get<{ held: number }>(sql, first.owner, JSON.stringify([...seqs]))!;
    if (held === seqs.size) return all;
  }
  return new Set(holds.filter((hold) => isHeld(db, hold)));
}

function isHeld(db: Database, { seq, owner }: Hold): boolean {
  return db.get("SELECT 1 FROM instances WHERE seq = ? AND owner = ?", seq, owner) !== undefined;
}

/**
 * Ends what is held. Within a transaction.
 *
 * @returns the items that are not held any more
 */
export function finish(db: Database, holds: ReadonlyMap<string, Hold>, items: readonly Result[]): Held[] {
  const ends = { completed: 0, failed: 0, cancelled: 0 };
  const lost: Held[] = [];
  const told: number[] = [];
  const writer = new RecordWriter(db);
  for (const item of items) {
    const hold = holdOf(holds, item);
    if (!hold || !end(db, hold, item)) {
      lost.push(item);
      continue;
    }
    ends[item.outcome]++;
    if (hold.calls) endCalled(db, [hold.seq], item.endedAtMs);
    if (hold.tells) told.push(hold.seq);
    writer.add(hold.seq, item.records);
  }
  writer.end();
  tellEnds(db, told);
  count(db, "running", lost.length - items.length);
  for (const outcome of ["completed", "failed", "cancelled"] as const) count(db, outcome, ends[outcome]);
  return lost;
}

const END = `
  UPDATE instances SET state = ?, owner = NULL, cancel = NULL, ended_at_ms = ?, reason = ?, output = ?
  WHERE seq = ? AND owner = ?`;

/** As nearly all end: each value that is handed over costs a twentieth of the whole, a text more. */
const COMPLETE = `
  UPDATE instances SET state = 'completed', owner = NULL, cancel = NULL, ended_at_ms = ?, reason = NULL, output = ?
  WHERE seq = ? AND owner = ?`;

function end(db: Database, hold: Hold, { outcome, endedAtMs, reason, output }: Result): boolean {
  if (outcome === "completed" && reason === undefined) {
    return db.run(COMPLETE, endedAtMs, storableOutput(output), hold.seq, hold.owner) > 0;
  }
  return db.run(
    END,
    outcome,
    endedAtMs,
    reason === undefined ? null : storableText(reason),
    storableOutput(output),
    hold.seq,
    hold.owner,
  ) > 0;
}

/**
 * Gives up all that an owner holds: queued again with its progress, or ended if it was to be cancelled and has nothing to undo.
 * Within a transaction.
 */
export function release(db: Database, chains: ChainTable, owner: number, nowMs: number): void {
  releaseCallbacks(db, owner);
  handBack(db, chains, nowMs, "state = 'running' AND owner = ?", owner);
}

/** An instance that is given up, and the name of what it waits for, if any. */
interface GivenUp {
  readonly hold: Hold;
  readonly waitsFor: string | undefined;
}

/**
 * Gives up some held instances, with those that they have called. A called instance in the list is passed over: it goes
 * with its root.
 * Within a transaction.
 *
 * @returns the ids of the instances that were given up
 */
export function releaseSome(
  db: Database,
  chains: ChainTable,
  holds: readonly GivenUp[],
  nowMs: number,
): string[] {
  const still = stillHeld(db, holds.map(({ hold }) => hold));
  const held = holds.filter(({ hold }) => still.has(hold));
  const roots = db.all<{ seq: number }>(
    "SELECT seq FROM instances WHERE seq IN (SELECT value FROM json_each(?)) AND caller IS NULL",
    JSON.stringify(held.map(({ hold: { seq } }) => seq)),
  );
  for (const { hold, waitsFor } of held) {
    if (waitsFor === undefined) continue;
    db.run("UPDATE instances SET waits_for = ? WHERE seq = ?", nameOf(waitsFor), hold.seq); // before it is in the index
  }
  const list = JSON.stringify(withCalled(db, roots.map(({ seq }) => seq)));
  return handBack(db, chains, nowMs, "+state = 'running' AND seq IN (SELECT value FROM json_each(?))", list);
}

/** @param which are meant, of those that run, as SQL with one value. @returns their ids */
function handBack(
  db: Database,
  chains: ChainTable,
  nowMs: number,
  which: string,
  value: number | string,
): string[] {
  const marked = db.all<{ seq: number }>(
    `SELECT seq FROM instances WHERE ${which} AND cancel IS NOT NULL`,
    value,
  );
  const kept = marked.length === 0 ? "[]" : toUndo(db, chains, withCalled(db, marked.map(({ seq }) => seq)));
  const cancelled = db.all<{ seq: number; id: string }>(
    `UPDATE instances SET state = 'cancelled', owner = NULL, ended_at_ms = ?, reason = cancel, cancel = NULL, output = NULL
     WHERE ${which} AND cancel IS NOT NULL AND seq NOT IN (SELECT value FROM json_each(?)) RETURNING seq, id`,
    nowMs,
    value,
    kept,
  );
  countMove(db, "running", "cancelled", cancelled.length);
  if (cancelled.length > 0) {
    const seqs = cancelled.map(({ seq }) => seq);
    endCalled(db, seqs, nowMs);
    tellEnds(db, seqs);
  }
  const queued = db.all<{ id: string }>(
    `UPDATE instances SET state = 'queued', owner = iif(caller IS NULL, NULL, ${WAITS_FOR_CALLER}), resumed = 1
     WHERE ${which} RETURNING id`,
    value,
  );
  countMove(db, "running", "queued", queued.length);
  return [...cancelled, ...queued].map(({ id }) => id);
}
