import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderTerminal } from "./terminal.ts";
import { attempt, end, functionRun, run, simulated, submit } from "./testing.ts";
import { buildRunView } from "./view.ts";

/** Enough chains to tell differences from chance, and more than the limit can do at times. */
const LOAD = { seed: 1, instances: 1500, limit: 20, ratePerS: 13.5 };
const fcfs = await buildRunView(
  "fcfs.json",
  simulated({ ...LOAD, throttled: 0.02 }),
);
const fair = await buildRunView(
  "fair.json",
  simulated({ ...LOAD, fair: true }),
);

Deno.test("renderTerminal() shows one run", async () => {
  const view = await buildRunView("run.json", [
    run(),
    submit("a1", 0, { deadlineMs: 5000 }),
    attempt("a1", 500, 1000, { queuedMs: 500 }),
    end("a1", 2000, "completed", { idealMs: 1000 }),
    submit("b1", 0),
    end("b1", 1, "dropped"),
  ]);
  assertEquals(
    renderTerminal([view]),
    `2 chains submitted, 1 completed; half were done within 2s; 1 lost (50 %),
dropped; 1 of 1 deadline met.
run.json · consume · fair-share · limit 2 · 2s · 2026-01-01 00:00:00 UTC

lost work
chains       2 submitted, 1 completed, 1 dropped

fairness and deadlines
fairness     no two chains wanted more than they got
deadlines    1 met, 0 missed

times                          mean    p50    p90    p95    p99    max
queueing time                 500ms  500ms  500ms  500ms  500ms  500ms
run time                         1s     1s     1s     1s     1s     1s
chain time                    never     2s  never  never  never  never
· chain time, completed ones     2s     2s     2s     2s     2s     2s
slowdown                      never     2×  never  never  never  never

throughput
rates        0.5 chains/s, 0.5 calls/s, 0.5 at once on average, 1 at most
goodput      0.5 chains/s within 2× their ideal time
calls        1 in 1 attempts, 1 ok

note: Only 2 chains: with fewer than 100, p99 is the slowest one

lost and failed
1  chain dropped: the log holds no reason
   at 1ms; b; instance b1

concurrency               ██████████████████████████              max 1, limit 2
waiting      █████████████                                        max 1
             0s                                                2s

queueing time of calls
       < 1s  1 100.0%  █████████████████████████████████████████████████████████

chain  submitted  done  lost  queueing p50    p99  time p50    p99  share
a              1     1     0         500ms  500ms        2s     2s      –
b              1     0     1             –      –     never  never      –

function  calls  cold  queueing p50    p99  run p50  p99
f             1     0         500ms  500ms       1s   1s
`,
  );
});

Deno.test("renderTerminal() says what was lost for which reasons, and what that wasted", async () => {
  const long = `answered with status 500: ${"out of memory; ".repeat(8)}`.trim();
  const view = await buildRunView("run.json", [
    run(),
    ...["a1", "a2"].flatMap((id, i) => [
      submit(id, 0),
      attempt(id, 1000 * i, 500, { outcome: "failed", settled: true, reason: long }),
      end(id, 500 + 1000 * i, "failed", { reason: `node f: ${long}` }),
    ]),
  ]);
  const text = renderTerminal([view], { width: 60 });
  assertStringIncludes(text, "wasted       2 calls for lost chains, 1s of 1s\n");
  assertStringIncludes(
    text,
    `
lost and failed
2  chains failed: node f: answered with status 500: out of
   memory; out of memory; out of memory; out of memory; out
   of memory; out of memory; out of memory; out of memory;
   from 500ms to 1.50s; a; first in instance a1
2  calls failed: answered with status 500: out of memory;
   out of memory; out of memory; out of memory; out of
   memory; out of memory; out of memory; out of memory;
   from 500ms to 1.50s; f; first in instance a1
`,
  );
});

