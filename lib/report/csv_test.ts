import { assertEquals } from "@std/assert";
import { renderCsv } from "./csv.ts";
import { buildReport } from "./report.ts";
import { attempt, run, submit } from "./testing.ts";

Deno.test("renderCsv() has a row for the run and for each chain and function, under the JSON's names", async () => {
  const report = await buildReport([run(), attempt("a1", 0, 100)]);
  const [head, ...rows] = renderCsv([{ name: "r.json", report }]).trimEnd().split("\r\n").map((line) =>
    line.split(",")
  );
  assertEquals(rows.map((row) => row.slice(0, 3)), [["r.json", "run", ""], ["r.json", "chain", "a"], [
    "r.json",
    "function",
    "f",
  ]]);
  assertEquals(rows.every((row) => row.length === head!.length), true);
  assertEquals(rows.map((row) => row[head!.indexOf("run_ms.p99")]), ["100", "100", "100"]);
  assertEquals(rows.map((row) => row[head!.indexOf("concurrency.max")]), ["1", "1", "1"]);
});

Deno.test("renderCsv() has rows for the values of a label", async () => {
  const events = [run(), submit("a1", 0, { labels: { tenant: "acme" } }), attempt("a1", 0, 100)];
  const report = await buildReport(events, { by: "tenant" });
  const rows = renderCsv([{ name: "r.json", report }]).split("\r\n");
  assertEquals(rows.some((row) => row.startsWith("r.json,label:tenant,acme,consume")), true);
});

Deno.test("renderCsv() quotes names, and does not let them be formulas", async () => {
  const report = await buildReport([run(), attempt("i", 0, 1, { chain: '=1+"2",\n3' })]);
  const text = renderCsv([{ name: "r", report }]);
  assertEquals(text.includes(`r,chain,"'=1+""2"",\n3",consume`), true);
});
