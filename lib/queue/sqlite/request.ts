import { among, CANCELLABLE, CANCELLED_ON_REQUEST, ENDED, RETRYABLE, RETRYABLE_FROM } from "../filter.ts";
import { type RetryAsked, retryOf } from "../retried.ts";
import { tellEnds } from "./callbacks.ts";
import { rootsOf, toUndo, withCalled } from "./called.ts";
import type { Command, Filter, InstanceState } from "../queue.ts";
import type { AnySettingCommand } from "../setting_changes.ts";
import type { ChainTable } from "./chains.ts";
import { count, countMove } from "./counts.ts";
import type { Database } from "./database.ts";
import { stateAt } from "./delayed.ts";
import { RowReader } from "./row_reader.ts";
import {
  deleteRecord,
  deleteRecords,
  instanceOf,
  readEnds,
  SUBMITTED,
  type SubmittedRow,
  textOf,
} from "./rows.ts";
import { WAITS_FOR_CALLER } from "./schema.ts";
import { changeSettings } from "./settings.ts";

/** A change of the instances of one page, within a transaction. */
export interface Change {
  readonly filter: Filter;
  /** @returns the number of instances that it reached */
  apply(seqs: readonly number[]): number;
}

/** The change that a command makes to the instances it means; undefined for commands that are for consumers only. */
export function changeOf(
  command: Command,
  db: Database,
  chains: ChainTable,
  nowMs: number,
): Change | undefined {
  switch (command.kind) {
    case "cancel":
      return {
        filter: among(CANCELLABLE, command.filter),
        apply: (seqs) => cancel(db, chains, withCalled(db, seqs), command.abort ?? false, nowMs),
      };
    case "retry": {
      const { from } = command;
      const states = from === undefined ? RETRYABLE : RETRYABLE_FROM;
      return {
        filter: among(states, command.filter),
        apply: (seqs) => retry(db, chains, rootsOf(db, seqs), { states, from, atMs: nowMs }),
      };
    }
    case "purge":
      return {
        filter: among(ENDED, command.filter),
        apply: (seqs) => {
          const roots = new Set(rootsOf(db, seqs));
          return forget(db, chains, seqs.filter((seq) => roots.has(seq)));
        },
      };
    default:
      return undefined;
  }
}

/**
 * Ends delayed and queued instances with nothing to undo, and marks the rest: the mark outlives holders. Who holds it is told by a command,
 * and who comes to hold it by the claim.
 */
function cancel(
  db: Database,
  chains: ChainTable,
  seqs: readonly number[],
  abort: boolean,
  nowMs: number,
): number {
  const list = JSON.stringify(seqs);
  const kept = toUndo(db, chains, seqs);
  let ended = 0;
  for (const state of ["delayed", "queued"] as const) {
    const rows = db.run(
      `UPDATE instances SET state = 'cancelled', owner = NULL, ended_at_ms = ?, reason = ?
       WHERE seq IN (SELECT value FROM json_each(?)) AND +state = ? AND seq NOT IN (SELECT value FROM json_each(?))`,
      nowMs,
      CANCELLED_ON_REQUEST,
      list,
      state,
      kept,
    );
    countMove(db, state, "cancelled", rows);
    ended += rows;
  }
  if (ended > 0) tellEnds(db, seqs); // roots among them had not ended before, and others have no callbacks
  const marked = db.run(
    `UPDATE instances SET cancel = ?, abort = max(abort, ?)
     WHERE seq IN (SELECT value FROM json_each(?)) AND +state IN ('queued', 'running')`,
    CANCELLED_ON_REQUEST,
    Number(abort),
    list,
  );
  if (marked > 0) sendCommand(db, { kind: "cancel", filter: {} });
  return ended + marked;
}

type Retried = SubmittedRow & { readonly state: InstanceState };

function retry(
  db: Database,
  chains: ChainTable,
  roots: readonly number[],
  how: RetryAsked & { readonly states: readonly InstanceState[] },
): number {
  const rows = db.all<Retried>(
    `SELECT ${SUBMITTED}, state FROM instances WHERE seq IN (SELECT value FROM json_each(?))`,
    JSON.stringify(roots),
  );
  const meant = rows.filter(({ state }) => how.states.includes(state));
  return meant.filter((row) => retryTree(db, chains, row, null, how)).length;
}

/** @returns false if it has no such node */
function retryTree(
  db: Database,
  chains: ChainTable,
  row: Retried,
  owner: number | null,
  asked: RetryAsked,
): boolean {
  const { seq, state } = row;
  const reader = new RowReader("quick"); // what cannot be read stays as it is: whoever takes it finds that out
  const before = instanceOf(row, chains.show(row.chain), reader);
  const ends = readEnds(db, seq);
  const retry = retryOf(before, ends, asked), { atMs } = asked;
  if (retry === undefined) return false;
  const { instance: { generations, retriedAtMs }, isFresh } = retry;
  const called = db.all<Retried>(`SELECT ${SUBMITTED}, state FROM instances WHERE caller = ?`, seq);
  for (const child of called) {
    const parent = reader.parent(child.parent);
    const fate = parent === undefined ? "retried" : retry.ofCalled(parent.node);
    if (fate === "forgotten") forget(db, chains, [child.seq]);
    else if (fate === "retried" && RETRYABLE.includes(child.state)) {
      retryTree(db, chains, child, WAITS_FOR_CALLER, { atMs });
    }
  }
  for (const end of ends) if (retry.isForgotten(end)) deleteRecord(db, seq, end);
  const begins = owner === null ? stateAt(before, atMs) : "queued"; // it may have been cancelled before it was due
  countMove(db, state, begins, 1);
  db.run(
    `UPDATE instances SET state = ?, owner = ?, waits_for = NULL, abort = 0, resumed = ?, ended_at_ms = NULL, reason = NULL,
       output = NULL, generations = ?, retried_at_ms = ?
     WHERE seq = ?`,
    begins,
    owner,
    Number(!isFresh),
    textOf(generations),
    textOf(retriedAtMs),
    seq,
  );
  return true;
}

/** Removes instances, what they have called, and what belongs to them. Within a transaction. */
export function forget(db: Database, chains: ChainTable, seqs: readonly number[]): number {
  const gone = db.all<{ seq: number; state: InstanceState; chain: number }>(
    "DELETE FROM instances WHERE seq IN (SELECT value FROM json_each(?)) RETURNING seq, state, chain",
    JSON.stringify(withCalled(db, seqs)),
  );
  for (const { seq, state, chain } of gone) {
    deleteRecords(db, seq);
    count(db, state, -1);
    chains.count(chain, -1);
  }
  chains.purge();
  return gone.length;
}

/** A command that consumers are told. */
export type SentCommand = AnySettingCommand | Extract<Command, { kind: "cancel" }>;

/** Number of commands that are kept for consumers that listen late. By number, not by age: clocks of processes differ. */
const KEPT_COMMANDS = 1000;

/** Leaves a command for the consumers, and what it sets for those to come. Within a transaction. */
export function sendCommand(db: Database, command: SentCommand): void {
  if (command.kind !== "cancel") changeSettings(db, command);
  const sql = "INSERT INTO commands (command) VALUES (?) RETURNING seq";
  const { seq } = db.get<{ seq: number }>(sql, JSON.stringify({ kind: command.kind }))!; // listeners look what has changed
  db.run("DELETE FROM commands WHERE seq <= ?", seq - KEPT_COMMANDS);
}
