import { assert, assertEquals } from "@std/assert";
import { compareReports, unmarkedWords } from "./compare.ts";
import type { RunInfo } from "./events.ts";
import { buildReport } from "./report.ts";
import type { Report } from "./schema.ts";
import { attempt, end, run, simulated, submit } from "./testing.ts";

const rowOf = (reports: Parameters<typeof compareReports>[0], path: string) =>
  compareReports(reports).find(({ metric }) => metric.path === path)!;
const runs = await Promise.all(
  [100, 104, 50, 200].map((queuedMs) => buildReport([run(), attempt("a1", 300, 100, { queuedMs })])),
);

Deno.test("compareReports() marks what is better or worse than the first run by more than chance", async () => {
  const load = { instances: 1500, limit: 12, ratePerS: 6 };
  const [one, same, slow] = await Promise.all([
    buildReport(simulated({ ...load, seed: 1 })),
    buildReport(simulated({ ...load, seed: 2 })),
    buildReport(simulated({ ...load, seed: 3, limit: 7 })),
  ]);
  const marks = (path: string) => rowOf([one!, same!, slow!], path).runs.map(({ mark }) => mark);
  assertEquals(marks("queueing_ms.p90"), ["same", "same", "worse"]);
  assertEquals(rowOf([slow!, one!], "queueing_ms.p90").runs[1]!.mark, "better");
  assertEquals(marks("run_ms.p50"), ["same", "same", "same"]);
  const { change, reason } = rowOf([one!, same!], "queueing_ms.max").runs[1]!;
  assert(Math.abs(change!) > 0.05, "by the rule of 5 % it had a mark");
  assertEquals(reason, "a run has one value, which may be chance");
});

Deno.test("compareReports() says that runs are too short to tell", () => {
  const reason = "too few chains to tell";
  assertEquals(rowOf(runs, "queueing_ms.p99").runs, [
    { value: 100, change: null, mark: "same" },
    { value: 104, change: 0.04, mark: "same", reason },
    { value: 50, change: -0.5, mark: "same", reason },
    { value: 200, change: 1, mark: "same", reason },
  ]);
});

Deno.test("compareReports() takes counts of chains for parts of what arrived", async () => {
  const losing = (lost: number) =>
    buildReport([
      run(),
      ...Array.from({ length: 60 }, (_, i) => [
        submit(`a${i}`, 10 * i),
        end(`a${i}`, 10 * i + 5, i * 37 % 60 < lost ? "dropped" : "completed"),
      ]).flat(),
    ]);
  const [some, few, many] = await Promise.all([5, 8, 25].map(losing));
  const marks = (path: string) => rowOf([some!, few!, many!], path).runs.map(({ mark }) => mark);
  assertEquals(marks("chains.dropped"), ["same", "same", "worse"]);
  assertEquals(marks("chains.completed"), ["same", "same", "worse"]);
  assertEquals(rowOf([many!, await losing(0)], "chains.dropped").runs[1]!.mark, "better");
});

/** A run in which some chains are lost, here and there or in a row. */
const losing = (of: number, lost: number, isInARow = false) =>
  buildReport([
    run(),
    ...Array.from({ length: of }, (_, i) => [
      submit(`a${i}`, 10 * i),
      end(`a${i}`, 10 * i + 5, (isInARow ? i : i * 37 % of) < lost ? "dropped" : "completed"),
    ]).flat(),
  ]);
const droppedMark = async (first: Promise<Report>, second: Promise<Report>) => {
  const row = rowOf([await first, await second], "chains.dropped");
  return row.runs[1]!.mark;
};

Deno.test("compareReports() takes a count that is 0 in one run only for chance, if it may be", async () => {
  const cases = [[3, 1], [3, 3], [20, 5], [60, 6], [400, 1], [400, 5]] as const;
  for (const [of, lost] of cases) {
    assertEquals([of, lost, await droppedMark(losing(of, 0), losing(of, lost))], [of, lost, "same"]);
  }
  assertEquals(await droppedMark(losing(20, 0), losing(20, 12)), "worse");
  assertEquals(await droppedMark(losing(400, 0), losing(400, 30)), "worse");
});

Deno.test("compareReports() is as sure of deadlines met as of those missed, which are the rest", async () => {
  const report = await losing(60, 0);
  const dated = (met: number, missed: number, reach: number): Report => {
    const around = (count: number) => ({ low: count - reach, high: count + reach, degrees: 12 });
    const figures = {
      "deadlines.met": { low: met - 100 * reach, high: met + 100 * reach, degrees: 2 },
      "deadlines.missed": around(missed),
    };
    return { ...report, deadlines: { met, missed }, intervals: { blocks: 13, figures } };
  };
  for (const [path, marks] of [["deadlines.missed", "better"], ["deadlines.met", "better"]] as const) {
    assertEquals(rowOf([dated(0, 48, 1), dated(48, 0, 1)], path).runs[1]!.mark, marks, path);
  }
  assertEquals(rowOf([dated(40, 8, 1), dated(41, 7, 1)], "deadlines.met").runs[1]!.mark, "same");
});

Deno.test("compareReports() takes losses in a row for one loss rather than for many", async () => {
  assertEquals(await droppedMark(losing(60, 2), losing(60, 22)), "worse");
  assertEquals(await droppedMark(losing(60, 2), losing(60, 22, true)), "same");
});

