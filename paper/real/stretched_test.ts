import { assertEquals } from "@std/assert";
import { attempt, run, START_MS, submit } from "../../lib/report/testing.ts";
import { stretched } from "./stretched.ts";

Deno.test("stretched() lengthens all times, counted from the start of the run, and nothing else", async () => {
  const call = attempt("a1", 20, 5, { queuedMs: 8, attempt: 2 });
  assertEquals(await Array.fromAsync(stretched([run(), submit("a1", 12, { deadlineMs: 40 }), call], 10)), [
    run(),
    submit("a1", 120, { deadlineMs: 400 }),
    { ...call, startedAtMs: START_MS + 200, runMs: 50, queuedMs: 80 },
  ]);
});
