import { assertEquals } from "@std/assert";
import { attempt, end, run, submit } from "../testing.ts";
import { shownByCause } from "./causes.ts";
import { buildDrawnRun, pageRun } from "./drawn.ts";

Deno.test("shownByCause() finds the instances of each cause, whatever their numbers and the lengths of reasons", async () => {
  const long = "x".repeat(1000), odd = "a\u0007b\u202e 12 of 13";
  const reasons = ["no answer within 5003 ms", "no answer within 17 ms", long, odd];
  const events = reasons.flatMap((reason, i) => [
    submit(`a${i}`, i),
    attempt(`a${i}`, i, 5, { outcome: "failed", reason }),
    end(`a${i}`, 10 + i, "failed", { reason }),
  ]);
  const unknown = [submit("b1", 20), attempt("b1", 20, 1, { outcome: "throttled" }), end("b1", 30)];
  const { report, picture } = pageRun(await buildDrawnRun("run", [run(), ...events, ...unknown]));
  const ids = shownByCause(picture.chosen, report.failures).map((of) =>
    of.map((i) => picture.chosen.instances[i]!.id).sort()
  );
  assertEquals(report.failures.map(({ count }) => count), ids.map(({ length }) => length));
  assertEquals(ids[0], ["a0", "a1"]);
});

Deno.test("shownByCause() gives causes beyond those that are told apart to the rest", async () => {
  const events = Array.from({ length: 120 }, (_, i) => {
    const reason = `${String.fromCharCode(97 + i % 26).repeat(1 + i / 26)} failed`;
    return [submit(`a${i}`, i), end(`a${i}`, i + 1, "failed", { reason })];
  }).flat();
  const { report, picture } = pageRun(await buildDrawnRun("run", [run(), ...events]));
  const shown = shownByCause(picture.chosen, report.failures);
  assertEquals(report.failures.map(({ count }) => count), shown.map(({ length }) => length));
});
