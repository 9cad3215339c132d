import { assertEquals } from "@std/assert";
import { compareReports } from "./compare.ts";
import { FIGURE_GROUPS, inGroups, sortedRows } from "./comparison_groups.ts";
import { buildReport } from "./report.ts";
import { attempt, end, run, submit } from "./testing.ts";

const reportOf = (tookMs: number, outcome?: Parameters<typeof end>[2]) =>
  buildReport([
    run(),
    ...Array.from({ length: 12 }, (_, i) => `a${i}`).flatMap((id, i) => [
      submit(id, 0),
      attempt(id, 0, tookMs),
      end(id, tookMs, i < 6 ? outcome : "completed"),
    ]),
  ]);

Deno.test("inGroups() has a group for every figure that is compared, and for every one that it names", async () => {
  const rows = compareReports([await reportOf(10)]);
  assertEquals(inGroups(rows).flatMap(({ rows }) => rows).length, rows.length);
  const paths = new Set(rows.map(({ metric }) => metric.path));
  assertEquals(FIGURE_GROUPS.flatMap(({ main }) => main).filter((path) => !paths.has(path)), []);
});

Deno.test("sortedRows() tells figures in which runs differ from those that are alike", async () => {
  const { main, others, alike } = sortedRows(
    compareReports([await reportOf(10), await reportOf(20, "dropped")]),
  );
  const paths = (rows: typeof main) => rows.map(({ metric }) => metric.path);
  assertEquals(paths(main).slice(0, 3), ["chains.completed", "chains.dropped", "chain_ms.p99"]);
  assertEquals(paths(others).includes("completed_chain_ms.p50"), true);
  assertEquals(paths(alike).includes("chains.submitted"), true);
});

Deno.test("sortedRows() shows figures without marks first where no figure has one", async () => {
  const other = await buildReport([run(), submit("b1", 0), attempt("b1", 0, 20), end("b1", 20)]);
  const { main } = sortedRows(compareReports([await reportOf(10), other]));
  assertEquals(main.some(({ metric }) => metric.path === "chain_ms.p50"), true);
});