Deno.test("renderTerminal() shows what functions said of themselves, if any did", async () => {
  const said = [run(), attempt("a1", 0, 100), functionRun("a1", 20, 70, { providerQueuedMs: 20 })];
  const lines = renderTerminal([await buildRunView("run.json", said)], { width: 100 }).split("\n");
  const row = (label: string) =>
    lines.find((line) => line.startsWith(label))?.slice(label.length).trim().split(/ +/);
  assertEquals(row("· function time"), Array(6).fill("70ms"));
  assertEquals(row("· queue at provider"), Array(6).fill("20ms"));
  assertEquals(row("function  "), [
    "calls",
    ..."cold queueing p50 p99 run p50 p99 inside p50 p99".split(" "),
  ]);
  assertEquals(row("f  ")?.slice(-2), ["70ms", "70ms"]);
});

Deno.test("renderTerminal() shows the values of a label", async () => {
  const events = [
    run(),
    submit("a1", 0, { labels: { tenant: "acme" } }),
    attempt("a1", 0, 100),
    end("a1", 100),
  ];
  const text = renderTerminal([await buildRunView("run.json", events, { by: "tenant" })]);
  assertStringIncludes(text, "no two values of tenant wanted more");
  assert(/^tenant +submitted .*\nacme +1 +1 /m.test(text), text);
});

Deno.test("renderTerminal() compares the values of the label that shares go by", async () => {
  const view = (name: string, lateMs: number) =>
    buildRunView(name, [
      run(),
      submit("a1", 0, { labels: { tenant: "acme" }, deadlineMs: 5000 }),
      attempt("a1", 500, 1000),
      end("a1", 2000 + lateMs, "completed"),
      submit("a2", 0, { labels: { tenant: "zeta" } }),
      attempt("a2", 500, 1000),
      end("a2", 2000, "completed"),
    ], { by: "tenant" });
  const lines = renderTerminal([await view("a.json", 0), await view("b.json", 9000)], { width: 80 }).split(
    "\n",
  );
  const from = lines.findIndex((line) => line.startsWith("tenant: p99, share, late"));
  assertEquals(lines.slice(from, from + 3).map((line) => line.replace(/ +/g, " ")), [
    "tenant: p99, share, late 1. 2.",
    "acme 2s – 0 11s – 1",
    "zeta 2s – 0 2s – 0",
  ]);
});

Deno.test("renderTerminal() keeps to its width, with colours and without", () => {
  for (const width of [40, 60, 80, 120]) {
    for (const views of [[fcfs], [fcfs, fair], [fcfs, fair, fcfs, fair, fair]]) {
      const plain = renderTerminal(views, { width });
      for (const line of plain.split("\n")) assert(width < 60 || line.length <= width, `${width}: ${line}`);
      // deno-lint-ignore no-control-regex
      assertEquals(renderTerminal(views, { width, color: true }).replace(/\x1b\[\d+m/g, ""), plain);
    }
  }
});

Deno.test("renderTerminal() has all runs in a narrow terminal", () => {
  const text = renderTerminal([fcfs, fair, fcfs], { width: 40 });
  assert(/^.* 1\. f\S+ +2\. f\S+$/m.test(text) && /^.* 1\. f\S+ +3\. f\S+$/m.test(text), text);
});

Deno.test("renderTerminal() draws with ASCII if asked to", () => {
  for (const views of [[fcfs], [fcfs, fair]]) {
    const text = renderTerminal(views, { ascii: true });
    // deno-lint-ignore no-control-regex
    assertEquals(text.match(/[^\x00-\x7f]/g), null);
    assertEquals(text.split("\n").map((line) => line.length <= 80).includes(false), false);
  }
});

Deno.test("renderTerminal() compares runs with the first", () => {
  const text = renderTerminal([fcfs, fair]);
  assert(text.startsWith("fair.json lost 29 of 1,500 chains, fcfs.json 31, 42 of fair.json and 49 of"), text);
  assertStringIncludes(text, "1. fcfs.json · consume · fcfs · limit 20");
  assertStringIncludes(text, "\nlost and failed in 1.\n");
  assert(/^fairness \(Jain\) +0\.\d\d +0\.\d\d +\+\d+% ✔$/m.test(text), text);
});

Deno.test("renderTerminal() prints nothing of a name that would move the cursor", async () => {
  const hostile = "\x1b[2J\u202eevil\r\n";
  const view = await buildRunView(hostile, [
    run(),
    submit("i", 0, { chain: hostile }),
    attempt("i", 0, 1, { chain: hostile, function: hostile }),
  ]);
  for (const views of [[view], [view, view]]) {
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x09\x0b-\x1f\u202e]/.test(renderTerminal(views)), false);
  }
});

