import { OTHER } from "../live_view.ts";
import type { Look, ObservedConsumer } from "../fold.ts";
import { type Counter, COUNTERS, numbersBy } from "../counting/columns.ts";
import { bucketsIn } from "../counting/histogram.ts";
import type { WorkRow, WorkSummary } from "../counting/summary.ts";

/** The tables of names in a summary; `all` has one row. */
export type TableName = "all" | "chains" | "functions" | "values";

/** All that was counted of one name since this process began to look. */
export interface Total {
  readonly counters: Record<Counter, number>;
  /** Queueing times by bucket: bucket `i` is above 2^((i-1)/4) s, up to and with 2^(i/4) s. */
  readonly queueing: Map<number, number>;
  /** When a consumer told of it last, in milliseconds since 1970. */
  seenAtMs: number;
}

/** Most names of a table with a total of their own; later ones count as {@linkcode OTHER}. */
export const MOST_NAMES = 50;
/** A name that no consumer has told of for this time is forgotten, so that others have room, in milliseconds. */
const FORGOTTEN_MS = 3_600_000;
/** Most consumers whose last counts are remembered, those that are gone too: one that was silent goes on counting. */
const MOST_CONSUMERS = 2000;

type Seen = ReadonlyMap<string | undefined, WorkRow>;

/** The rows that a consumer had at the last look. */
interface Known {
  readonly sinceMs: number;
  readonly rows: Readonly<Record<TableName, Seen>>;
}

/**
 * Adds up what all consumers count, from look to look. A consumer's counters begin at 0 and end with it; these only grow, so that
 * rates can be taken of them whoever comes and goes.
 */
export class Totals {
  /** The label whose values were told last; a new one begins at 0. */
  #label: string | undefined;
  readonly #tables: Record<TableName, Map<string, Total>> = {
    ...{ all: new Map(), chains: new Map(), functions: new Map(), values: new Map() },
  };
  /** By the ids of consumers, those seen last at the end. */
  readonly #known = new Map<string, Known>();

  /** Takes in what consumers have counted until a look. */
  add({ consumers, atMs }: Look): void {
    for (const table of Object.values(this.#tables)) {
      for (const [name, { seenAtMs }] of table) if (atMs - seenAtMs > FORGOTTEN_MS) table.delete(name);
    }
    for (const each of consumers) this.#addConsumer(each, atMs);
    for (const [id] of this.#known) {
      if (this.#known.size <= MOST_CONSUMERS) break;
      this.#known.delete(id);
    }
  }

  /** The totals of a table, by name. */
  of(table: TableName): ReadonlyMap<string, Total> {
    return this.#tables[table];
  }

  /** The label whose values are told apart; undefined: none is. */
  get label(): string | undefined {
    return this.#label;
  }

  #addConsumer({ consumer: { id }, work }: ObservedConsumer, atMs: number): void {
    if (work === undefined) return;
    if (work.label !== undefined && work.label !== this.#label) {
      this.#label = work.label;
      this.#tables.values.clear();
    }
    const before = this.#known.get(id), rows = rowsIn(work);
    const isNew = before === undefined || before.sinceMs !== work.sinceMs;
    const all = differenceOf(work.all, isNew ? undefined : before.rows.all.get(undefined));
    addTo(this.#totalOf("all", OTHER, atMs), all);
    for (const table of TABLES) {
      if (table === "values" && work.label !== this.#label) continue;
      this.#addTable(table, rows[table], isNew ? undefined : before.rows[table], all, atMs);
    }
    this.#known.delete(id);
    this.#known.set(id, { sinceMs: work.sinceMs, rows });
  }

  /** Adds rows by name. All else of what the consumer has done counts as the rest: also of rows that have gone since the last look. */
  #addTable(table: TableName, rows: Seen, former: Seen | undefined, all: Difference, atMs: number): void {
    let left = all;
    for (const [name, row] of rows) {
      if (name === undefined) continue;
      const difference = differenceOf(row, former?.get(name));
      addTo(this.#totalOf(table, name, atMs), difference);
      left = less(left, difference);
    }
    if (rows.has(undefined) || left.counters.started + left.counters.ok + left.counters.failed > 0) {
      addTo(this.#totalOf(table, OTHER, atMs), left);
    }
  }

  #totalOf(table: TableName, name: string, atMs: number): Total {
    const totals = this.#tables[table], isKnown = totals.has(name) || totals.size < MOST_NAMES;
    const key = isKnown ? name : OTHER;
    let total = totals.get(key);
    if (total === undefined) {
      totals.set(
        key,
        total = { counters: numbersBy(COUNTERS, () => 0), queueing: new Map(), seenAtMs: atMs },
      );
    }
    total.seenAtMs = atMs;
    return total;
  }
}

const TABLES = ["chains", "functions", "values"] as const satisfies readonly TableName[];

function rowsIn({ all, chains, functions, values = [] }: WorkSummary): Known["rows"] {
  const byName = (rows: readonly WorkRow[]): Seen => new Map(rows.map((row) => [row.name, row]));
  return {
    all: byName([all]),
    chains: byName(chains),
    functions: byName(functions),
    values: byName(values),
  };
}

/** The counts between two looks. */
interface Difference {
  readonly counters: Readonly<Record<Counter, number>>;
  readonly queueing: ReadonlyMap<number, number>;
}

/** The difference of a row from its former state; a row whose counters are lower has begun once more. */
function differenceOf({ numbers, queueing = [] }: WorkRow, former: WorkRow | undefined): Difference {
  const isSame = former !== undefined &&
    COUNTERS.every((counter) => numbers[counter] >= former.numbers[counter]);
  const base = isSame ? former : undefined, before = new Map(bucketsIn(base?.queueing ?? []));
  return {
    counters: numbersBy(COUNTERS, (counter) => numbers[counter] - (base?.numbers[counter] ?? 0)),
    queueing: new Map(
      [...bucketsIn(queueing)].map((
        [bucket, count],
      ) => [bucket, Math.max(0, count - (before.get(bucket) ?? 0))]),
    ),
  };
}

/** A difference less a part of it; never below 0, as numbers are rounded. */
function less({ counters, queueing }: Difference, part: Difference): Difference {
  return {
    counters: numbersBy(COUNTERS, (counter) => Math.max(0, counters[counter] - part.counters[counter])),
    queueing: new Map(
      [...queueing].map(([bucket, count]) => [bucket, Math.max(0, count - (part.queueing.get(bucket) ?? 0))]),
    ),
  };
}

function addTo({ counters, queueing }: Total, difference: Difference): void {
  for (const counter of COUNTERS) counters[counter] += difference.counters[counter];
  for (const [bucket, more] of difference.queueing) {
    if (more > 0) queueing.set(bucket, (queueing.get(bucket) ?? 0) + more);
  }
}
