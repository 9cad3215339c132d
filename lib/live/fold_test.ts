import { assertEquals } from "@std/assert";
import type { ConsumerView } from "../queue/mod.ts";
import { recordOf } from "../../tests/queue/contract_consumers.ts";
import { observed, viewOf } from "./fold.ts";
import { MOST_ROWS } from "./live_view.ts";
import { type Worked, WorkTally } from "./counting/tally.ts";

const DEPTH = { delayed: 0, queued: 3, running: 2, completed: 1, failed: 0, cancelled: 0 };
const SETTINGS = { revision: 0, pauses: [] };

/** A consumer that has made calls for two seconds: as many of each task as are told, and one more is in flight. */
function consumer(
  host: string,
  calls: readonly (readonly [Worked, number, queuedMs: number])[],
  label?: string,
) {
  const tally = new WorkTally(0, 0, label);
  for (const [task, count] of calls) {
    for (let i = 0; i <= count; i++) (tally.changed(task, 0, 1, 0), tally.starts(task));
  }
  for (const [task, count, queuedMs] of calls) {
    for (let i = 0; i < count; i++) {
      tally.changed(task, 0, -1, 1000);
      tally.ended(task, { outcome: "ok", settled: true, queuedMs }, 1000);
    }
  }
  const view: ConsumerView = {
    ...recordOf(host, { limit: 8, running: 1, ready: 2 }),
    id: host,
    beatAgoMs: 5,
  };
  return { ...view, work: tally.packed(2000) };
}

const task = (chain: string, tenant?: string): Worked => ({
  ...{ chain, function: "f" },
  labels: tenant === undefined ? {} : { tenant },
});
const view = (...consumers: ConsumerView[]) =>
  viewOf({ atMs: 7, depth: DEPTH, settings: SETTINGS, consumers: consumers.map(observed) });

Deno.test("viewOf() adds consumers up, by name", () => {
  const a = consumer("a", [[task("one", "acme"), 3, 100]], "tenant");
  const b = consumer("b", [[task("one", "acme"), 1, 100], [task("two", "zeta"), 1, 3000]], "tenant");
  const { byChain, byFunction, byLabel, queueingMs, limit, inFlight, ready, consumers, atMs } = view(a, b);
  assertEquals([atMs, limit, inFlight, ready], [7, 16, 3, 0]);
  assertEquals(byChain.map(({ name, running }) => [name, running]), [["one", 2], ["two", 1]]);
  assertEquals(byFunction.map(({ name, running, share }) => [name, running, share]), [["f", 3, 1]]);
  assertEquals(byLabel!.label, "tenant");
  assertEquals(byLabel!.rows.map(({ name }) => name), ["acme", "zeta"]);
  assertEquals([queueingMs.minute.n, queueingMs.hour.n], [5, 5]);
  assertEquals(Math.round(queueingMs.minute.p50 / 10), 10);
  assertEquals(Math.round(byChain[1]!.queueingMs!.p99 / 300), 10);
  assertEquals(byChain.reduce((sum, { share }) => sum + share, 0), 1);
  assertEquals(consumers.map((each) => "work" in each), [false, false], "viewers get no raw sums");
});

Deno.test("viewOf() takes percentiles of the times of all consumers together, not of those of each", () => {
  const calls = (host: string, ...times: number[]) =>
    consumer(host, times.map((ms) => [task("one"), 1, ms] as const));
  const apart = view(calls("a", 10, 2000, 2000), calls("b", 10, 10, 300_000, 40));
  const together = view(calls("c", 10, 2000, 2000, 10, 10, 300_000, 40));
  assertEquals(apart.queueingMs, together.queueingMs);
  assertEquals(apart.byChain[0]!.queueingMs, together.byChain[0]!.queueingMs);
  const { p50, p90 } = apart.queueingMs.minute;
  assertEquals([Math.round(p50 / 10), Math.round(p90 / 30_000)], [4, 10]);
});

Deno.test("viewOf() counts consumers of earlier versions, which tell no work", () => {
  const old: ConsumerView = {
    ...recordOf("old", { running: 2, ready: 1, callsPerS: 4.5 }),
    id: "o",
    beatAgoMs: 0,
  };
  const all = view(old, consumer("a", [[task("one"), 1, 1]]));
  assertEquals([all.inFlight, all.ready, all.callsPerS], [3, 1, 5.5]);
  assertEquals(all.byChain.length, 1);
  assertEquals("limit" in all, false, "one has no limit");
  assertEquals("byLabel" in all, false);
  const none = view();
  assertEquals([none.inFlight, none.byChain, none.queueingMs.hour], [0, [], {
    p50: 0,
    p90: 0,
    p99: 0,
    n: 0,
  }]);
});

Deno.test("viewOf() tells as many names as there may be rows, and the rest as one", () => {
  const of = (from: number) => Array.from({ length: 40 }, (_, i) => [task(`c${from + i}`), 1, 1] as const);
  const { byChain } = view(consumer("a", of(0)), consumer("b", of(40)));
  assertEquals(byChain.length, MOST_ROWS + 1);
  const rest = byChain.at(-1)!;
  assertEquals([rest.name, rest.isRest, rest.running], ["other", true, 30]);
});
