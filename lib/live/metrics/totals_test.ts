import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Look } from "../fold.ts";
import { recordOf } from "../../../tests/queue/contract_consumers.ts";
import { COUNTERS, sumOf } from "../counting/columns.ts";
import { bucketsIn, halved, TimeHistogram } from "../counting/histogram.ts";
import type { WorkRow, WorkSummary } from "../counting/summary.ts";
import { MOST_NAMES, Totals } from "./totals.ts";

function row(name: string | undefined, started: number): WorkRow {
  return {
    name,
    numbers: { ...sumOf([]), started, queuedMs: started * 10 },
    queueing: started > 0 ? [-8, started] : [],
  };
}

function workOf(chains: readonly WorkRow[], sinceMs = 1, label?: string): WorkSummary {
  const started = chains.reduce((sum, { numbers }) => sum + numbers.started, 0);
  return {
    ...{ sinceMs, all: row(undefined, started), hour: [], chains, functions: [] },
    ...label !== undefined && { label, values: chains },
  };
}

function look(consumers: Readonly<Record<string, WorkSummary | undefined>>, atMs = 0): Look {
  return {
    atMs,
    depth: { delayed: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0 },
    settings: { revision: 0, pauses: [] },
    consumers: Object.entries(consumers).map(([id, work]) => ({
      consumer: { ...recordOf(id), id, beatAgoMs: 0 },
      work,
    })),
  };
}

const startedIn = (totals: Totals, name = "one") => totals.of("chains").get(name)?.counters.started;

Deno.test("Totals.add() adds up consumers that come, go, and come back", () => {
  const totals = new Totals();
  totals.add(look({ a: workOf([row("one", 5)]), b: workOf([row("one", 2), row("two", 1)]) }));
  assertEquals([startedIn(totals), startedIn(totals, "two")], [7, 1]);
  totals.add(look({ b: workOf([row("one", 4)]), old: undefined }));
  assertEquals(startedIn(totals), 9, "a has gone, what it did stays");
  totals.add(look({ a: workOf([row("one", 6)]), b: workOf([row("one", 4), row("two", 1)]) }));
  assertEquals(startedIn(totals), 10, "a was only silent");
  assertEquals(startedIn(totals, "two"), 2, "a row that comes back begins at 0");
  totals.add(look({ a: workOf([row("one", 8)], 2) }));
  assertEquals(startedIn(totals), 18, "a has begun once more");
  assertEquals(totals.of("all").get("other")!.queueing.get(-8), 19);
  assertEquals(totals.of("chains").get("one")!.queueing.get(-8), 18);
});

Deno.test("Totals.add() never goes down, and adds up to what was started, whatever consumers tell", () => {
  const step = fc.record({ id: fc.constantFrom("a", "b", "c"), more: fc.nat(5), restarts: fc.nat(9) });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const totals = new Totals(), now = new Map<string, { started: number; sinceMs: number }>();
    let all = 0, before = 0;
    for (const { id, more, restarts } of steps) {
      const { started, sinceMs } = now.get(id) ?? { started: 0, sinceMs: 0 };
      now.set(
        id,
        restarts === 0 ? { started: more, sinceMs: sinceMs + 1 } : { started: started + more, sinceMs },
      );
      all += more;
      totals.add(look({ [id]: workOf([row("one", now.get(id)!.started)], now.get(id)!.sinceMs) }));
      assertEquals(startedIn(totals), all);
      for (const counter of COUNTERS) {
        assertEquals(totals.of("all").get("other")!.counters[counter] >= 0, true);
      }
      assertEquals(all >= before, true);
      before = all;
    }
  }));
});

Deno.test("Totals.add() tells a bounded number of names, and forgets those that nobody has told of for an hour", () => {
  const totals = new Totals();
  const names = Array.from({ length: MOST_NAMES }, (_, i) => row(`c${i}`, 1));
  totals.add(look({ a: workOf(names) }));
  totals.add(look({ b: workOf([row("late", 3), row(undefined, 2)]) }, 1000));
  assertEquals(totals.of("chains").size, MOST_NAMES + 1);
  assertEquals(startedIn(totals, "other"), 5);
  totals.add(look({ b: workOf([row("late", 4), row(undefined, 2)]) }, 3_700_000));
  assertEquals([...totals.of("chains").keys()], ["late", "other"]);
});

Deno.test("Totals.add() counts what a row did before it went to another name as the rest", () => {
  const totals = new Totals();
  totals.add(look({ a: workOf([row("one", 5), row("two", 1)]) }));
  totals.add(look({ a: { ...workOf([row("one", 5), row("three", 2)]), all: row(undefined, 11) } }));
  const names = ["one", "two", "three", "other"];
  assertEquals(names.map((name) => startedIn(totals, name)), [5, 1, 2, 3]);
  assertEquals(totals.of("chains").get("other")!.queueing.get(-8), 3);
});

Deno.test("Totals.add() begins with the values of a label that is new", () => {
  const totals = new Totals();
  totals.add(look({ a: workOf([row("acme", 5)], 1, "tenant") }));
  assertEquals([totals.label, totals.of("values").get("acme")!.counters.started], ["tenant", 5]);
  totals.add(look({ b: workOf([row("gold", 1)], 1, "tier") }));
  assertEquals([totals.label, [...totals.of("values").keys()]], ["tier", ["gold"]]);
});

/** The buckets of some times, as a record tells them. */
function bucketsOf(times: readonly number[]) {
  const histogram = new TimeHistogram();
  for (const ms of times) histogram.add(ms);
  return halved(histogram.sparse());
}

Deno.test("Totals.add() has each queueing time in its bucket, whichever consumer told it, and at whichever look", () => {
  const times = fc.array(fc.constantFrom(1, 30, 31, 900, 1000, 60_000), { minLength: 1, maxLength: 5 });
  const step = fc.record({
    ...{ id: fc.constantFrom("a", "b"), name: fc.constantFrom("one", "two"), times },
    isRest: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    const totals = new Totals(), told: Record<string, Record<string, number[]>> = {};
    const all: Record<string, number[]> = { one: [], two: [], other: [] };
    for (const { id, name, times, isRest } of steps) {
      const own = told[id] ??= { one: [], two: [], other: [] }, where = isRest ? "other" : name;
      for (const list of [own[where]!, all[where]!]) list.push(...times);
      const rows = Object.entries(own).map(([each, times]): WorkRow => ({
        name: each === "other" ? undefined : each,
        numbers: { ...sumOf([]), started: times.length },
        queueing: bucketsOf(times),
      }));
      const every = Object.values(own).flat(), numbers = { ...sumOf([]), started: every.length };
      const whole: WorkRow = { name: undefined, numbers, queueing: bucketsOf(every) };
      totals.add(look({ [id]: { sinceMs: 1, all: whole, hour: [], chains: rows, functions: [] } }));
    }
    const expected = (times: readonly number[]) => new Map(bucketsIn(bucketsOf(times)));
    assertEquals(totals.of("all").get("other")?.queueing ?? new Map(), expected(Object.values(all).flat()));
    for (const [name, times] of Object.entries(all)) {
      assertEquals(totals.of("chains").get(name)?.queueing ?? new Map(), expected(times), name);
    }
  }));
});