Deno.test("renderTerminal() shows a log without events", async () => {
  const empty = await buildRunView("empty.json", [run()]);
  assertStringIncludes(renderTerminal([empty]), "Nothing ran: the log holds no chain and no call.");
  assertStringIncludes(renderTerminal([empty, fcfs]), "2. fcfs.json");
  assertEquals(renderTerminal([]), "");
});

Deno.test("renderTerminal() has the verdict, the losses and the greatest differences on 24 lines of 80 columns", async () => {
  const lossy = await buildRunView(
    "without",
    [...simulated({ ...LOAD, seed: 2 })].map((event) =>
      event.type === "end" && Number(/\d+$/.exec(event.instance)![0]) % 3 === 0
        ? { ...event, outcome: "dropped" as const }
        : event
    ),
  );
  const named = { ...fair, name: "with" };
  for (const views of [[lossy], [lossy, named], [lossy, named, fcfs]]) {
    const screen = renderTerminal(views, { detail: "brief" });
    const first = screen.split("\n").slice(0, 24).join("\n");
    for (
      const words of [" lost", "lost work", "fairness and deadlines", "deadlines ", "times", "chain time"]
    ) {
      assertStringIncludes(first, words);
    }
    assert(screen.split("\n").length < 32, screen);
    assertEquals(
      renderTerminal(views).startsWith(screen),
      true,
      "the usual report begins with the brief one",
    );
  }
});

Deno.test("renderTerminal() shows figures that are alike and all rows of tables if asked to", async () => {
  const having = (functions: number) =>
    buildRunView(
      "many",
      Array.from(
        { length: functions },
        (_, i) => attempt(`chain${i}-1`, i, 10, { chain: `chain${i}`, function: `f${i}` }),
      ),
    );
  const many = await having(30);
  assertStringIncludes(renderTerminal([many]), "and 10 more functions; --all shows them");
  assertStringIncludes(renderTerminal([await having(21)]), "and 1 more function; --all shows it");
  const all = renderTerminal([many], { detail: "all" });
  assert(!all.includes("--all") && all.includes("\nf29 "), all);
  assert(!renderTerminal([fcfs, fair]).includes("chains submitted"));
  assertStringIncludes(renderTerminal([fcfs, fair], { detail: "all" }), "chains submitted");
});

Deno.test("renderTerminal() keeps long names apart", async () => {
  const name = (n: number) =>
    `tenant-of-the-northern-region-number-${n}-image-pipeline-with-thumbnails-nightly`;
  const events = [1, 2].flatMap((n) => [
    submit(`i${n}`, 0, { chain: name(n) }),
    attempt(`i${n}`, 0, 10, { chain: name(n), function: name(n) }),
  ]);
  const views = await Promise.all([1, 2].map((n) => buildRunView(name(n), [run(), ...events])));
  for (const shown of [views.slice(0, 1), views]) {
    const lines = renderTerminal(shown).split("\n").filter((line) => /^\S*…/.test(line));
    assert(lines.length > 0 && lines.length % 2 === 0, lines.join("\n"));
    const names = lines.map((line) => line.split(" ")[0]);
    names.forEach((name, i) => assert(i % 2 === 0 || name !== names[i - 1], name));
  }
  const [head] = /1\. \S*…\S* +2\. \S*…\S*/.exec(renderTerminal(views, { detail: "all" })) ?? [];
  assert(head !== undefined && new Set(head.split(/ *\d\. /).slice(1)).size === 2, head);
});
