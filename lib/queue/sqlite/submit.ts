import { type Instance, isIdOfCall, type JsonText, possibleCallers } from "../../model/mod.ts";
import { type Content, PushTally } from "../content.ts";
import type { Pushed } from "../queue.ts";
import { leaseLost } from "../errors.ts";
import { definitionOfSubmitted } from "../submission.ts";
import type { ChainTable } from "./chains.ts";
import { count } from "./counts.ts";
import { stateAt } from "./delayed.ts";
import type { Database } from "./database.ts";
import { callbackText } from "./callbacks.ts";
import { type Hold, stillHeld } from "./hold.ts";
import { labelsText, textOf } from "./rows.ts";

const INSERT = `
  INSERT INTO instances
    (id, chain, args, parent, labels, submitted_at_ms, due_at_ms, priority, weight, deadline_ms, generations, retried_at_ms,
     traceparent, tracestate, callback, state, owner, caller)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`;

/** The result of a push, and this consumer's holds of the called instances. */
export interface Submitted {
  readonly pushed: Pushed;
  readonly holds: ReadonlyMap<string, Hold>;
}

/**
 * Queues the instances whose ids are new, now or when they are due; those that others have called go to the holder of these. Within a transaction.
 *
 * @param holds the holds of this consumer
 * @throws {QueueError} `lease-lost`, if it does not hold the caller; `id-conflict`
 */
export function submit(
  db: Database,
  chains: ChainTable,
  instances: readonly Instance[],
  holds: ReadonlyMap<string, Hold>,
  nowMs: number,
): Submitted {
  checkCallers(db, instances, holds);
  const keys = new Map<string, number>();
  const added = new Map<number, number>();
  const held = new Map<string, Hold>();
  const tally = new PushTally();
  const rowsOf = { delayed: 0, queued: 0, running: 0 };
  for (const instance of instances) {
    const under = instance.parent === undefined ? callerUnder(db, chains, instance.id) : undefined;
    if (under !== undefined) {
      tally.belongsTo(instance.id, under);
      continue;
    }
    const definition = definitionOfSubmitted(instance);
    let key = keys.get(definition.hash);
    if (key === undefined) keys.set(definition.hash, key = chains.keyOf(definition));
    const caller = instance.parent && holds.get(instance.parent.instance);
    const state = caller !== undefined ? "running" : stateAt(instance, nowMs);
    const rows = db.run(
      INSERT,
      instance.id,
      key,
      instance.args ?? null,
      textOf(instance.parent),
      labelsText(instance.labels),
      instance.submittedAtMs,
      instance.dueAtMs ?? null,
      instance.priority,
      instance.weight,
      instance.deadlineMs === Infinity ? null : instance.deadlineMs,
      textOf(instance.generations),
      textOf(instance.retriedAtMs),
      instance.traceparent ?? null,
      instance.tracestate ?? null,
      callbackText(instance.callback),
      state,
      caller?.owner ?? null,
      caller?.seq ?? null,
    );
    if (rows > 0) tally.add();
    else tally.exists(instance, knownContent(db, instance.id));
    added.set(key, (added.get(key) ?? 0) + rows);
    rowsOf[state] += rows;
    if (caller !== undefined) {
      caller.calls = true;
      const { seq } = db.get<{ seq: number }>("SELECT seq FROM instances WHERE id = ?", instance.id)!;
      held.set(instance.id, { seq, owner: caller.owner, claim: caller.claim, calls: false, tells: false });
    }
  }
  for (const [key, rows] of added) chains.count(key, rows);
  for (const state of ["delayed", "queued", "running"] as const) count(db, state, rowsOf[state]);
  return { pushed: tally.result(`the queue ${db.path}`), holds: held };
}

function knownContent(db: Database, id: string): Content {
  const { chain, args, caller } = db.get<{ chain: string; args: JsonText | null; caller: string | null }>(
    `SELECT c.name AS chain, i.args, by.id AS caller FROM instances i JOIN chains c ON c.key = i.chain
       LEFT JOIN instances by ON by.seq = i.caller
     WHERE i.id = ?`,
    id,
  )!;
  return { chain, args: args ?? undefined, caller: caller ?? undefined };
}

/** The instance that calls a chain under an id which is new, or may come to. */
function callerUnder(db: Database, chains: ChainTable, id: string): string | undefined {
  const callers = possibleCallers(id);
  if (callers.length === 0) return undefined;
  if (db.get("SELECT 1 FROM instances WHERE id = ?", id) !== undefined) return undefined;
  const sql = "SELECT id, chain FROM instances WHERE id IN (SELECT value FROM json_each(?))";
  return db.all<{ id: string; chain: number }>(sql, JSON.stringify(callers))
    .find((row) => isIdOfCall(id, { id: row.id, chain: chains.show(row.chain) }))?.id;
}

function checkCallers(db: Database, instances: readonly Instance[], holds: ReadonlyMap<string, Hold>): void {
  const called = instances.filter(({ parent }) => parent !== undefined);
  if (called.length === 0) return;
  const callers = called.map(({ parent }) => holds.get(parent!.instance));
  const held = stillHeld(db, callers.filter((hold) => hold !== undefined));
  const lost = called.filter((_, i) => callers[i] === undefined || !held.has(callers[i]));
  if (lost.length > 0) throw leaseLost(`the queue ${db.path}`, lost.map(({ id }) => id));
}
