import fc from "fast-check";
import type { NodeRecord } from "../../lib/model/mod.ts";
import type { Op } from "./partition_world.ts";
import { jsonTexts } from "../../lib/model/testing.ts";

const which = fc.nat(20);
const record = fc.record({
  node: fc.nat(2),
  item: fc.constantFrom(undefined, undefined, 0, 1),
  state: fc.constantFrom("ok" as const, "failed" as const),
  output: jsonTexts,
}).map(({ node, item, state, output }): NodeRecord => ({
  node,
  ...item !== undefined && { item },
  state,
  attempts: 1,
  output,
}));
const records = fc.array(record, { maxLength: 2 });
const outcome = fc.constantFrom("completed" as const, "failed" as const, "cancelled" as const);
const few = fc.constantFrom(0, 1, 2, Infinity);

const OPS: readonly (readonly [weight: number, op: fc.Arbitrary<Op>])[] = [
  [8, fc.record({ do: fc.constant("submit"), who: which })],
  [1, fc.record({ do: fc.constant("submitGarbage") })],
  [5, fc.record({ do: fc.constant("read"), count: few })],
  [8, fc.record({ do: fc.constant("claim") })],
  [5, fc.record({ do: fc.constant("pass"), kinds: fc.subarray([0, 1, 2]) })],
  [6, fc.record({ do: fc.constant("checkpoint"), pick: which, records })],
  [5, fc.record({ do: fc.constant("call"), pick: which, node: which, child: fc.nat(1) })],
  [6, fc.record({ do: fc.constant("finish"), pick: which, outcome, records })],
  [2, fc.record({ do: fc.constant("handBack"), pick: which })],
  [3, fc.record({ do: fc.constant("cancel"), pick: which, abort: fc.boolean() })],
  [
    3,
    fc.record({
      do: fc.constant("retry"),
      pick: which,
      from: fc.constantFrom(undefined, "first", "second", "third"),
    }),
  ],
  [2, fc.record({ do: fc.constant("purge"), pick: which })],
  [2, fc.record({ do: fc.constant("upkeep") })],
  [
    4,
    fc.record({
      do: fc.constant("mark"),
      pick: which,
      state: fc.constantFrom("waiting" as const, "delivered" as const, "given-up" as const),
    }),
  ],
  [
    12,
    fc.record({
      do: fc.constant("makeDurable"),
      topic: fc.constantFrom("running", "finished"),
      count: fc.constantFrom(1, 2, Infinity),
    }),
  ],
  [
    2,
    fc.record({
      do: fc.constant("compact"),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      dropsTombstones: fc.boolean(),
    }),
  ],
  [4, fc.record({ do: fc.constant("late"), count: fc.constantFrom(1, 2, Infinity) })],
  [4, fc.record({ do: fc.constant("look") })],
  [2, fc.record({ do: fc.constant("settle") })],
  [1, fc.record({ do: fc.constant("release") })],
  [
    3,
    fc.record({
      do: fc.constant("crash"),
      durable: fc.record({ running: few, finished: few }),
      nextDiesAfter: fc.constantFrom(undefined, undefined, 0, 1, 2),
    }),
  ],
];

/** The operations on a partition, in any order. */
export const anyOps: fc.Arbitrary<Op[]> = fc.array(
  fc.oneof(...OPS.map(([weight, arbitrary]) => ({ weight, arbitrary }))),
  {
    maxLength: 60,
    size: "max",
  },
);
