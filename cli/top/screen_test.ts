import { assert, assertEquals, assertMatch } from "@std/assert";
import { unicodeWidth } from "@std/cli/unicode-width";
import fc from "fast-check";
import type { LiveRow, LiveView } from "../../lib/live/mod.ts";
import { recordOf } from "../../tests/queue/contract_consumers.ts";
import { screenOf } from "./screen.ts";
import { keysIn, pressed, type State } from "./state.ts";

const ROW: LiveRow = {
  ...{
    name: "image",
    ready: 1200,
    running: 37,
    callsPerS: 812.3,
    throttledPerS: 0.2,
    failedPerS: 0,
    share: 0.75,
  },
  queueingMs: { p50: 12.3, p90: 340, p99: 1234 },
};
const VIEW: LiveView = {
  atMs: 1000,
  depth: { delayed: 3, queued: 9000, running: 40, completed: 120_000, failed: 7, cancelled: 0 },
  ...{ limit: 200, inFlight: 40, ready: 1234, callsPerS: 812.3, throttledPerS: 0.2 },
  ...{ completedPerS: 40.1, failedPerS: 0 },
  byChain: [ROW, { ...ROW, name: "mail", ready: 4, running: 3, callsPerS: 2, share: 0.25 }],
  byFunction: [{ ...ROW, name: "resize" }],
  byLabel: { label: "tenant", rows: [{ ...ROW, name: "acme" }, { ...ROW, name: "other", isRest: true }] },
  queueingMs: {
    minute: { p50: 12.3, p90: 340, p99: 1234, n: 48_000 },
    hour: { p50: 0, p90: 0, p99: 0, n: 0 },
  },
  consumers: [{ ...recordOf("here", { limit: 200, running: 40 }), id: "a", beatAgoMs: 10 }],
  settings: { revision: 0, pauses: [] },
  holds: [],
};
const STATE: State = { table: "chains", order: "load", skipped: 0 };
const AROUND = { queue: "sqlite:q.db", nowMs: 1500, hasKeys: true };
const SIZE = { columns: 80, rows: 24 };

const texts = (view = VIEW, state = STATE, size = SIZE, around = AROUND) =>
  screenOf(view, state, size, around).map(({ text }) => text.trimEnd());

Deno.test("screenOf() shows the state of a queue in 80 columns and 24 rows", () => {
  assertEquals(texts(), [
    "sqlite:q.db  1 consumer",
    "in flight 40 of 200  ready 1,234  queued 9,000  delayed 3",
    "calls 812/s  throttled 0.2/s  completed 40/s  failed 0/s",
    "ended: completed 120,000  failed 7",
    "queueing, last minute: p50 12ms  p90 340ms  p99 1.20s  of 48,000 calls",
    "queueing, last hour:   none",
    "",
    "chain  in flight  ready  calls/s    p99  share  failed/s   p50  throttled/s",
    "image         37  1,200      812  1.20s    75%         0  12ms          0.2",
    "mail           3      4      2.0  1.20s    25%         0  12ms          0.2",
    "",
    "consumer   in flight  ready  calls/s  policy      limits",
    "here 4711  40 of 200      4      2.5  fair-share  20, ceilings function=f:2",
    ...new Array(10).fill(""),
    "q quit  c chains  f functions  l tenant  s sort (load)  j k scroll",
  ]);
});

Deno.test("screenOf() fits in every size, whatever the names", () => {
  const name = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("\x1b[31mred", "a\r\nb", "\u202eabc", "日本".repeat(40)),
  );
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(fc.property(fc.array(name, { maxLength: 70 }), size, fc.nat(99), (names, size, skipped) => {
    const rows = names.map((name) => ({ ...ROW, name }));
    const view: LiveView = {
      ...VIEW,
      byChain: rows,
      settings: { revision: 1, pauses: names.slice(0, 3).map((chain) => ({ chain })) },
    };
    const lines = screenOf(view, { ...STATE, skipped }, size, AROUND);
    assert(lines.length <= size.rows, `${lines.length} lines`);
    for (const { text } of lines) {
      assert(unicodeWidth(text) <= size.columns, JSON.stringify(text));
      // deno-lint-ignore no-control-regex -- that is what must not be there
      assert(!/[\x00-\x1f\x7f-\x9f\u202e]/.test(text), JSON.stringify(text));
    }
  }));
});

Deno.test("screenOf() goes without the least columns of a narrow screen, and scrolls", () => {
  assertEquals(texts(VIEW, STATE, { columns: 40, rows: 24 })[7], "chain  in flight  ready  calls/s    p99");
  const rows = Array.from({ length: 30 }, (_, i) => ({ ...ROW, name: `c${i}`, running: 30 - i, ready: 0 }));
  const lines = texts({ ...VIEW, byChain: rows }, { ...STATE, skipped: 5 });
  assertMatch(lines[8]!, /^c5 /);
  assert(lines.some((line) => /^… \d+ more$/.test(line)));
});

Deno.test("screenOf() says what keeps work from starting, and that a view is old", () => {
  const settings = {
    revision: 2,
    pauses: [{ function: "pay\x1b[2J" }],
    failedPolicy: { id: "1", name: "mine.ts", reason: "it threw", by: "here 1" },
  };
  const lines = texts({ ...VIEW, consumers: [], settings }, STATE, SIZE, { ...AROUND, nowMs: 9000 });
  assertEquals(lines.slice(1, 5), [
    "No news for 8s: cannot read sqlite:q.db",
    "No consumer is there, and 9,040 instances wait",
    "Paused: function pay\\u001b[2J",
    "The policy mine.ts has failed: it threw",
  ]);
});

Deno.test("pressed() switches the table and the order, and leaves", () => {
  assertEquals(pressed(STATE, "f"), { ...STATE, table: "functions" });
  assertEquals(pressed({ ...STATE, skipped: 4 }, "l"), { ...STATE, table: "label" });
  assertEquals(pressed(STATE, "s"), { ...STATE, order: "calls" });
  assertEquals(pressed({ ...STATE, order: "name" }, "s"), STATE);
  assertEquals(pressed(STATE, "j"), { ...STATE, skipped: 1 });
  assertEquals(pressed(STATE, "k"), STATE);
  assertEquals([pressed(STATE, "q"), pressed(STATE, "\x03"), pressed(STATE, "ü")], ["quit", "quit", STATE]);
  assertEquals(keysIn("s\x1b[Bq🌲"), ["s", "\x1b[B", "q", "🌲"]);
});

Deno.test("rows are in the order of the user's choice, and the rest comes last", () => {
  const [, , third] = texts(VIEW, { ...STATE, table: "label", order: "name" }).slice(7);
  assertMatch(third!, /^\(all others\)/);
  const byCalls = texts({ ...VIEW, byChain: VIEW.byChain.map((row, i) => ({ ...row, callsPerS: i })) }, {
    ...STATE,
    order: "calls",
  });
  assertMatch(byCalls[8]!, /^mail/);
});
