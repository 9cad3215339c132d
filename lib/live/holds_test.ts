import { assertEquals } from "@std/assert";
import { busyView } from "../../tests/browser/live_fixture.ts";
import { recordOf } from "../../tests/queue/contract_consumers.ts";
import type { JsonObject } from "../model/mod.ts";
import { type Held, holdsOf, holdWords, isUsedUp, standingOf } from "./holds.ts";
import type { LiveRow, LiveView } from "./live_view.ts";

const row = (name: string, rest: Partial<LiveRow>): LiveRow => ({
  ...{ name, ready: 0, running: 0, callsPerS: 0, throttledPerS: 0, failedPerS: 0, share: 0 },
  ...rest,
});
const BUSY: Held = {
  atMs: 0,
  depth: { delayed: 0, queued: 0, running: 9, completed: 0, failed: 0, cancelled: 0 },
  ...{ limit: 12, inFlight: 2, ready: 30, callsPerS: 2, throttledPerS: 0, completedPerS: 0, failedPerS: 0 },
  ...{ byChain: [], byFunction: [] },
  queueingMs: busyView(0, 0).queueingMs,
  consumers: [{ ...recordOf("here"), id: "a", beatAgoMs: 0 }],
  settings: { revision: 0, pauses: [] },
};

/** A state under limits, and the words of what holds in it. */
const wordsOf = (limits: JsonObject, rest: Partial<Held>) =>
  holdsOf({
    ...BUSY,
    consumers: [{ ...recordOf("here", { limits }), id: "a", beatAgoMs: 0 }],
    ...rest,
  }).map(holdWords);

Deno.test("holdsOf() names the rates and ceilings that keep calls from starting", () => {
  const functionRates = { mail: 5, scan: { starts: 6, perMs: 60_000 } };
  const mail = row("mail", { ready: 103, callsPerS: 4.9 });
  assertEquals(
    wordsOf({ functionRates }, { byFunction: [mail, row("scan", { ready: 1 }), row("other", { ready: 5 })] }),
    [
      "function mail: 103 calls wait for its rate, 5 a second",
      "function scan: 1 call waits for its rate, 6 a minute",
    ],
  );
  const full = { inFlight: 12, byFunction: [row("mail", { ready: 3, callsPerS: 1 })] };
  assertEquals(wordsOf({ functionRates }, full), [
    "30 calls wait for a slot: all 12 are taken, and the policy says who is next",
  ], "where the slots are taken, fewer calls start than the rate lets");
  assertEquals(wordsOf({ rate: 2 }, {}), ["30 calls wait for its rate, 2 a second"]);
  assertEquals(
    wordsOf({ rate: 20 }, {}),
    [],
    "far fewer start than it lets: nobody may serve their functions",
  );
  assertEquals(wordsOf({}, { ready: 0, inFlight: 12 }), [], "nothing waits");
  const tenants = {
    label: "tenant",
    rows: [
      row("acme", { ready: 4, running: 5 }),
      row("zeta", { ready: 4, running: 7 }),
      row("*", { ready: 1 }),
    ],
  };
  assertEquals(wordsOf({ labels: { tenant: { acme: 5, "*": 20 } } }, { byLabel: tenants }), [
    "label tenant=acme: 4 calls wait for its ceiling, 5 in flight",
  ]);
  assertEquals(wordsOf({ labels: { tenant: 7, region: 1 } }, { byLabel: tenants }), [
    "label tenant=acme: 4 calls wait for its ceiling, 7 in flight",
    "label tenant=zeta: 4 calls wait for its ceiling, 7 in flight",
  ]);
  const chains = {
    byChain: [row("nightly", { ready: 2, running: 1 }), row("other", { ready: 9, isRest: true })],
  };
  assertEquals(wordsOf({ chains: { nightly: 1, other: 1 } }, chains), [
    "chain nightly: 2 calls wait for its ceiling, 1 in flight",
  ]);
});

Deno.test("holdsOf() tells how many retries wait for the budget of each function on each platform, at all consumers", () => {
  const consumers = [
    [{ function: "mail", waiting: 2 }, { function: "mail", platform: "edge", waiting: 1 }],
    [{ function: "scan", waiting: 4 }, { function: "mail", waiting: 9 }],
    undefined,
  ].map((heldRetries, i) => ({
    ...recordOf("here", { limits: {}, ...heldRetries !== undefined && { heldRetries } }),
    ...{ id: `${i}`, beatAgoMs: 0 },
  }));
  const held = { ...BUSY, consumers };
  assertEquals(holdsOf(held).map(holdWords), [
    "function mail: 11 calls wait for its retry budget, as many calls have failed",
    "function scan: 4 calls wait for its retry budget, as many calls have failed",
    "function mail: 1 call waits for its retry budget on edge, as many calls have failed",
  ]);
  const view: LiveView = { ...held, holds: holdsOf(held) };
  assertEquals(
    standingOf({ chain: "order", function: "mail", labels: {} }, view),
    "waits for its turn",
    "a node that is open has not failed",
  );
});

