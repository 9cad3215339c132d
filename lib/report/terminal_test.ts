import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderTerminal } from "./terminal.ts";
import { attempt, end, functionRun, run, simulated, submit } from "./testing.ts";
import { buildRunView } from "./view.ts";

const fcfs = await buildRunView(
  "fcfs.json",
  simulated({ seed: 1, instances: 300, limit: 20, ratePerS: 20, throttled: 0.02 }),
);
const fair = await buildRunView(
  "fair.json",
  simulated({ seed: 1, instances: 300, limit: 20, ratePerS: 20, fair: true }),
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
    `run.json · consume · fair-share · limit 2
took 2s, started 2026-01-01 00:00:00 UTC
1 of 2 chains completed, 1 lost (0 failed, 1 dropped)

                mean    p50    p90    p95    p99    max
queueing time  500ms  500ms  500ms  500ms  500ms  500ms
run time          1s     1s     1s     1s     1s     1s
chain time        2s     2s     2s     2s     2s     2s
slowdown          2×     2×     2×     2×     2×     2×

calls        1 in 1 attempts, 1 ok, 0 failed, 0 throttled, 0 retried, 0 cold
throughput   0.5 chains/s, 0.5 calls/s
concurrency  0.5 mean, 1 max
fairness     1.00 (Jain), shares from 1.00 to 1.00 of fair
deadlines    1 met, 0 missed

concurrency            ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄           max 1, limit 2
waiting      ██████████                               max 1
             0s                                    2s

queueing time of calls
       < 1s  1 100.0%  ████████████████████████████████████████████████████████

chain  submitted  done  lost  queueing p50    p99  time p50  p99  share
a              1     1     0         500ms  500ms        2s   2s      –
b              1     0     1             –      –         –    –      –

function  calls  failed  throttled  cold  queueing p50    p99  run p50  p99
f             1       0          0     0         500ms  500ms       1s   1s
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
    ..."failed throttled cold queueing p50 p99 run p50 p99 inside p50 p99".split(" "),
  ]);
  assertEquals(row("f  ")?.slice(-2), ["70ms", "70ms"]);
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
  assertStringIncludes(text, "1. fcfs.json · consume · fcfs · limit 20");
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
  assertStringIncludes(renderTerminal([empty]), "0 of 0 calls completed");
  assertStringIncludes(renderTerminal([empty, fcfs]), "2. fcfs.json");
  assertEquals(renderTerminal([]), "");
});
