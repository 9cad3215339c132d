import { PullBudget } from "../weight.ts";
import { withCalled } from "./called.ts";
import type { Database } from "./database.ts";
import { recordsLength } from "./rows.ts";

const OLDEST = `
  SELECT seq, resumed, ifnull(octet_length(args), 0) AS length FROM instances
  WHERE state = 'queued' AND owner IS NULL ORDER BY seq LIMIT ?`;

interface OldestRow {
  readonly seq: number;
  readonly resumed: number;
  readonly length: number;
}

/**
 * The oldest queued instances: at most `max`, and no more than are as long together as is said. Their texts are not read for
 * that, as SQLite keeps the length of each beside it.
 */
export function oldestQueued(db: Database, max: number, maxCharacters: number | undefined): number[] {
  const budget = new PullBudget(max, maxCharacters);
  const seqs: number[] = [];
  for (const { seq, resumed, length } of db.all<OldestRow>(OLDEST, max)) {
    if (!budget.takes(resumed === 0 ? length : length + resumedLength(db, seq))) break;
    seqs.push(seq);
  }
  return seqs;
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
