import type { SQLInputValue } from "node:sqlite";
import { cursorText, type InstanceLine, type InstancePage, type PageOptions, readCursor } from "../page.ts";
import type { Filter, InstanceState } from "../queue.ts";
import type { Database } from "./database.ts";
import { RowReader } from "./row_reader.ts";
import { conditionsOf, stateConditions } from "./select.ts";

/** Most instances that one page looks at; its filter may mean few of them. */
const LOOKED_AT = 5000;

interface LineRow {
  readonly seq: number;
  readonly id: string;
  readonly chain: string | null;
  readonly state: InstanceState;
  readonly labels: string | null;
  readonly submitted_at_ms: number;
  readonly due_at_ms: number | null;
  readonly priority: number;
  readonly deadline_ms: number | null;
  readonly parent: string | null;
  readonly reason: string | null;
  readonly ended_at_ms: number | null;
}

/** A page of a list: it goes by `seq`, the order of submission, from where the page before has ended. */
export function readPage(db: Database, filter: Filter, options: PageOptions): InstancePage {
  const { conditions, values } = conditionsOf(filter);
  const most = conditions.length === 0 ? options.limit + 1 : LOOKED_AT;
  const looked = candidates(db, filter, options, most);
  const rows = rowsOf(db, looked, { conditions, values }, options);
  const hasMore = rows.length > options.limit;
  const lines = rows.slice(0, options.limit);
  const last = hasMore ? lines.at(-1)!.seq : looked.length === most ? looked.at(-1)! : undefined;
  return { lines: lines.map(lineOfRow), ...last !== undefined && { next: cursorText([last]) } };
}

/** The instances that the page looks at: by states, caller or ids: each has an index. */
function candidates(
  db: Database,
  { states, parent, ids }: Filter,
  { after, newestFirst = false }: PageOptions,
  most: number,
): number[] {
  const values: SQLInputValue[] = [];
  const from = after === undefined ? undefined : readCursor(after, 1)[0]!;
  // Of a few ids each has its place: SQLite would rather read all that are in these states.
  const byState = ids === undefined ? states : undefined;
  const arms = (byState === undefined ? [undefined] : [...new Set(byState)]).flatMap(stateConditions).map(
    (condition) => {
      const conditions = [condition];
      if (from !== undefined) {
        conditions.push(`seq ${newestFirst ? "<" : ">"} ?`);
        values.push(from);
      }
      if (parent !== undefined) {
        conditions.push("caller = (SELECT seq FROM instances WHERE id = ?)");
        values.push(parent);
      }
      if (ids !== undefined) {
        conditions.push("id IN (SELECT value FROM json_each(?))");
        values.push(JSON.stringify(ids));
        if (states !== undefined) {
          conditions.push("+state IN (SELECT value FROM json_each(?))");
          values.push(JSON.stringify(states));
        }
      }
      return `SELECT seq FROM instances WHERE ${conditions.join(" AND ")}`;
    },
  );
  if (arms.length === 0) return [];
  const sql = `${arms.join(" UNION ALL ")} ORDER BY seq ${newestFirst ? "DESC" : "ASC"} LIMIT ${most}`;
  return db.all<{ seq: number }>(sql, ...values).map(({ seq }) => seq);
}

function rowsOf(
  db: Database,
  looked: readonly number[],
  { conditions, values }: ReturnType<typeof conditionsOf>,
  { limit, newestFirst = false }: PageOptions,
): LineRow[] {
  const sql =
    `SELECT i.seq, i.id, c.name AS chain, i.state, i.labels, i.submitted_at_ms, i.due_at_ms, i.priority,
      i.deadline_ms, i.parent, i.reason, i.ended_at_ms
    FROM instances i LEFT JOIN chains c ON c.key = i.chain
    WHERE ${["i.seq IN (SELECT value FROM json_each(?))", ...conditions].join(" AND ")}
    ORDER BY i.seq ${newestFirst ? "DESC" : "ASC"} LIMIT ?`;
  return db.all<LineRow>(sql, JSON.stringify(looked), ...values, limit + 1);
}

function lineOfRow(row: LineRow): InstanceLine {
  const reader = new RowReader("quick");
  const parent = reader.parent(row.parent);
  return {
    id: row.id,
    chain: row.chain ?? "unknown",
    state: row.state,
    labels: reader.labels(row.labels) ?? {},
    submittedAtMs: reader.instant("submitted_at_ms", row.submitted_at_ms),
    priority: row.priority,
    deadlineMs: row.deadline_ms ?? Infinity,
    ...row.due_at_ms !== null && { dueAtMs: reader.instant("due_at_ms", row.due_at_ms) },
    ...parent !== undefined && { parent },
    ...row.reason !== null && { reason: row.reason },
    ...row.ended_at_ms !== null && { endedAtMs: reader.instant("ended_at_ms", row.ended_at_ms) },
  };
}
