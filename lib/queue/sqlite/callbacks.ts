import {
  type Callback,
  type InstanceOutcome,
  isCallback,
  isObject,
  type JsonText,
  NO_LABELS,
  parseJson,
} from "../../model/mod.ts";
import {
  type CallbackCounts,
  type CallbackFilter,
  type CallbackRoom,
  type CallbackState,
  type CallbackView,
  originOf,
  type SettledCallback,
  type TakenCallback,
  type ToldEnd,
} from "../callbacks.ts";
import { storableText } from "../submission.ts";
import type { Database } from "./database.ts";

/** A callback as it is stored with its instance: with the origin of its URL, as the outbox is searched by it. */
export function callbackText(callback: Callback | undefined): string | null {
  return callback === undefined ? null : JSON.stringify({ ...callback, origin: originOf(callback) });
}

const TELL = `
  INSERT INTO callbacks
    (id, instance, chain, labels, outcome, reason, output, submitted_at_ms, ended_at_ms, since_ms, callback, origin)
  SELECT
    'msg_' || lower(hex(randomblob(16))), i.id, ifnull((SELECT name FROM chains c WHERE c.key = i.chain), 'unknown'),
    i.labels, i.state, i.reason, i.output, i.submitted_at_ms, i.ended_at_ms, i.ended_at_ms, i.callback,
    ifnull(json_extract(i.callback, '$.origin'), '')
  FROM instances i
  WHERE i.seq IN (SELECT value FROM json_each(?)) AND +i.state IN ('completed', 'failed', 'cancelled')
    AND i.callback IS NOT NULL AND json_valid(i.callback)
    AND (json_type(i.callback, '$.on') IS NULL OR i.state IN (SELECT value FROM json_each(i.callback, '$.on')))
  ORDER BY i.seq`;

/**
 * Puts the callbacks of instances into the outbox that have just ended; whatever ends instances calls this in the same transaction.
 *
 * @param seqs of instances; those without a callback, and those that have not ended, are passed over
 */
export function tellEnds(db: Database, seqs: readonly number[]): void {
  if (seqs.length > 0) db.run(TELL, JSON.stringify(seqs));
}

interface Row {
  readonly key: number;
  readonly id: string;
  readonly instance: string;
  readonly chain: string;
  readonly labels: string | null;
  readonly outcome: InstanceOutcome;
  readonly reason: string | null;
  readonly output: string | null;
  readonly submitted_at_ms: number;
  readonly ended_at_ms: number;
  readonly callback: string;
  readonly state: CallbackState;
  readonly attempts: number;
  readonly at_ms: number;
  readonly since_ms: number;
  readonly failure: string | null;
}

/** An origin for which callbacks wait, and when the next one is due, in milliseconds since 1970. */
interface Due {
  readonly origin: string;
  readonly atMs: number;
}

const WAITING = "INDEXED BY callbacks_due WHERE state = 'waiting' AND owner IS NULL";
const ANY = `SELECT 1 FROM callbacks ${WAITING} LIMIT 1`;
/** From origin to origin by the index: however many wait for one, it costs the same. */
const DUE = `
  WITH RECURSIVE origins (origin) AS (
    SELECT min(origin) FROM callbacks ${WAITING}
    UNION ALL
    SELECT (SELECT min(origin) FROM callbacks ${WAITING} AND origin > o.origin) FROM origins o WHERE o.origin IS NOT NULL
  )
  SELECT origin, (SELECT min(at_ms) FROM callbacks ${WAITING} AND origin = o.origin) AS atMs
  FROM origins o WHERE origin IS NOT NULL`;

/** Whether any callback is to be delivered by somebody. */
export function anyCallbackWaits(db: Database): boolean {
  return db.get(ANY) !== undefined;
}

/** The origins with room for which callbacks wait, those that have waited longest first. */
export function dueCallbacks(db: Database, room: CallbackRoom): Due[] {
  if (room.max <= 0 || !anyCallbackWaits(db)) return [];
  return db.all<Due>(DUE).filter(({ origin }) => room.of(origin) > 0).sort((a, b) => a.atMs - b.atMs);
}

const TAKE = `
  UPDATE callbacks SET owner = ? WHERE key IN (
    SELECT key FROM callbacks ${WAITING} AND origin = ? AND at_ms <= ? ORDER BY at_ms LIMIT ?)
  RETURNING *`;

/** Takes callbacks that are due for an owner. Within a transaction. */
export function takeCallbacks(
  db: Database,
  owner: number,
  room: CallbackRoom,
  nowMs: number,
): TakenCallback[] {
  const taken: TakenCallback[] = [];
  for (const { origin, atMs } of dueCallbacks(db, room)) {
    const most = Math.min(room.of(origin), room.max - taken.length);
    if (most <= 0 || atMs > nowMs) break;
    const rows = db.all<Row>(TAKE, owner, origin, nowMs, most);
    rows.sort((a, b) => a.key - b.key); // RETURNING promises no order
    for (const row of rows) {
      const callback = readCallback(row);
      if (callback === undefined) setAside(db, row, nowMs);
      else taken.push(takenOf(row, callback));
    }
  }
  return taken;
}

function takenOf(row: Row, callback: Callback): TakenCallback {
  const { id, attempts, since_ms: sinceMs, output } = row;
  const isJson = output !== null && parseJson(output) !== undefined; // else the file was edited
  const end = { ...endOf(row), ...isJson && { output: output as JsonText } };
  return { id, callback, end, attempts, sinceMs };
}

