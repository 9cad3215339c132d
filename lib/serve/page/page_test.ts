/** The page's modules that need no browser, and how they are put together. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { busyView, row } from "../../../tests/browser/live_fixture.ts";
import { scriptFaults } from "../../../tests/page_script.ts";
import { EventParser } from "./browser/event_parser.js";
import { History, MOST_POINTS, REST } from "./browser/history.js";
import { nodeRows, standWords, totalOf } from "./browser/node_rows.js";
import { hashOf, placeOfHash } from "./browser/router.js";
import { byValueWords, counted, pauseWords, rate } from "./browser/text.js";
import { notesOf, verdictOfView } from "./browser/verdict.js";
import { byValueText, pauseName } from "../../model/mod.ts";
import { livePage } from "./page.ts";
import { pageScriptOf } from "./script.ts";
import type { ApiLive, ApiNode } from "./answers.ts";

const VIEW = busyView(0, 1_700_000_000_000);
const QUIET: ApiLive = {
  ...VIEW,
  depth: { delayed: 0, queued: 0, running: 0, completed: 3, failed: 0, cancelled: 0 },
  inFlight: 0,
  ready: 0,
  callsPerS: 0,
  throttledPerS: 0,
  settings: { revision: 0, pauses: [] },
};

Deno.test("pageScriptOf() puts every module of the page after those that it imports, in one scope", async () => {
  assertEquals(await scriptFaults(pageScriptOf(), new URL("./browser/", import.meta.url)), []);
});

Deno.test("livePage() allows its own scripts and style, by their hashes, and requests to where it comes from", () => {
  const { html, policy } = livePage();
  assertMatch(policy, /^default-src 'none'; script-src ('sha256-\S+'( |;)){2} style-src 'sha256-\S+';/);
  assertStringIncludes(
    policy,
    "connect-src 'self'; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  assertEquals(/ (style|on\w+)="/.test(html.slice(0, html.indexOf("<script"))), false);
  assertEquals(html.match(/(?:src|href)="(?!#|data:)[^"]*"/g), null);
});

Deno.test("verdictOfView() says whether work flows, and if not, why", () => {
  const paused = { revision: 1, pauses: [{}] };
  const table: [Partial<ApiLive>, string, RegExp][] = [
    [{}, "Flowing", /in flight, .* calls start per second, .* wait\.$/],
    [{ inFlight: 64 }, "Busy", /^All 64 slots work, .* wait for a slot\.$/],
    [{ throttledPerS: 12 }, "Throttled", /refuses 12 calls per second/],
    [{ settings: paused }, "Paused", /^Everything is paused/],
    [
      { consumers: [] },
      "No consumer runs",
      /^1,616 instances wait for one: start it with sequoia consume\.$/,
    ],
    [
      { inFlight: 0, callsPerS: 0, throttledPerS: 0, settings: QUIET.settings },
      "Stuck",
      /could start and do not/,
    ],
    [{ inFlight: 0 }, "Held by a pause", /^Nothing is in flight, 482 calls wait: see below/],
    [QUIET, "Idle", /^Nothing waits\.$/],
    [{ ...QUIET, consumers: [] }, "Idle", /^Nothing waits, and no consumer runs\.$/],
    [
      { ...QUIET, depth: { ...QUIET.depth, delayed: 2, nextDueAtMs: QUIET.atMs + 60_500 } },
      "Idle",
      /^Nothing waits\. 2 instances are due later; the next is due in 1m 1s\.$/,
    ],
  ];
  for (const [of, word, words] of table) {
    const verdict = verdictOfView({ ...VIEW, ...of });
    assertEquals(verdict.word, word);
    assertMatch(verdict.words, words);
  }
});

Deno.test("notesOf() names pauses, what failed and who asks to wait, and not more than can be read", () => {
  const pauses = Array.from({ length: 9 }, (_, i) => ({ chain: `c${i}` }));
  const [first] = VIEW.consumers;
  const asked = [{ function: "pay", leftMs: 4200 }];
  assertEquals(notesOf({ ...VIEW, consumers: [{ ...first!, asked }, { ...first!, id: "b", asked }] }), [
    "Paused: label tenant=initech.",
    "The platform asks to wait for function pay: 5s left.",
  ]);
  assertEquals(
    notesOf({
      ...VIEW,
      settings: QUIET.settings,
      holds: [
        { function: "mail", reason: "its rate, 5 a second", ready: 1 },
        { chain: "paused", reason: "the end of a pause" },
        { reason: "a slot: all 12 are taken", ready: 9 },
      ],
    }),
    ["function mail: 1 call waits for its rate, 5 a second."],
  );
  assertEquals(notesOf({ ...VIEW, settings: { revision: 1, pauses } }).length, 7);
  assertEquals(notesOf({ ...VIEW, settings: { revision: 1, pauses } }).at(-1), "and 3 more.");
});

Deno.test("History keeps a bounded number of views, and bands for the first chains", () => {
  const history = new History();
  for (let second = 0; second < MOST_POINTS + 50; second++) {
    const names = Array.from({ length: 9 }, (_, i) => row(`c${i}`, { running: i }));
    history.add({
      ...VIEW,
      atMs: 1000 * second,
      byChain: [...names, row("other", { isRest: true, running: 5 })],
    });
  }
  assertEquals(history.points.length, MOST_POINTS);
  assertEquals(history.names, ["c1", "c2", "c3", "c4", "c5", "c6", "c7", REST]);
  assertEquals(history.band("c3", ({ running }) => running).at(-1), 3);
  assertEquals(history.band(REST, ({ running }) => running).at(-1), 5 + 8);
  assertEquals(history.span, { from: 50_000, to: 949_000 });
});

Deno.test("History passes over views that are not newer, and shows a silence as a gap", () => {
  const history = new History();
  for (const atMs of [1000, 2000, 2000, 1500, 30_000]) history.add({ ...VIEW, atMs, callsPerS: 7 });
  assertEquals(history.instants, [1000, 2000, 2001, 30_000]);
  assertEquals(history.values(({ callsPerS }) => callsPerS), [7, 7, null, 7]);
  assertEquals(history.span, { from: 30_000 - 120_000, to: 30_000 });
});

Deno.test("EventParser gives the same events however the stream is cut", () => {
  const stream =
    ': hello\n\nevent: live\ndata: {"a":1}\n\nevent: live\r\ndata: {"b":\r\ndata: 2}\r\n\r\ndata: x\n\n';
  fc.assert(fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
    const parser = new EventParser();
    assertEquals(at.slice(1).flatMap((to, i) => parser.push(stream.slice(at[i], to))), [
      { event: "live", data: '{"a":1}' },
      { event: "live", data: '{"b":\n2}' },
      { event: "message", data: "x" },
    ]);
  }));
});

Deno.test("hashOf() writes what placeOfHash() reads, whatever names hold", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ minLength: 1 }), (id, chain) => {
      const { parts, query } = placeOfHash(hashOf(["instances", id], { chain, label: undefined }));
      assertEquals([parts, [...query]], [["instances", id], [["chain", chain]]]);
    }),
  );
  assertEquals(placeOfHash("#/instances/%E0%A4%A").parts, ["instances", "%E0%A4%A"]);
  assertEquals(placeOfHash("").parts, []);
});

Deno.test("pauses and limits are written as the command line writes them", () => {
  for (const pause of [{}, { chain: "a" }, { chain: "a", function: "b", label: { name: "c", value: "d" } }]) {
    assertEquals(pauseWords(pause), pauseName(pause));
  }
  const limits = { functions: { f: 5 }, labels: { tenant: { acme: 20, "*": 5 } } };
  assertEquals(byValueWords(limits), byValueText(limits));
  assertEquals([counted(1, "call"), counted(1204, "call"), rate(0.001), rate(0)], [
    "1 call",
    "1,204 calls",
    "<0.01",
    "0",
  ]);
});

Deno.test("nodeRows() is the tree of the nodes, each ready when those before it have ended", () => {
  const instance = { id: "i", chain: "c", state: "failed" as const, submittedAtMs: 1000, endedAtMs: 1900 };
  const nodes: ApiNode[] = [
    {
      node: "a",
      calls: "f",
      after: [],
      state: "ok",
      attempts: 1,
      endedAtMs: 1300,
      runMs: 200,
      output: "1",
    },
    {
      node: "b",
      calls: "g",
      after: ["a"],
      state: "failed",
      attempts: 3,
      endedAtMs: 1800,
      runMs: 100,
      reason: "status 500",
    },
    { node: "c", calls: "h", after: ["b"], state: "skipped", attempts: 0 },
    {
      ...{ node: "m", calls: "k", after: ["a"], state: "ok", attempts: 0 },
      items: [{ item: 0, state: "ok", attempts: 1, endedAtMs: 1500, runMs: 150 }],
    },
  ];
  const rows = nodeRows(instance, nodes);
  assertEquals(
    rows.map((
      { name, depth, ready, calls },
    ) => [name, depth, ready, calls.map(({ start, run }) => [start, run])]),
    [
      ["a", 0, 0, [[100, 200]]],
      ["b", 1, 300, [[700, 100]]],
      ["c", 2, 800, []],
      ["m", 1, 300, []],
      ["m [0]", 2, 300, [[350, 150]]],
    ],
  );
  assertEquals(totalOf(instance, rows, 0), 900);
  assertEquals(standWords(rows[1]!), "It failed, 3 attempts, the last took 100ms, after a.");
});

Deno.test("nodeRows() counts no time before a retry as waiting of the nodes that ran after it", () => {
  const instance = {
    ...{ id: "i", chain: "c", state: "failed" as const, submittedAtMs: 1000, endedAtMs: 9000 },
    retriedAtMs: [2000, 8000],
  };
  const ran = { state: "ok", attempts: 1, runMs: 100 };
  const nodes: ApiNode[] = [
    { node: "before", calls: "f", after: [], ...ran, endedAtMs: 1300 },
    { node: "once", calls: "f", after: ["before"], ...ran, endedAtMs: 2250 },
    { node: "twice", calls: "f", after: ["once"], ...ran, endedAtMs: 8400 },
    { node: "after", calls: "f", after: ["twice"], ...ran, endedAtMs: 8550 },
    { node: "yet", calls: "f", after: ["before"], state: "not done" },
  ];
  assertEquals(
    nodeRows(instance, nodes).map(({ name, ready, calls }) => [name, ready, calls[0]?.start]),
    [
      ["before", 0, 200],
      ["once", 1000, 1150],
      ["twice", 7000, 7300],
      ["after", 7400, 7450],
      ["yet", 7000, undefined],
    ],
  );
});
