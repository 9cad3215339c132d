import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import { ChainPlan } from "./chain_plan.ts";
import { TimeHeap } from "./time_heap.ts";
import { InstanceRun, Invocation } from "./invocation.ts";
import { FunctionLoads } from "./function_load.ts";
import { RunTimes } from "./run_times.ts";

const ONE = single("one");
const PLAN = new ChainPlan(ONE, new RunTimes(), new FunctionLoads());

Deno.test("TimeHeap.take() gives back the soonest that has ended, by sequence among equals", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.nat(20), fc.nat(), (times, nowMs, cancelled) => {
      const delays = new TimeHeap<Invocation>(({ phase }) => phase !== "delayed");
      const entries = times.map((untilMs, i) => {
        const sequence = (i * 7919) % 10_007;
        const task = new Invocation(
          new InstanceRun(instanceOf(ONE, `${i}`), PLAN, sequence),
          0,
          undefined,
          0,
        );
        task.phase = "delayed";
        delays.add(task, untilMs);
        return { task, untilMs };
      });
      entries.forEach(({ task }, i) => {
        if (cancelled & (1 << (i % 31))) task.phase = "settled";
      });
      const left = entries.filter(({ task }) => task.phase === "delayed").sort((a, b) =>
        a.untilMs - b.untilMs || a.task.sequence - b.task.sequence
      );
      for (const { task, untilMs } of left) {
        assertEquals(delays.nextMs, untilMs);
        if (untilMs > nowMs) break;
        assertStrictEquals(delays.take(nowMs), task);
      }
      assertEquals(delays.take(nowMs), undefined);
    }),
    { numRuns: 300 },
  );
});