Deno.test("compareReports() compares counts of chains as parts of those that arrived", async () => {
  const { value, change, mark } = rowOf([await losing(400, 0), await losing(385, 0)], "chains.completed")
    .runs[1]!;
  assertEquals([value, change, mark], [385, 0, "same"]);
});

Deno.test("compareReports() marks no other count of short runs, and nothing where there is no data", async () => {
  const none = await buildReport([run()]);
  const throttled = await buildReport([run(), attempt("a1", 0, 1, { outcome: "throttled", settled: false })]);
  const compared = (path: string, reports: typeof runs) => {
    const { mark, reason } = rowOf(reports, path).runs[1]!;
    return [mark, reason];
  };
  assertEquals(compared("functions.throttled", [none, throttled]), ["same", "too few chains to tell"]);
  assertEquals(compared("concurrency.max", [none, throttled]), ["same", undefined]);
  assertEquals(compared("run_ms.p50", [none, runs[0]!]), ["same", undefined]);
});

Deno.test("compareReports() takes never for worse than any number, where chains were lost by more than chance", async () => {
  const losing = (lost: number) =>
    buildReport([
      run(),
      ...Array.from({ length: 30 }, (_, i) => [
        submit(`a${i}`, 0),
        end(`a${i}`, 9, i < lost ? "dropped" : "completed"),
      ]).flat(),
    ]);
  const [whole, lost, one] = await Promise.all([0, 15, 1].map(losing));
  const row = (...reports: typeof runs) => rowOf(reports, "chain_ms.p99").runs.slice(1);
  assertEquals(row(whole!, lost!), [{ value: "never", change: null, mark: "worse" }]);
  assertEquals(row(lost!, whole!, lost!), [
    { value: 9, change: null, mark: "better" },
    { value: "never", change: null, mark: "same" },
  ]);
  assertEquals(row(whole!, one!), [
    { value: "never", change: null, mark: "same", reason: "too few chains to tell" },
  ]);
});

Deno.test("compareReports() marks nothing where runs are not alike, and says why", async () => {
  const info = run() as { type: "run" } & RunInfo;
  const report = (of: Partial<RunInfo>, ids: readonly string[], lost = 0) =>
    buildReport([
      { ...info, ...of },
      ...ids.flatMap((id, i) => [
        submit(id, 0),
        attempt(id, 100, 50, { queuedMs: 100 }),
        end(id, 150 + 100 * i, i < lost ? "failed" : "completed"),
      ]),
    ]);
  const ids = ["a1", "a2", "a3"];
  const first = await report({}, ids);
  const reasons = (of: Awaited<typeof first>, path: string) => {
    const { mark, reason } = rowOf([first, of], path).runs[1]!;
    return [mark, reason];
  };
  assertEquals(reasons(await report({ command: "simulate" }, ids), "chains.failed"), [
    "same",
    "one run is simulated, the other is not",
  ]);
  assertEquals(reasons(await report({}, ["b1", "b2", "b3"]), "chain_ms.p50"), [
    "same",
    "other chains arrived",
  ]);
  const spam = await report({ command: "spam" }, ids);
  assertEquals(reasons(spam, "queueing_ms.p50"), ["same", "calls queue in the first run only"]);
  assertEquals(reasons(spam, "chain_ms.p50")[1], undefined);
  const lossy = await report({}, ids, 1);
  assertEquals(reasons(lossy, "chains.failed"), ["same", undefined]);
  assertEquals(reasons(lossy, "completed_chain_ms.p50"), [
    "same",
    "only completed chains, 2 of 3 against 3 of 3",
  ]);
  const fewer = await report({}, ids.slice(1));
  assertEquals(reasons(fewer, "chains.completed"), ["same", "2 chains arrived, not 3"]);
  assertEquals(reasons(fewer, "concurrency.max")[1], undefined);
  const [words] = unmarkedWords(compareReports([first, spam]), 1);
  assertEquals(
    words,
    "queueing time not marked: calls queue in the first run only",
  );
});

Deno.test("compareReports() does not take what had not ended when a log ended for slower", async () => {
  const report = (open: number, lost = 0) => {
    const ids = Array.from({ length: 400 }, (_, i) => i);
    const ends = ids.filter((i) => i >= open).map((i) =>
      end(`a${i}`, 100 * i + 50, i % 5 < lost ? "failed" : "completed")
    );
    return buildReport([
      run(),
      ...ids.flatMap((i) => [submit(`a${i}`, 100 * i), attempt(`a${i}`, 100 * i, 50)]),
      ...ends,
    ]);
  };
  const whole = await report(0), cut = await report(250);
  const { value, mark, reason } = rowOf([whole, cut], "chain_ms.p50").runs[1]!;
  assertEquals([value, mark], ["never", "same"]);
  assertEquals(reason, "250 of 400 chains had not ended when the log of this run ended");
  const back = rowOf([cut, whole], "chain_ms.p99").runs[1]!;
  assertEquals(back.reason, "250 of 400 chains had not ended when the log of the first run ended");
  const lossy = rowOf([whole, await report(10, 4)], "chain_ms.p50").runs[1]!;
  assertEquals([lossy.mark, lossy.reason], ["worse", undefined]);
});
