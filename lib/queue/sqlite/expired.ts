import type { Database } from "./database.ts";

/** Most instances that one purge removes, with those that they have called, if that are not more of one alone: a pause that nobody notices. */
const PURGED_AT_ONCE = 500;
/** Most ended instances that one look goes through, in each state: called ones may be many, and go only with their callers. */
const LOOKED_AT = 2000;
/** When this many were passed over that are to be kept, the next look begins with the oldest again. */
const KEPT_PASSED = 500;

const ENDED = `
  SELECT seq, caller, ended_at_ms FROM instances WHERE state = ? AND owner IS NULL AND seq > ? ORDER BY seq
  LIMIT ${LOOKED_AT}`;
const CALLED = "SELECT count(*) AS called FROM instances WHERE caller = ?";

interface Row {
  readonly seq: number;
  readonly caller: number | null;
  readonly ended_at_ms: number;
}

/**
 * Finds instances that ended long ago, among those submitted first: an index by the time of ending would cost every end, and
 * instances end about in the order of their submission. Each look goes on where the one before has stopped.
 */
export class Expired {
  readonly #db: Database;
  readonly #states = ["completed", "failed", "cancelled"].map((state) => ({ state, after: 0, kept: 0 }));

  constructor(db: Database) {
    this.#db = db;
  }

  /** Some of the instances that ended before an instant, in milliseconds since 1970, and that no other has called. */
  next(instantMs: number): number[] {
    const seqs: number[] = [];
    let room = PURGED_AT_ONCE;
    for (const look of this.#states) {
      if (room <= 0) break;
      const rows = this.#db.all<Row>(ENDED, look.state, look.after);
      let looked = 0;
      for (; looked < rows.length && room > 0 && look.kept < KEPT_PASSED; looked++) {
        const { seq, caller, ended_at_ms: endedAtMs } = rows[looked]!;
        look.after = seq;
        if (caller !== null) continue;
        if (endedAtMs >= instantMs) {
          look.kept++;
          continue;
        }
        seqs.push(seq);
        room -= 1 + this.#db.get<{ called: number }>(CALLED, seq)!.called;
      }
      const isOver = looked === rows.length && rows.length < LOOKED_AT;
      if (isOver || look.kept >= KEPT_PASSED) Object.assign(look, { after: 0, kept: 0 });
    }
    return seqs;
  }
}
