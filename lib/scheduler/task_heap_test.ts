import { assert } from "@std/assert";
import fc from "fast-check";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import { ChainPlan } from "./chain_plan.ts";
import { InstanceRun, Invocation } from "./invocation.ts";
import { FunctionLoads } from "./function_load.ts";
import { RunTimes } from "./run_times.ts";
import { TaskHeap } from "./task_heap.ts";

const ONE = single("one");
const PLAN = new ChainPlan(ONE, new RunTimes(), new FunctionLoads());

interface Waiting {
  readonly task: Invocation;
  readonly rank: readonly number[];
}

function makeTask(sequence: number): Invocation {
  return new Invocation(new InstanceRun(instanceOf(ONE, `${sequence}`), PLAN, sequence), 0, undefined, 0);
}

function compare(a: Waiting, b: Waiting): number {
  for (let i = 0; i < Math.min(a.rank.length, b.rank.length); i++) {
    if (a.rank[i] !== b.rank[i]) return a.rank[i]! < b.rank[i]! ? -1 : 1;
  }
  return a.rank.length - b.rank.length || a.task.sequence - b.task.sequence;
}

const item = fc.constantFrom(-Infinity, -1, 0, 0.5, 1, Infinity);
const push = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(item) },
  { weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }) },
);
const step = fc.oneof(
  { weight: 12, arbitrary: push },
  { weight: 3, arbitrary: fc.constant("pop" as const) },
  { weight: 2, arbitrary: fc.nat(1000) },
);

Deno.test("TaskHeap.pop() takes the least of what has not left", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 200, size: "max" }),
      fc.nat(),
      (steps, shuffle) => {
        const heap = new TaskHeap();
        const list: Waiting[] = [];
        const popBoth = () => {
          const least = list.toSorted(compare)[0]!;
          assert(heap.top === least.task);
          heap.pop();
          list.splice(list.indexOf(least), 1);
          if (list.length > 0) heap.prune(list.length);
          else heap.clear();
        };
        steps.forEach((step, i) => {
          if (typeof step === "object") {
            const task = makeTask((i * 7919 + shuffle) % 10_007);
            heap.push(task, step[0]!, step.length > 1 ? step.slice(1) : undefined);
            list.push({ task, rank: step });
          } else if (list.length === 0) return;
          else if (step === "pop") popBoth();
          else {
            const [{ task }] = list.splice(step % list.length, 1) as [Waiting];
            task.phase = "settled";
            if (list.length > 0) heap.prune(list.length);
            else heap.clear();
          }
        });
        while (list.length > 0) popBoth();
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("TaskHeap.topBefore() compares the tops of two heaps", () => {
  const ranks = [[0], [0, -1], [0, 1], [1]];
  const heaps = ranks.map(([rank, ...tail], i) => {
    const heap = new TaskHeap();
    heap.push(makeTask(10 - i), rank!, tail.length > 0 ? tail : undefined);
    return heap;
  });
  heaps.forEach((heap, i) =>
    heaps.forEach((other, j) => assert(heap.topBefore(other) === i < j, `${i} ${j}`))
  );
});

Deno.test("TaskHeap.pop() takes what came in its order in that order, also once something comes out of it", () => {
  const order = fc.record({ before: fc.nat(400), popped: fc.nat(400), at: fc.nat(500), after: fc.nat(200) });
  fc.assert(
    fc.property(order, fc.func(fc.boolean()), ({ before, popped, at, after }, leaves) => {
      const heap = new TaskHeap<Invocation>(), left = new Set<Invocation>();
      const push = (sequence: number) => {
        const task = makeTask(sequence);
        heap.push(task, 0, undefined);
        left.add(task);
      };
      const pop = () => {
        const least = [...left].reduce((a, b) => a.sequence < b.sequence ? a : b);
        assert(heap.top === least);
        heap.pop();
        left.delete(least);
        if (left.size > 0) heap.prune(left.size);
        else heap.clear();
      };
      for (let i = 0; i < before; i++) push(2 * i);
      for (const task of [...left].filter((task) => leaves(task.sequence))) {
        task.phase = "settled";
        left.delete(task);
        if (left.size > 0) heap.prune(left.size);
        else heap.clear();
      }
      for (let i = 0; i < popped && left.size > 0; i++) pop();
      push(2 * at + 1);
      for (let i = 0; i < after; i++) push(2 * (before + at + i));
      while (left.size > 0) pop();
    }),
    { numRuns: 50 },
  );
});