Deno.test("isUsedUp() leaves room for what moves between two calls", () => {
  const least = (most: number) => [0, 1, 2, 3, 4, 5, 8].find((running) => isUsedUp(running, most));
  assertEquals([1, 2, 5, 10, Infinity].map(least), [1, 1, 4, 8, undefined]);
});

Deno.test("standingOf() says what an open node waits for, or that it is in flight", () => {
  const of = (
    rest: Partial<Held>,
    node = { chain: "order", function: "mail", labels: { tenant: "acme" } },
  ) => {
    const held = {
      ...BUSY,
      consumers: [{ ...recordOf("here", { limits: { functionRates: { mail: 5 } } }), id: "a", beatAgoMs: 0 }],
      ...rest,
    };
    const view: LiveView = { ...held, holds: holdsOf(held) };
    return standingOf(node, view);
  };
  const waiting = { byFunction: [row("mail", { ready: 9, callsPerS: 4.9 })] };
  assertEquals(of(waiting), "waits for its rate, 5 a second (function mail)");
  assertEquals(of({ byFunction: [row("mail", { running: 2 })] }), "in flight");
  assertEquals(
    of({ byFunction: [row("mail", { ready: 1, running: 1, callsPerS: 4.9 })] }),
    "in flight, or waits for its rate, 5 a second (function mail)",
  );
  assertEquals(of({ consumers: [] }), "waits for a consumer: none runs");
  assertEquals(of({}), "waits for its turn");
  const pauses = [{ label: { name: "tenant", value: "acme" } }, { chain: "video" }];
  const paused = { settings: { revision: 1, pauses } };
  assertEquals(of(paused), "waits for the end of a pause (label tenant=acme)");
  assertEquals(
    of(paused, { chain: "order", function: "mail", labels: { tenant: "zeta" } }),
    "waits for its turn",
  );
  assertEquals(
    of({ settings: { revision: 1, pauses: [{}] }, inFlight: 12 }),
    "waits for the end of a pause; and for a slot: all 12 are taken, and the policy says who is next",
  );
});

Deno.test("standingOf() and holdsOf() tell of functions that nobody serves, that are refused, and that are asked to wait", () => {
  const server = "a server: function mail is served by nobody at 127.0.0.1:7077";
  const refused = "the platform, which refuses its calls: throttled with status 429";
  const consumers = [
    {
      ...recordOf("here", {
        kept: [
          {
            function: "mail",
            why: "unserved",
            reason: "function mail is served by nobody at 127.0.0.1:7077",
          },
          { function: "scan", why: "refused", reason: "throttled with status 429" },
        ],
      }),
      ...{ id: "a", beatAgoMs: 0 },
    },
    {
      ...recordOf("there", {
        kept: [{ function: "scan", why: "refused", reason: "throttled with status 429" }],
        asked: [{ leftMs: 37_100, function: "pay" }, { platform: "edge", leftMs: 900 }],
      }),
      ...{ id: "b", beatAgoMs: 0 },
    },
  ];
  const byFunction = [row("mail", { ready: 2 }), row("scan", { ready: 3 }), row("pay", { ready: 1 })];
  const held: Held = { ...BUSY, consumers, byFunction };
  assertEquals(holdsOf(held).map(holdWords), [
    `function mail: 2 calls wait for ${server}`,
    `function scan: 3 calls wait for ${refused}`,
  ]);
  assertEquals(holdsOf(held).map(({ unserved }) => unserved), [true, undefined]);
  const view: LiveView = { ...held, holds: holdsOf(held) };
  const of = (name: string) => standingOf({ chain: "order", function: name, labels: {} }, view);
  const edge = "the end of a wait that the platform edge asks for, 1s more";
  assertEquals(of("mail"), `waits for ${server}; and for ${edge}`);
  assertEquals(of("scan"), `waits for ${refused}; and for ${edge}`);
  assertEquals(of("pay"), "waits for the end of a wait that the platform asks for, 38s more");
  const node = { chain: "order", function: "mail", labels: {} };
  assertEquals(standingOf(node, view, false), "waits until a consumer takes its instance");
  assertEquals(standingOf(node, { ...view, consumers: [] }, false), "waits for a consumer: none runs");
});
