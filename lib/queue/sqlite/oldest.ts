import type { Kind, PullBounds } from "../queue.ts";
import { PullBudget } from "../weight.ts";
import { withCalled } from "./called.ts";
import type { ChainTable } from "./chains.ts";
import type { Database } from "./database.ts";
import { labelsText, recordsLength } from "./rows.ts";

const COLUMNS = "seq, resumed, ifnull(octet_length(args), 0) AS length";
const OLDEST = `
  SELECT ${COLUMNS} FROM instances WHERE state = 'queued' AND owner IS NULL ORDER BY seq LIMIT ?`;
/** Of one kind after the other: finding the oldest of all would be to read them all. */
const BETWEEN = `
  SELECT ${COLUMNS} FROM instances INDEXED BY by_kind
  WHERE state = 'queued' AND owner IS NULL AND kind > ? AND kind < ? ORDER BY kind, seq LIMIT ?`;
/** Kinds begin with the number of a chain. */
const BEFORE_ALL = "", BEHIND_ALL = ":";

interface OldestRow {
  readonly seq: number;
  readonly resumed: number;
  readonly length: number;
}

/**
 * The oldest queued instances: at most `max`, and no more than are as long together as is said. Their texts are not read for
 * that, as SQLite keeps the length of each beside it.
 */
export function oldestQueued(
  db: Database,
  chains: ChainTable,
  max: number,
  { maxCharacters, passOver = [] }: PullBounds,
): number[] {
  const budget = new PullBudget(max, maxCharacters);
  const seqs: number[] = [];
  for (const { seq, resumed, length } of rowsOf(db, kindTexts(db, chains, passOver), max)) {
    if (!budget.takes(resumed === 0 ? length : length + resumedLength(db, seq))) break;
    seqs.push(seq);
  }
  return seqs;
}

/** Whether there is anything to take; much cheaper than a transaction. */
export function anyQueued(db: Database, chains: ChainTable, { passOver = [] }: PullBounds): boolean {
  return rowsOf(db, kindTexts(db, chains, passOver), 1).length > 0;
}

/** @param kinds what is passed over, in the order of the index */
function rowsOf(db: Database, kinds: readonly string[], max: number): OldestRow[] {
  if (kinds.length === 0) return db.all<OldestRow>(OLDEST, max);
  const rows: OldestRow[] = [];
  [BEFORE_ALL, ...kinds].forEach((kind, i) => {
    if (rows.length < max) {
      rows.push(...db.all<OldestRow>(BETWEEN, kind, kinds[i] ?? BEHIND_ALL, max - rows.length));
    }
  });
  return rows;
}

function kindTexts(db: Database, chains: ChainTable, kinds: readonly Kind[]): string[] {
  if (kinds.length === 0) return [];
  const texts = kinds.map(({ chain, labels }) =>
    `${chains.knownKey(chain) ?? ""} ${labelsText(labels) ?? ""}`
  );
  const sql = "SELECT DISTINCT value FROM json_each(?) ORDER BY value"; // the order of UTF-8 is not that of UTF-16
  return db.all<{ value: string }>(sql, JSON.stringify(texts)).map(({ value }) => value);
}

/** How long the records of an instance are, and what it has called with its records. */
function resumedLength(db: Database, seq: number): number {
  const tree = withCalled(db, [seq]);
  const sql = `
    SELECT ifnull(sum(ifnull(octet_length(args), 0) + ifnull(octet_length(output), 0)), 0) AS length FROM instances
    WHERE seq IN (SELECT value FROM json_each(?)) AND seq <> ?`;
  const { length } = db.get<{ length: number }>(sql, JSON.stringify(tree), seq)!;
  return tree.reduce((sum, each) => sum + recordsLength(db, each), length);
}
