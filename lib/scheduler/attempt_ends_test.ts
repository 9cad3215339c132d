import { assertEquals } from "@std/assert";
import {
  BROKEN,
  instanceOf,
  makeScheduler,
  OK,
  SHAKY,
  single,
  THROTTLED,
} from "../../tests/scheduler/builders.ts";
import { chain, fn, type FunctionOptions, type Outcome } from "../model/mod.ts";
import { judge } from "./attempt_ends.ts";
import type { Verdict } from "./contract.ts";

const UNSERVED: Outcome = { kind: "unserved", reason: "nobody is there" };
const LATE: Outcome = { ...SHAKY, cause: "timeout" };

Deno.test("judge() tells by the outcome, the function and its attempts whether an invocation settles", () => {
  const table: [FunctionOptions, Outcome, Verdict][] = [
    [{}, OK, "ok"],
    [{}, THROTTLED, "throttled"],
    [{}, UNSERVED, "unserved"],
    [{}, BROKEN, "failed"],
    [{}, SHAKY, "retry"],
    [{ retry: { attempts: 1 } }, SHAKY, "failed"],
    [{ retry: { attempts: 1 } }, THROTTLED, "throttled"],
    [{ atMostOnce: true }, SHAKY, "failed"],
    [{ atMostOnce: true }, THROTTLED, "throttled"],
    [{ retry: { on: ["timeout"] } }, SHAKY, "failed"],
    [{ retry: { on: ["timeout"] } }, LATE, "retry"],
  ];
  for (const [options, outcome, verdict] of table) {
    const scheduler = makeScheduler();
    scheduler.submit(instanceOf(single("f", options), "1"), 0);
    const task = scheduler.next(0)!;
    assertEquals(judge(task, outcome), verdict, JSON.stringify([options, outcome]));
    assertEquals(judge(task, outcome), verdict, "it changes nothing");
  }
});

Deno.test("judge() lets nothing be tried again of an instance that is to end, but what undoes it", () => {
  const undone = chain("undone", ({ call, onFailed }) => {
    call(fn("first"));
    call(fn("second"));
    onFailed(fn("undo"));
  });
  const scheduler = makeScheduler();
  scheduler.submit(instanceOf(undone, "1"), 0);
  const first = scheduler.next(0)!, second = scheduler.next(0)!;
  scheduler.settle(first, BROKEN, 0);
  for (const outcome of [SHAKY, THROTTLED, UNSERVED]) assertEquals(judge(second, outcome), "failed");
  scheduler.settle(second, OK, 0);
  const undo = scheduler.next(0)!;
  assertEquals(undo.function, "undo");
  assertEquals([SHAKY, THROTTLED].map((outcome) => judge(undo, outcome)), ["retry", "throttled"]);
});
