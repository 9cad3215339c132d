import { assertEquals } from "@std/assert";
import { compareReports } from "./compare.ts";
import { buildReport } from "./report.ts";
import { attempt, run } from "./testing.ts";

const rowOf = (reports: Parameters<typeof compareReports>[0], path: string) =>
  compareReports(reports).find(({ metric }) => metric.path === path)!;
const runs = await Promise.all(
  [100, 104, 50, 200].map((queuedMs) => buildReport([run(), attempt("a1", 300, 100, { queuedMs })])),
);

Deno.test("compareReports() marks what is 5 % better or worse than the first run", () => {
  assertEquals(rowOf(runs, "queueing_ms.p99").runs, [
    { value: 100, change: null, mark: "same" },
    { value: 104, change: 0.04, mark: "same" },
    { value: 50, change: -0.5, mark: "better" },
    { value: 200, change: 1, mark: "worse" },
  ]);
});

Deno.test("compareReports() marks any change from 0, and none where there is no data", async () => {
  const none = await buildReport([run()]);
  const throttled = await buildReport([run(), attempt("a1", 0, 1, { outcome: "throttled", settled: false })]);
  const marks = (path: string, reports: typeof runs) => rowOf(reports, path).runs.map(({ mark }) => mark);
  assertEquals(marks("functions.throttled", [none, throttled]), ["same", "worse"]);
  assertEquals(marks("concurrency.max", [none, throttled]), ["same", "same"]);
  assertEquals(marks("run_ms.p50", [none, runs[0]!]), ["same", "same"]);
});
