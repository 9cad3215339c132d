import { assertEquals } from "@std/assert";
import type { Instance } from "../../../model/mod.ts";
import { single } from "../../../../tests/scheduler/builders.ts";
import type { Entry } from "./entry.ts";
import { EntryTree } from "./entry_tree.ts";

/** An entry of an instance. @param caller the id of the one that has called it */
function entry(id: string, caller?: string): Entry {
  const instance: Instance = {
    ...{ id, chain: single("f"), labels: {}, submittedAtMs: 0, priority: 0, weight: 1, deadlineMs: Infinity },
    ...caller !== undefined && { parent: { instance: caller, node: "f" } },
  };
  return {
    ...{
      instance,
      seq: 0,
      place: { offset: 0, atMs: 0, isCalled: false },
      run: 0,
      state: "queued",
      resumed: false,
      hasHead: false,
    },
    ...{ records: new Map(), called: new Set(), caller: undefined, cancel: undefined, abort: false },
    ...{ reason: undefined, output: undefined, endedAtMs: undefined },
  };
}

Deno.test("EntryTree puts what was called under its caller, whichever comes first", () => {
  const tree = new EntryTree(), root = entry("r"), early = entry("r/a", "r"), late = entry("r/b", "r");
  tree.add(early);
  assertEquals([tree.orphans(), tree.hasOrphansOf("r")], [[early], true]);
  tree.add(root);
  tree.add(late);
  assertEquals([...root.called], [early, late]);
  assertEquals([early.caller, late.caller], [root, root]);
  assertEquals([tree.orphans(), tree.hasOrphansOf("r")], [[], false]);
  tree.drop(early);
  assertEquals([...root.called], [late]);
});

Deno.test("EntryTree keeps nothing of a caller that was dropped once what it had called is dropped too", () => {
  const tree = new EntryTree(), root = entry("r"), called = entry("r/a", "r");
  for (const each of [root, called]) tree.add(each);
  tree.drop(root);
  assertEquals([tree.orphans(), called.caller], [[called], undefined]);
  tree.drop(called);
  assertEquals([tree.orphans(), tree.hasOrphansOf("r"), tree.byId.size], [[], false, 0]);
});
