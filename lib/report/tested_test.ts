import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { changeBetween, compareRuns } from "./tested.ts";
import { parseFigure } from "./figure.ts";
import { buildReport } from "./report.ts";
import type { Report } from "./schema.ts";
import { attempt, end, run, simulated, submit } from "./testing.ts";

const ROW = { change: null, bounds: null, p: null, mark: "same" } as const;
const rowOf = (groups: Parameters<typeof compareRuns>[0], path: string) =>
  compareRuns(groups).find(({ metric }) => metric.path === path)!;

/** A report of one call that waited, which is too short for intervals. */
const waited = (queuedMs: number) => buildReport([run(), attempt("a1", 300, 100, { queuedMs })]);
const waits = (...queuedMs: number[]) => Promise.all(queuedMs.map(waited));

Deno.test("compareRuns() gives the changes of runs that are too short to tell what is chance, and no marks", async () => {
  const row = rowOf((await waits(100, 104, 50)).map((report) => [report]), "queueing_ms.p99");
  assertEquals(row.runs, [
    { ...ROW, value: 100 },
    { ...ROW, value: 104, change: 0.04 },
    { ...ROW, value: 50, change: -0.5 },
  ]);
});

Deno.test("compareRuns() marks where the intervals of two runs tell that they differ", async () => {
  const load = { instances: 3000, limit: 12, ratePerS: 6 };
  const [one, same, slow] = await Promise.all([
    buildReport(simulated({ ...load, seed: 1 })),
    buildReport(simulated({ ...load, seed: 2 })),
    buildReport(simulated({ ...load, seed: 3, limit: 7 })),
  ]);
  const rows = compareRuns([[one!], [same!], [slow!]]);
  const marks = (i: number) =>
    rows.filter(({ runs }) => runs[i]!.mark !== "same").map(({ metric }) => metric.path);
  assertEquals([marks(0), marks(1)], [[], []]);
  assert(marks(2).includes("queueing_ms.p95") && !marks(2).includes("run_ms.p50"), marks(2).join());
  const { runs } = rows.find(({ metric }) => metric.path === "queueing_ms.mean")!;
  const { change, bounds, p, mark } = runs[2]!;
  assert(mark === "worse" && p! < 0.01 && bounds!.low < change! && change! < bounds!.high && bounds!.low > 0);
});

Deno.test("compareRuns() tests repeated runs by Welch's test on factors", async () => {
  const base = await waits(100, 101, 99, 100, 102), against = await waits(106, 105, 107, 104, 106);
  const { runs: [first, second] } = rowOf([base, against], "queueing_ms.p50");
  assertAlmostEquals(first!.value as number, 100.394, 1e-3);
  assertAlmostEquals(second!.change!, 0.0517, 1e-4);
  assert(second!.bounds!.low > 0.03 && second!.bounds!.high < 0.07 && second!.p! < 1e-3);
  assertEquals(second!.mark, "worse");
  assertEquals(rowOf([against, base], "queueing_ms.p50").runs[1]!.mark, "better");
  assertEquals(rowOf([base, await waits(99, 103, 100, 101, 100)], "queueing_ms.p50").runs[1]!.mark, "same");
  assertEquals(rowOf([base, []], "queueing_ms.p50").runs[1], { ...ROW, value: null });
});

Deno.test("compareRuns() marks no change of less than 1 %, however sure it is", async () => {
  const [base, against] = [await waits(100, 100, 100), await waits(100.5, 100.5, 100.5)];
  const { p, mark } = rowOf([base, against], "queueing_ms.p50").runs[1]!;
  assertEquals([p, mark], [0, "same"]);
});

/** Reports of runs of one chain each, which some lost. */
const ended = (...times: readonly (number | "lost")[]): Promise<Report[]> =>
  Promise.all(
    times.map((ms) =>
      buildReport([run(), submit("a1", 0), ms === "lost" ? end("a1", 9, "dropped") : end("a1", ms)])
    ),
  );

Deno.test("compareRuns() takes never for more than any number, by ranks", async () => {
  const whole = await ended(9, 8, 10, 9, 11), lost = await ended("lost", "lost", 12, "lost", "lost");
  const row = rowOf([whole, lost], "chain_ms.p99").runs[1]!;
  assertEquals([row.value, row.change, row.bounds, row.mark], ["never", null, null, "worse"]);
  assertAlmostEquals(row.p!, 2 / 252, 1e-12);
  assertEquals(rowOf([lost, whole], "chain_ms.p99").runs[1]!.mark, "better");
  assertEquals(rowOf([lost, lost], "chain_ms.p99").runs[1]!.p, 1);
  const { value, p } = rowOf([await ended(9), await ended("lost")], "chain_ms.p99").runs[1]!;
  assertEquals([value, p], ["never", null], "one short run each tells nothing");
});

Deno.test("compareRuns() marks a figure that is never in one run as a whole, and a number in the other", async () => {
  const load = { seed: 1, instances: 1500, limit: 20, ratePerS: 6 };
  const whole = await buildReport(
    [...simulated(load)].map((event) =>
      event.type === "end" ? { ...event, outcome: "completed" as const } : event
    ).filter(({ type }) => type !== "counter"),
  );
  let i = 0;
  const lossy = await buildReport(
    [...simulated(load)].map((event) =>
      event.type === "end" && i++ % 5 === 0 ? { ...event, outcome: "dropped" as const } : event
    ),
  );
  const marks = Object.fromEntries(
    compareRuns([[whole], [lossy]]).map(({ metric, runs }) => [metric.path, runs[1]!.mark]),
  );
  assertEquals([marks["chains.dropped"], marks["chain_ms.p90"], marks["goodput.share"]], [
    "worse",
    "worse",
    "worse",
  ]);
  assertEquals(marks["run_ms.p50"], "same");
});

Deno.test("compareRuns() takes small counts that are alike in the runs of each side for chance", async () => {
  const cold = (count: number) =>
    buildReport([run(), ...[1, 2, 3].map((i) => attempt(`a${i}`, 9 * i, 9, { cold: i <= count }))]);
  const all = (count: number, runs: number) => Promise.all(Array.from({ length: runs }, () => cold(count)));
  const p = async (runs: number) =>
    rowOf([await all(0, runs), await all(1, runs)], "functions.coldStarts").runs[1]!.p!;
  assertAlmostEquals(await p(2), 1 / 3, 1e-12);
  assertAlmostEquals(await p(6), 2 / 924, 1e-12);
});

Deno.test("changeBetween() tests one figure", async () => {
  const figure = parseFigure("queueing_ms.p95");
  const { change, bounds, p } = changeBetween(figure, await waits(100, 101, 99), await waits(110, 111, 109));
  assert(Math.abs(change! - 0.1) < 1e-3 && bounds!.low > 0.05 && bounds!.high < 0.15 && p! < 0.01);
});
