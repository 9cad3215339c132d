import { assert, assertEquals } from "@std/assert";
import { Database } from "./database.ts";
import { Expired } from "./expired.ts";
import { MIGRATIONS } from "./schema.ts";

/** The rows that were read. */
class CountingDatabase extends Database {
  read = 0;

  override all<T>(...args: Parameters<Database["all"]>): T[] {
    const rows = super.all<T>(...args);
    this.read += rows.length;
    return rows;
  }
}

function setUp(): CountingDatabase & Disposable {
  const db = new CountingDatabase(":memory:", "test", false);
  for (const step of MIGRATIONS) db.script(step);
  return Object.assign(db, { [Symbol.dispose]: () => db.close() });
}

const INSERT = `
  INSERT INTO instances (seq, id, chain, state, submitted_at_ms, priority, weight, ended_at_ms, caller)
  VALUES (?, ?, 1, ?, 0, 0, 1, ?, ?)`;

/** Adds ended instances behind the others. */
function add(
  db: Database,
  count: number,
  endedAtMs: number,
  { caller = null as number | null, state = "completed" } = {},
): void {
  const { last } = db.get<{ last: number }>("SELECT ifnull(max(seq), 0) AS last FROM instances")!;
  for (let seq = last + 1; seq <= last + count; seq++) {
    db.run(INSERT, seq, `${seq}`, state, endedAtMs, caller);
  }
}

/** The findings of one look after the other, until there are none. */
function looks(expired: Expired, db: Database): number[][] {
  const found: number[][] = [];
  for (let seqs = expired.next(100); seqs.length > 0; seqs = expired.next(100)) {
    db.run("DELETE FROM instances WHERE seq IN (SELECT value FROM json_each(?))", JSON.stringify(seqs));
    found.push(seqs);
  }
  return found;
}

Deno.test("Expired.next() finds all that ended before, of each state, and nothing else", () => {
  using db = setUp();
  for (const state of ["completed", "failed", "cancelled"]) {
    add(db, 700, 99, { state });
    add(db, 2, 100, { state });
  }
  const found = looks(new Expired(db), db).flat();
  assertEquals(found.length, 2100);
  assertEquals(db.get("SELECT count(*) AS n FROM instances WHERE ended_at_ms < 100"), { n: 0 });
});

Deno.test("Expired.next() counts what goes with an instance, so that a purge is no pause that shows", () => {
  using db = setUp();
  add(db, 10, 99);
  for (let caller = 1; caller <= 10; caller++) add(db, 200, 99, { caller });
  assertEquals(looks(new Expired(db), db), [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]);
});

Deno.test("Expired.next() reads some rows each time, however many were called, and comes to those behind", () => {
  using db = setUp();
  add(db, 1, 200);
  add(db, 9000, 99, { caller: 1 }); // they go with it, later
  add(db, 1, 99);
  const expired = new Expired(db);
  let found: number[] = [];
  for (let look = 0; found.length === 0; look++) {
    db.read = 0;
    found = expired.next(100);
    assert(db.read <= 2000);
    assert(look < 10);
  }
  assertEquals(found, [9002]);
});

Deno.test("Expired.next() begins with the oldest again when many are to be kept", () => {
  using db = setUp();
  add(db, 5000, 200);
  const expired = new Expired(db);
  assertEquals(expired.next(100), []);
  db.run("UPDATE instances SET ended_at_ms = 99 WHERE seq = 1");
  assertEquals(expired.next(100), [1]);
});
