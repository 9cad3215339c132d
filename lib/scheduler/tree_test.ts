import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import { ChainPlan } from "./chain_plan.ts";
import { InstanceRun, Invocation } from "./invocation.ts";
import { FunctionLoads } from "./function_load.ts";
import { RunTimes } from "./run_times.ts";
import { Branch, Gate, Group, Lane, OwnRoot, Root } from "./tree.ts";

const ONE = single("one");
const PLAN = new ChainPlan(ONE, new RunTimes(), new FunctionLoads());
const LANES = 24;
const GATES = 4;

interface World {
  readonly root: Branch;
  readonly lanes: readonly Lane[];
}

/** Lanes of as many groups, which take turns at the gates. */
function makeWorld(): World {
  const root = new Branch();
  const gates = Array.from({ length: GATES }, () => new Gate([]));
  const lanes = Array.from({ length: LANES }, (_, i) => {
    const lane = new Lane(new Group(`g${i}`, false, 1), gates[i % GATES]!);
    const run = new InstanceRun(instanceOf(ONE, `${i}`), PLAN, i);
    lane.push(new Invocation(run, 0, undefined, 0), 0, undefined);
    return lane;
  });
  return { root, lanes };
}

/** Changes a lane's group; hangs the lane in, or takes it out if `remove`. */
const step = fc.record({
  lane: fc.nat(LANES - 1),
  load: fc.constantFrom(0, 0.5, 1, 2, 3.25),
  turn: fc.nat(5),
  remove: fc.boolean(),
});

Deno.test("Branch.best is the best lane of a tree, whatever comes, goes and changes", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200, size: "max" }), (steps) => {
      const { root, lanes } = makeWorld();
      for (const { lane: i, load, turn, remove } of steps) {
        const lane = lanes[i]!;
        const { gate } = lane;
        Object.assign(lane.group, { load, turn });
        if (remove && lane.parent) lane.parent.remove(lane);
        else if (lane.parent) {
          lane.parent.reread(lane, lane.group);
        } else {
          const idle = gate.empty;
          gate.add(lane);
          if (idle) root.add(gate);
        }
        const hung = lanes.filter(({ parent }) => parent);
        const sorted = hung.toSorted(({ group: a }, { group: b }) =>
          a.load - b.load || a.turn - b.turn || lanes.findIndex((l) => l.group === a) -
            lanes.findIndex((l) => l.group === b)
        );
        assertStrictEquals(root.top?.best, sorted[0]);
        assertEquals(root.empty, hung.length === 0);
        assertEquals(lanes.filter(({ gate, parent }) => parent && !gate.parent).length, 0);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("Branch.remove() leaves a parent when its last child has gone", () => {
  const { root, lanes: [lane] } = makeWorld();
  lane!.gate.add(lane!);
  root.add(lane!.gate);
  lane!.gate.remove(lane!);
  assertEquals(lane!.gate.parent, undefined);
  assertEquals(root.top, undefined);
});

Deno.test("OwnRoot stands by its group's load, its lanes by their invocations alone", () => {
  const { lanes: [other] } = makeWorld();
  const root = new Root();
  const group = new Group("many", false, 1);
  const tree = new OwnRoot(root, group);
  group.trees = [tree];
  const gate = new Gate([], tree);
  const lanes = [2, 1, 3].map((rank) => {
    const lane = new Lane(group, gate);
    const run = new InstanceRun(instanceOf(ONE, `rank ${rank}`), PLAN, rank);
    lane.push(new Invocation(run, 0, undefined, 0), rank, undefined);
    group.load = rank;
    gate.add(lane);
    return lane;
  });
  tree.hang(gate);
  other!.group.load = 2;
  other!.gate.add(other!);
  root.add(other!.gate);
  assertStrictEquals(root.top?.best, other);
  group.load = 1;
  root.changed(tree);
  assertStrictEquals(root.top?.best, lanes[1]);
  gate.remove(lanes[1]!);
  assertStrictEquals(root.top?.best, lanes[0]);
});
