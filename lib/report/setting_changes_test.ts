import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunEvent, SettingEvent } from "./events.ts";
import { buildDrawnRun, renderHtml } from "./html/mod.ts";
import { buildReport } from "./report.ts";
import { RunningReport } from "./running_report.ts";
import { renderTerminal } from "./terminal.ts";
import { attempt, end, run, START_MS, submit } from "./testing.ts";
import { buildRunView } from "./view.ts";

const set = (atMs: number, setting: SettingEvent["setting"], value?: string): RunEvent => ({
  type: "setting",
  atMs: START_MS + atMs,
  setting,
  ...value !== undefined && { value },
});

/** Two consumers tell of each change. */
const CHANGED: RunEvent[] = [
  run("fair-share"),
  submit("a1", 0),
  set(1000, "paused", "function f"),
  set(1200, "paused", "function f"),
  set(2000, "limit", "7"),
  set(2100, "resumed", "function f"),
  set(2300, "limit", "7"),
  set(2400, "resumed", "function f"),
  set(3000, "policy", "deadline"),
  set(4000, "limit"),
  set(5000, "paused", "function f"),
  attempt("a1", 5000, 1000),
  end("a1", 6000),
];

Deno.test("reports say which settings changed while the run went on, once each, and what that means for figures", async () => {
  const { run: { changes, policy, limit }, notes } = await buildReport(CHANGED);
  assertEquals([policy, limit], ["fair-share", 2]);
  assertEquals(changes?.map(({ atMs, setting, value }) => [atMs, setting, value]), [
    [1000, "paused", "function f"],
    [2000, "limit", "7"],
    [2100, "resumed", "function f"],
    [3000, "policy", "deadline"],
    [4000, "limit", null],
    [5000, "paused", "function f"],
  ]);
  const { text } = notes.find(({ code }) => code === "settings-changed")!;
  assertMatch(text, /6 changes.*fairness is judged by the groups and weights that it began with/);
});

Deno.test("runs whose settings stay say nothing of that", async () => {
  const { run: said, notes } = await buildReport(CHANGED.filter(({ type }) => type !== "setting"));
  assertEquals([said.changes, notes.some(({ code }) => code === "settings-changed")], [undefined, false]);
});

Deno.test("the first 200 changes of settings are kept", async () => {
  const many = Array.from({ length: 500 }, (_, i) => set(i, "limit", String(i)));
  const { run: { changes } } = await buildReport([run(), submit("a1", 0), ...many, end("a1", 600)]);
  assertEquals([changes?.length, changes?.at(-1)?.value], [200, "199"]);
});

Deno.test("a report of a run that goes on has its changes of settings, too", () => {
  const [info] = CHANGED;
  const report = new RunningReport(info as Extract<RunEvent, { type: "run" }>);
  for (const event of CHANGED) if (event.type === "setting") report.setting(event);
  assertEquals(report.report().run.changes?.length, 6);
});

Deno.test("terminal and page say when settings changed", async () => {
  const text = renderTerminal([await buildRunView("one", CHANGED)], { width: 80, color: false });
  assertMatch(text, /^changed +at 1s: paused function f, at 2s: limit 7,/m);
  assertMatch(text, /1 more/);
  const page = renderHtml([await buildDrawnRun("one", CHANGED)]);
  assertStringIncludes(page, "changed while it went on");
  assertStringIncludes(page, "at 3s: policy deadline; at 4s: no limit any more");
});
