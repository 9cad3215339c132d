import { assertEquals } from "@std/assert";
import type { Filter, InstanceState } from "../queue.ts";
import { Database } from "./database.ts";
import { readPage } from "./page.ts";
import { MIGRATIONS } from "./schema.ts";

/** A database that tells by which indexes of instances its lists are read. */
class ExplainingDatabase extends Database {
  readonly indexes = new Set<string>();

  override all<T>(...[sql, ...values]: Parameters<Database["all"]>): T[] {
    for (const { detail } of super.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)) {
      const [, index] = /^(?:SEARCH|SCAN) instances(?: USING (?:COVERING )?INDEX (\w+))?/.exec(detail) ?? [];
      if (index !== undefined) this.indexes.add(index);
    }
    return super.all<T>(sql, ...values);
  }
}

function open(): ExplainingDatabase & Disposable {
  const db = new ExplainingDatabase(":memory:", "test", false);
  for (const step of MIGRATIONS) db.script(step);
  return Object.assign(db, { [Symbol.dispose]: () => db.close() });
}

const STATES: readonly InstanceState[] = ["delayed", "queued", "running", "completed", "failed", "cancelled"];

Deno.test("readPage() looks ids up by themselves, whatever their states", () => {
  using db = open();
  for (const [i, state] of STATES.entries()) {
    db.run(
      "INSERT INTO instances (id, chain, state, owner, submitted_at_ms, priority, weight) VALUES (?, 1, ?, ?, 0, 0, 1)",
      ...[state, state, state === "running" ? i : null],
    );
  }
  const idsOf = (filter: Filter) => readPage(db, filter, { limit: 10 }).lines.map(({ id }) => id);
  for (const states of [[...STATES], ["running", "failed"] as const, []]) {
    assertEquals(idsOf({ ids: ["completed", "failed", "running"], states }), [
      ...["running", "completed", "failed"].filter((id) => states.some((state) => state === id)),
    ]);
  }
  assertEquals([...db.indexes], ["sqlite_autoindex_instances_1"]);
});
