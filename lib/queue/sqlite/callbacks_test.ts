import { assert, assertEquals } from "@std/assert";
import type { CallbackFilter, CallbackState } from "../callbacks.ts";
import { countCallbacks, readCallbacks } from "./callbacks.ts";
import { Database } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";

/** A database that tells how its statements find callbacks. */
class ExplainingDatabase extends Database implements Disposable {
  readonly ways: string[] = [];

  constructor() {
    super(":memory:", "test", false);
    for (const step of MIGRATIONS) this.script(step);
  }

  #explain([sql, ...values]: Parameters<Database["all"]>): void {
    const plan = super.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
    this.ways.push(...plan.map(({ detail }) => detail).filter((detail) => detail.includes("callbacks")));
  }

  override all<T>(...args: Parameters<Database["all"]>): T[] {
    this.#explain(args);
    return super.all<T>(...args);
  }

  override get<T>(...args: Parameters<Database["get"]>): T | undefined {
    this.#explain(args);
    return super.get<T>(...args);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const STATES: readonly CallbackState[] = ["delivered", "waiting", "given-up"];

/** A database with the callbacks `a0`, `a1`, …, whose states take turns. */
function filled(count: number): ExplainingDatabase {
  const db = new ExplainingDatabase();
  for (let i = 0; i < count; i++) {
    db.run(
      `INSERT INTO callbacks
         (id, instance, chain, outcome, submitted_at_ms, ended_at_ms, since_ms, callback, origin, state)
       VALUES (?, ?, 'order', 'completed', 0, 0, 0, '{"url":"https://a.test/"}', 'https://a.test', ?)`,
      ...[`a${i}`, `order-${i}`, STATES[i % 3]!],
    );
  }
  return db;
}

/** The ids of all pages of two. */
function pagesOf(db: Database, filter: CallbackFilter): string[] {
  const ids: string[] = [];
  for (let after = 0;;) {
    const page = readCallbacks(db, filter, after, 2);
    if (page.length === 0) return ids;
    ids.push(...page.map(({ view }) => view.id));
    after = page.at(-1)!.key;
  }
}

Deno.test("readCallbacks() lists what a filter means, page by page, oldest first", () => {
  using db = filled(9);
  const all = Array.from({ length: 9 }, (_, i) => `a${i}`);
  assertEquals(pagesOf(db, {}), all);
  assertEquals(pagesOf(db, { states: [] }), []);
  assertEquals(pagesOf(db, { states: ["waiting", "given-up", "waiting"] }), [
    "a1",
    "a2",
    "a4",
    "a5",
    "a7",
    "a8",
  ]);
  assertEquals(pagesOf(db, { states: ["delivered", "given-up"] }), ["a0", "a2", "a3", "a5", "a6", "a8"]);
  const ids = ["order-8", "a8", "a0", "order-4", "none"];
  assertEquals(pagesOf(db, { ids }), ["a0", "a4", "a8"]);
  assertEquals(pagesOf(db, { ids, states: ["waiting", "given-up"] }), ["a4", "a8"]);
  assertEquals(countCallbacks(db), { waiting: 3, givenUp: 3 });
});

Deno.test("readCallbacks() and countCallbacks() do not look at callbacks that were delivered", () => {
  using db = filled(3);
  const waysOf = (look: () => unknown) => {
    db.ways.length = 0;
    look();
    return db.ways.map((way) => /(?:USING )((?:COVERING )?INDEX \w+|INTEGER PRIMARY KEY)/.exec(way)?.[1]);
  };
  const list = (filter: CallbackFilter) => waysOf(() => readCallbacks(db, filter, 0, 10));
  const open = list({ states: ["waiting", "given-up"] });
  assertEquals(open, Array(2).fill("INDEX callbacks_open"));
  assertEquals(list({ states: ["given-up"] }), ["INDEX callbacks_open"]);
  const byId = list({ ids: ["a1", "order-2"], states: ["waiting", "given-up"] });
  assert(byId.length === 3 && byId.every((way) => way !== undefined && !way.includes("open")), byId.join());
  assertEquals(waysOf(() => countCallbacks(db)), Array(2).fill("COVERING INDEX callbacks_open"));
});
