import { assertEquals, assertStringIncludes } from "@std/assert";
import { compareReports } from "./compare.ts";
import { renderCsv } from "./csv.ts";
import { costTable } from "./html/tables.ts";
import { figure } from "./metrics.ts";
import { buildReport } from "./report.ts";
import { attempt, run, submit } from "./testing.ts";

Deno.test("buildReport() adds up what attempts cost, by platform and chain, and says nothing without prices", async () => {
  const events = [
    run(),
    submit("a1", 0),
    submit("b1", 0),
    attempt("a1", 0, 10, { platform: "edge", cost: 0, outcome: "throttled", settled: false }),
    attempt("a1", 10, 10, { platform: "cloud", cost: 2.5, attempt: 2 }),
    attempt("b1", 10, 10, { platform: "edge", cost: 1 }),
  ];
  const report = await buildReport(events);
  assertEquals(report.cost, {
    total: 3.5,
    byPlatform: {
      cloud: { attempts: 1, throttled: 0, cost: 2.5 },
      edge: { attempts: 2, throttled: 1, cost: 1 },
    },
    byChain: { a: 2.5, b: 1 },
  });
  const lines = renderCsv([{ name: "r", report }]).split("\r\n");
  const [header = ""] = lines;
  assertStringIncludes(header, ",cost");
  const ends = lines.slice(1, -1).map((line) => [...line.split(",").slice(1, 3), line.split(",").at(-1)]);
  assertEquals(ends, [
    ["run", "", "3.5"],
    ["chain", "a", "2.5"],
    ["chain", "b", "1"],
    ["function", "f", ""],
    ["platform", "cloud", "2.5"],
    ["platform", "edge", "1"],
  ]);
  assertEquals(lines.slice(0, -1).every((line) => line.split(",").length === header.split(",").length), true);
  const costs = compareReports([report, report]).find(({ metric }) => metric.path === "cost.total")!;
  assertEquals(costs.runs.map(({ value }) => value), [3.5, 3.5]);
  assertStringIncludes(costTable(report)!.html, '<th scope="row">all</th><td></td><td></td><td>3.5</td>');
  const unpriced = await buildReport([run(), submit("a1", 0), attempt("a1", 0, 10)]);
  assertEquals("cost" in unpriced, false);
  assertEquals([costTable(unpriced), figure(unpriced, "cost.total")], [undefined, null]);
  assertEquals(renderCsv([{ name: "r", report: unpriced }]).includes("cost"), false);
});
