import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { instances, line } from "../../../../tests/queue/samples.ts";
import { byPlace, type Entry } from "../log/entry.ts";
import { PartitionState } from "../log/partition_state.ts";
import type { Place } from "../log/records.ts";
import { WaitingLine } from "./waiting_line.ts";
import { PassedKinds } from "../../waiting_lines.ts";
import { ChainPool } from "../log/chain_pool.ts";

const [instance] = instances(1, line, "waiting");
const NOTHING = new PassedKinds([]);

/** Entries in the order of their submission. @param looked called each time that a place is looked at */
function entries(count: number, looked = () => {}): Entry[] {
  const state = new PartitionState({
    partition: 0,
    topic: "t",
    keepMs: 1,
    maxEnds: 1,
    chains: new ChainPool(),
  });
  return Array.from({ length: count }, (_, offset) => {
    const place: Place = { atMs: 0, offset, isCalled: false };
    const entry = state.add({ ...instance!, id: `i${offset}` }, { place, run: 0, state: "queued" }, false);
    return Object.defineProperty(entry, "seq", {
      get: () => {
        looked();
        return offset;
      },
    });
  });
}

function takeAll(waiting: WaitingLine): Entry[] {
  const taken: Entry[] = [];
  using line = waiting.passing(NOTHING);
  for (let { first } = line; first !== undefined; first = line.first) {
    line.take();
    taken.push(first);
  }
  return taken;
}

Deno.test("WaitingLine.putBack() costs O(log n) an entry, in whatever order and however few at a time they come", () => {
  const COUNT = 20_000;
  let looks = 0;
  const all = entries(COUNT, () => looks++);
  const orders = {
    "as submitted": all,
    "the last first": all.toReversed(),
    "from both ends": all.map((_, i) => all[i % 2 === 0 ? i / 2 : COUNT - (i + 1) / 2]!),
  };
  for (const [order, again] of Object.entries(orders)) {
    looks = 0;
    const waiting = new WaitingLine([], () => true);
    for (const entry of again) waiting.putBack([entry]);
    assertEquals(takeAll(waiting).length, COUNT);
    const most = 8 * COUNT * Math.log2(COUNT); // each comparison looks at two places, and each step down compares twice
    assert(looks < most, `${order}: ${looks} looks at places, more than ${most}`);
  }
});

Deno.test("WaitingLine hands out by submission what still waits, whatever was put back meanwhile", () => {
  const numbers = fc.array(fc.nat(19), { maxLength: 20 });
  fc.assert(fc.property(numbers, fc.nat(20), numbers, (again, fresh, gone) => {
    const all = entries(20), isGone = new Set(gone.map((i) => all[i]!));
    const put = [...new Set(again)].filter((i) => i >= fresh).map((i) => all[i]!);
    const waiting = new WaitingLine([], (entry) => !isGone.has(entry));
    for (const entry of all.slice(0, fresh)) waiting.push(entry);
    for (const entry of put) waiting.putBack([entry]);
    const expected = [...all.slice(0, fresh), ...put].filter((entry) => !isGone.has(entry)).sort(byPlace);
    assertEquals(
      takeAll(waiting).map(({ instance: { id } }) => id),
      expected.map(({ instance: { id } }) => id),
    );
  }));
});