function endOf(row: Row): Omit<ToldEnd, "output"> {
  const labels = row.labels === null ? undefined : parseJson(row.labels)?.value;
  return {
    instance: row.instance,
    chain: row.chain,
    labels: isObject(labels) ? labels as Record<string, string> : NO_LABELS,
    outcome: row.outcome,
    ...row.reason !== null && { reason: row.reason },
    submittedAtMs: row.submitted_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}

/** Undefined if somebody has edited the file. */
function readCallback(row: Row): Callback | undefined {
  const value = parseJson(row.callback)?.value;
  const { origin: _, ...callback } = isObject(value) ? value : {};
  return isCallback(callback) ? callback : undefined;
}

function setAside(db: Database, { id, attempts }: Row, atMs: number): void {
  const failure = "Cannot read the callback as it is stored: the file was edited or damaged";
  write(db, { id, attempts, atMs, failure, state: "given-up" });
}

/** Writes the outcomes of attempts of an owner. Within a transaction. */
export function settleCallbacks(
  db: Database,
  owner: number | undefined,
  settled: readonly SettledCallback[],
): void {
  const holds = "SELECT 1 FROM callbacks WHERE id = ? AND owner = ?";
  for (const each of settled) {
    if (owner !== undefined && db.get(holds, each.id, owner) !== undefined) write(db, each);
  }
}

function write(db: Database, { id, state, attempts, atMs, failure }: SettledCallback): void {
  db.run(
    `UPDATE callbacks SET owner = NULL, state = ?, attempts = ?, at_ms = ?, failure = ?,
       output = iif(? = 'delivered', NULL, output)
     WHERE id = ?`,
    state,
    attempts,
    atMs,
    failure === undefined ? null : storableText(failure),
    state,
    id,
  );
}

/** Has callbacks be delivered after all that were given up. Within a transaction. @returns their number */
export function retryCallbacks(db: Database, ids: readonly string[], nowMs: number): number {
  return db.run(
    `UPDATE callbacks SET state = 'waiting', attempts = 0, at_ms = ?, since_ms = ?, failure = NULL
     WHERE id IN (SELECT value FROM json_each(?)) AND +state = 'given-up'`,
    nowMs,
    nowMs,
    JSON.stringify(ids),
  );
}

/** Gives up all that an owner has taken. Within a transaction. */
export function releaseCallbacks(db: Database, owner: number): void {
  db.run("UPDATE callbacks SET owner = NULL WHERE owner = ?", owner);
}

const OLD = "INDEXED BY callbacks_settled WHERE state <> 'waiting' AND at_ms < ?";
/** Most settled callbacks that one transaction removes. */
const REMOVED_AT_ONCE = 500;

/** Whether any callback was settled before an instant, in milliseconds since 1970. */
export function anySettledBefore(db: Database, instantMs: number): boolean {
  return db.get(`SELECT 1 FROM callbacks ${OLD} LIMIT 1`, instantMs) !== undefined;
}

/** Forgets some callbacks that were settled before an instant. Within a transaction. */
export function forgetSettled(db: Database, instantMs: number): void {
  const sql =
    `DELETE FROM callbacks WHERE key IN (SELECT key FROM callbacks ${OLD} LIMIT ${REMOVED_AT_ONCE})`;
  db.run(sql, instantMs);
}

/** The texts of a list that is given as JSON. */
const LISTED = "SELECT value FROM json_each(?)";

/** Callbacks that a filter means behind a key, oldest first: a page of them, with their keys. */
export function readCallbacks(
  db: Database,
  filter: CallbackFilter,
  after: number,
  limit: number,
): { readonly key: number; readonly view: CallbackView }[] {
  const { arms, values } = armsOf(filter);
  if (arms.length === 0) return [];
  const each = arms.map((conditions) => `SELECT * FROM callbacks ${conditions} AND key > ?`);
  const sql = `${each.join(" UNION ALL ")} ORDER BY key LIMIT ?`;
  const rows = db.all<Row>(sql, ...values.flatMap((own) => [...own, after]), limit);
  return rows.map((row) => ({ key: row.key, view: viewOf(row) }));
}

/** Those that were not delivered, each state in the order of the keys. */
const OPEN = "INDEXED BY callbacks_open WHERE state <> 'delivered'";

/** Conditions that together find what a filter means, each by an index, and the values of each. */
function armsOf({ ids, states }: CallbackFilter): { readonly arms: string[]; readonly values: string[][] } {
  if (ids !== undefined) {
    const found = `SELECT key FROM callbacks WHERE id IN (${LISTED})
      UNION SELECT key FROM callbacks WHERE instance IN (${LISTED})`;
    const arm = `WHERE key IN (${found})${states === undefined ? "" : ` AND +state IN (${LISTED})`}`;
    const lists = [ids, ids, ...states === undefined ? [] : [states]];
    return { arms: [arm], values: [lists.map((list) => JSON.stringify(list))] };
  }
  if (states === undefined) return { arms: ["WHERE true"], values: [[]] };
  // Most are delivered ones: where these are meant, nearly all that is passed is listed.
  if (states.includes("delivered")) {
    return { arms: [`WHERE +state IN (${LISTED})`], values: [[JSON.stringify(states)]] };
  }
  const each = [...new Set(states)];
  return { arms: each.map(() => `${OPEN} AND state = ?`), values: each.map((state) => [state]) };
}

function viewOf(row: Row): CallbackView {
  const { id, state, attempts, at_ms: atMs, failure } = row;
  return {
    ...{ id, state, attempts, atMs },
    ...failure !== null && { failure },
    callback: readCallback(row) ?? { url: "" },
    end: endOf(row),
  };
}

/** Counts callbacks. */
export function countCallbacks(db: Database): CallbackCounts {
  const count = (condition: string) =>
    db.get<{ n: number }>(`SELECT count(*) AS n FROM callbacks ${OPEN} AND ${condition}`)!.n;
  return { waiting: count("state = 'waiting'"), givenUp: count("state = 'given-up'") };
}
