import { assert, assertEquals } from "@std/assert";
import type { Policy } from "../policies/mod.ts";
import { instanceOf, linear, makeScheduler, runAll, single } from "../../tests/scheduler/builders.ts";

Deno.test("a policy sees the demand for the function of a group's newest task as it finds it by name", () => {
  const seen = new Set<string>();
  const policy: Policy = {
    group: (task) => task.function,
    weight: ({ name, demand }, { functions }) => {
      assert(demand !== undefined && demand === functions.get(name));
      seen.add(`${name} ${demand.unsettled}`);
      return demand.unsettled + 1;
    },
  };
  const scheduler = makeScheduler(policy, { global: 1 });
  scheduler.submit(instanceOf(linear("two", 2), "a"), 0);
  scheduler.submit(instanceOf(linear("two", 2), "b"), 0);
  scheduler.submit(instanceOf(single("one"), "c"), 0);
  assertEquals(runAll(scheduler).length, 5);
  assertEquals([...seen].sort(), ["n0 1", "n0 2", "n1 1", "n1 2", "one 1"]);
});
