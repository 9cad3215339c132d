import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../../model/mod.ts";
import { DelayedIndex, type DelayedRow } from "./delayed_index.ts";

const SEED = Deno.env.get("SEED") ?? String(Date.now());
const STEPS = 20_000;

/** The same, kept simply. */
class Plain {
  rows: (DelayedRow & { readonly id: string; isTaken: boolean })[] = [];

  soonest(beforeMs: number): DelayedRow[] {
    return this.rows.filter(({ isTaken, dueAtMs }) => !isTaken && dueAtMs < beforeMs)
      .sort((a, b) => a.dueAtMs - b.dueAtMs || a.offset - b.offset)
      .map(({ offset, dueAtMs }) => ({ offset, dueAtMs }));
  }
}

Deno.test(`DelayedIndex knows what was added and not removed, by offset, id and when it is due (SEED=${SEED})`, () => {
  const random = seededRandom(SEED), index = new DelayedIndex(), plain = new Plain();
  const below = (n: number) => Math.floor(random.next() * n);
  for (let step = 0, offset = 0, nowMs = 0; step < STEPS; step++) {
    const isGrowing = step % 4000 < 2500, kind = below(10);
    if (kind < (isGrowing ? 6 : 2)) {
      offset += 1 + below(3);
      const id = `id ${below(500)}`, dueAtMs = nowMs + below(300);
      index.add(id, offset, dueAtMs);
      plain.rows.push({ id, offset, dueAtMs, isTaken: false });
    } else if (kind < 8) {
      const row = plain.rows[below(plain.rows.length + 1)];
      assertEquals(index.remove(row?.offset ?? offset + 1), row !== undefined);
      plain.rows = plain.rows.filter((each) => each !== row);
    } else {
      nowMs += below(5);
      const max = 1 + below(20);
      const due = plain.soonest(nowMs + 0.5).slice(0, max);
      assertEquals(index.take(nowMs, max), due);
      for (const row of plain.rows) row.isTaken ||= due.some((each) => each.offset === row.offset);
    }
    assertEquals(index.size, plain.rows.length);
    assertEquals(index.nextMs, plain.soonest(Infinity)[0]?.dueAtMs ?? Infinity);
    if (step % 100 !== 0) continue;
    assertEquals([...index.offsets()], plain.rows.map((row) => row.offset));
    const id = `id ${below(500)}`, of = plain.rows.filter((row) => row.id === id);
    assertEquals(index.at(id).sort((a, b) => a - b), of.map((row) => row.offset));
    for (const row of of) assertEquals([index.has(row.offset), index.dueAt(row.offset)], [true, row.dueAtMs]);
    const soon = index.soonest(nowMs + 100, 50).sort((a, b) => a.dueAtMs - b.dueAtMs || a.offset - b.offset);
    assertEquals(soon, plain.soonest(nowMs + 100).slice(0, 50));
  }
  assert(plain.rows.length > 0);
});

Deno.test("DelayedIndex passes over what it has been told of", () => {
  const index = new DelayedIndex();
  index.add("a", 7, 100);
  index.add("b", 7, 50);
  index.add("b", 3, 50);
  assertEquals([index.size, index.nextMs, index.at("b")], [1, 100, []]);
});
