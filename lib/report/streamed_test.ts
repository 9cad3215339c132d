import { assert, assertEquals } from "@std/assert";
import type { RunEvent } from "./events.ts";
import { attempt, end, functionRun, run, submit } from "./testing.ts";
import { buildStreamedView } from "./streamed.ts";
import { buildRunView } from "./view.ts";

const codes = ({ report }: Awaited<ReturnType<typeof buildRunView>>) => report.notes.map(({ code }) => code);

/** As many chains as it takes to have no remark on their number, each with one call. */
function chains(more: Parameters<typeof attempt>[3] = {}): RunEvent[] {
  return Array.from({ length: 100 }, (_, i) => i).flatMap((i) => {
    const id = `${"ab"[i % 2]}${i}`, platform = i % 3 === 0 ? "edge" : "cloud";
    return [
      submit(id, 10 * i),
      attempt(id, 10 * i, 5, { platform, ...more }),
      end(id, 10 * i + 5),
    ];
  });
}

Deno.test("buildStreamedView() says in the report that it leaves out the times of functions", async () => {
  const events = [run(), ...chains(), functionRun("a1", 10, 4), functionRun("b2", 20, 4)];
  const { report } = await buildStreamedView("a", events);
  assertEquals(report.notes, [{
    code: "no-function-times",
    text:
      "No function times: a report in bounded memory leaves out what functions told of their runs (2 runs)",
  }]);
  assertEquals(codes(await buildRunView("a", events)), []);
  assertEquals(codes(await buildStreamedView("a", [run(), ...chains()])), []);
});

Deno.test("buildStreamedView() adds up what attempts cost as buildRunView() does", async () => {
  const events = [run(), ...chains({ cost: 0.25 })];
  const [streamed, whole] = [await buildStreamedView("a", events), await buildRunView("a", events)];
  assertEquals(streamed.report.cost, whole.report.cost);
  assertEquals(streamed.report.cost?.total, 25);
  assertEquals(streamed.report.intervals, whole.report.intervals);
});

Deno.test("buildStreamedView() says that calls which nothing queues started late", async () => {
  const events = [{ ...run(), command: "spam" } as RunEvent, ...chains({ queuedMs: 60 })];
  assert(codes(await buildRunView("a", events)).includes("late-arrivals"));
  assertEquals(codes(await buildStreamedView("a", events)), codes(await buildRunView("a", events)));
});
