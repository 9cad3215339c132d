import { assertEquals } from "@std/assert";
import { calledInstance, callKey } from "./called.ts";
import { chain } from "./chain_builder.ts";
import { fn } from "./function.ts";
import { type Instance, NO_ARGS, NO_LABELS } from "./instance.ts";

const inner = chain("inner", ({ call }) => void call(fn("work")));
const outer = chain("outer", ({ call }) => {
  call(inner, { after: call(fn("list"), { map: "args.items" }) });
});

const instance: Instance = {
  ...{ id: "o1", chain: outer, labels: NO_LABELS, submittedAtMs: 0, priority: 0, weight: 1 },
  deadlineMs: Infinity,
};

Deno.test("callKey() names a call by its instance, node and item, and by how often the node was begun again", () => {
  const again = { ...instance, generations: [0, 2] };
  assertEquals(callKey(instance, { node: 0, item: 3 }), "o1/list/3");
  assertEquals(callKey(again, { node: 0, item: 3 }), "o1/list/3");
  assertEquals(callKey(again, { node: 1 }), "o1/inner~2");
  assertEquals(callKey(again, { node: 1, item: 3 }), "o1/inner~2/3");
});

Deno.test("calledInstance() gives what a node calls that was begun again an id of its own, and no generations", () => {
  const called = calledInstance({ ...instance, generations: [1, 1] }, { node: 1 }, NO_ARGS, 5);
  assertEquals([called.id, called.generations], ["o1/inner~1", undefined]);
  assertEquals(callKey(called, { node: 0 }), "o1/inner~1/work");
});
