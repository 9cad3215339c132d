import type { SQLInputValue } from "node:sqlite";
import type { Filter, InstanceState } from "../queue.ts";
import type { Database } from "./database.ts";
import { WAITS_FOR_CALLER } from "./schema.ts";

/** Most instances that one statement looks at: those that a filter does not mean are passed over in steps, too. */
const LOOKED_AT = 1000;

/**
 * Goes through the instances that a filter means, oldest first, a page at a time; other work goes on between pages. Each is
 * looked at once; what is submitted after the start is not.
 */
export class Selection {
  readonly #db: Database;
  readonly #filter: Filter;
  readonly #last: number;
  /** If ids, or a caller, were given: which of them are left to be looked at. */
  readonly #ids: number[] | undefined;
  #after = 0;
  #left: number;

  constructor(db: Database, filter: Filter) {
    this.#db = db;
    this.#filter = filter;
    this.#left = filter.limit ?? Infinity;
    this.#last = db.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM instances")?.seq ?? 0;
    if (filter.parent !== undefined) {
      const sql =
        "SELECT seq, id FROM instances WHERE caller = (SELECT seq FROM instances WHERE id = ?) ORDER BY seq";
      const called = db.all<{ seq: number; id: string }>(sql, filter.parent);
      this.#ids = called.filter(({ id }) => filter.ids?.includes(id) ?? true).map(({ seq }) => seq);
    } else if (filter.ids) {
      const sql = "SELECT seq FROM instances WHERE id IN (SELECT value FROM json_each(?)) ORDER BY seq";
      this.#ids = db.all<{ seq: number }>(sql, JSON.stringify(filter.ids)).map(({ seq }) => seq);
    }
  }

  /** The next page, which may be empty; undefined when there are no more. */
  next(): number[] | undefined {
    if (this.#left <= 0) return undefined;
    const looked = this.#candidates();
    if (looked.length === 0) return undefined;
    this.#after = looked.at(-1)!;
    const meant = this.#meant(looked).slice(0, this.#left);
    this.#left -= meant.length;
    return meant;
  }

  #candidates(): number[] {
    if (this.#ids) {
      return this.#ids.splice(0, LOOKED_AT);
    }
    const values: SQLInputValue[] = [];
    const range = "seq > ? AND seq <= ?";
    const states = this.#filter.states ? unique(this.#filter.states) : [undefined];
    const arms = states.flatMap(stateConditions).map((condition) => {
      values.push(this.#after, this.#last);
      return `SELECT seq FROM instances WHERE ${condition} AND ${range}`;
    });
    if (arms.length === 0) return [];
    const sql = `${arms.join(" UNION ALL ")} ORDER BY seq LIMIT ${LOOKED_AT}`;
    return this.#db.all<{ seq: number }>(sql, ...values).map(({ seq }) => seq);
  }

  #meant(looked: number[]): number[] {
    const { states } = this.#filter, own = conditionsOf(this.#filter);
    const conditions = ["i.seq IN (SELECT value FROM json_each(?))", ...own.conditions];
    const values = [JSON.stringify(looked), ...own.values];
    if (states) {
      conditions.push("+i.state IN (SELECT value FROM json_each(?))");
      values.push(JSON.stringify(states));
    }
    if (conditions.length === 1) return looked;
    const sql = `SELECT i.seq FROM instances i WHERE ${conditions.join(" AND ")} ORDER BY i.seq`;
    return this.#db.all<{ seq: number }>(sql, ...values).map(({ seq }) => seq);
  }
}

/** The conditions on instances `i` for the parts of a filter that no index serves: chain and labels. */
export function conditionsOf({ chain, labels = {} }: Filter): {
  readonly conditions: readonly string[];
  readonly values: readonly SQLInputValue[];
} {
  const conditions: string[] = [], values: SQLInputValue[] = [];
  if (chain !== undefined) {
    conditions.push("i.chain IN (SELECT key FROM chains WHERE name = ?)");
    values.push(chain);
  }
  for (const [key, text] of Object.entries(labels)) {
    conditions.push(
      "instr(i.labels, ?) > 0", // most rows are passed over by this, and never parsed
      "EXISTS (SELECT 1 FROM json_each(iif(json_valid(i.labels), i.labels, NULL)) l WHERE l.key = ? AND l.value = ?)",
    );
    values.push(`${JSON.stringify(key)}:${JSON.stringify(text)}`, key, text);
  }
  return { conditions, values };
}

/** By the index: only what is running has an owner. The text goes into the statement, so it is taken from here. */
export function stateConditions(state: InstanceState | undefined): string[] {
  switch (state) {
    case undefined:
      return ["true"];
    case "delayed":
      return ["state = 'delayed' AND owner IS NULL"];
    case "running":
      return ["state = 'running'"];
    case "queued":
      return ["state = 'queued' AND owner IS NULL", `state = 'queued' AND owner = ${WAITS_FOR_CALLER}`];
    case "completed":
    case "failed":
    case "cancelled":
      return [`state = '${state}' AND owner IS NULL`];
    default:
      throw new TypeError(`Cannot select instances: there is no state "${state}"`);
  }
}

function unique<T>(list: readonly T[]): T[] {
  return [...new Set(list)];
}
