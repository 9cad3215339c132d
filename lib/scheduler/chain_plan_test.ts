import { assertAlmostEquals, assertEquals } from "@std/assert";
import { chain, constant, fn } from "../model/mod.ts";
import { ChainPlan } from "./chain_plan.ts";
import { FunctionLoads } from "./function_load.ts";
import { RunTimes } from "./run_times.ts";

const TIMES = { start: 10, left: 20, right: 300, end: 5, aside: 7 };

const diamond = chain("diamond", ({ call }) => {
  const node = (name: keyof typeof TIMES, ...after: string[]) =>
    call(fn(name, { time: constant(TIMES[name]) }), { after });
  node("start");
  node("left", "start");
  node("right", "start");
  node("end", "left", "right");
  node("aside");
});

Deno.test("ChainPlan derives what follows what", () => {
  const plan = new ChainPlan(diamond, new RunTimes(), new FunctionLoads());
  assertEquals(plan.roots, [0, 4]);
  assertEquals(plan.successors, [[1, 2], [3], [3], [], []]);
  assertEquals(plan.predecessorCounts, [0, 1, 1, 2, 0]);
});

Deno.test("ChainPlan.remainingMs() is the longest path to the end, and follows what is learned", () => {
  const times = new RunTimes();
  const plan = new ChainPlan(diamond, times, new FunctionLoads());
  const remaining = () => diamond.nodes.map((_, i) => plan.nodes[i]!.remainingMs);
  assertEquals(remaining(), [315, 25, 305, 5, 7]);
  assertEquals(plan.criticalMs(), 315);
  const left = diamond.nodes[1]!.fn;
  times.observe(left, 20 + 6 * 2400);
  assertEquals(plan.nodes[1]!.expectedMs, 2420);
  const ratio = plan.nodes[3]!.expectedMs / TIMES.end; // what it says of the others' declared times, see DeclaredRatio
  assertAlmostEquals(ratio, ((20 + 6 * 2400) / 20) ** (1 / 6), 1e-5);
  const longest = [15 * ratio + 2420, 5 * ratio + 2420, 305 * ratio, 5 * ratio, 7 * ratio];
  for (const [i, ms] of remaining().entries()) assertAlmostEquals(ms, longest[i]!, 1e-9);
  assertEquals(plan.criticalMs(), remaining()[0]);
});
