import { assertEquals } from "@std/assert";
import { BROKEN, instanceOf, shaped } from "../../tests/scheduler/builders.ts";
import type { Json, NodeRecord } from "../model/mod.ts";
import { HeldInstance } from "./held_instance.ts";

const DIAMOND = shaped("diamond", [[], [0], [0], [1, 2]]);

const held = (progress: readonly NodeRecord[] = [], chain = DIAMOND) =>
  new HeldInstance(instanceOf(chain, "a"), progress);
const ok = (output: Json) => ({ kind: "ok", output } as const);

Deno.test("HeldInstance.inputsOf() gives the outputs of the predecessors by name, null where there is none", () => {
  const instance = held();
  assertEquals(instance.inputsOf(0), {});
  instance.settled(1, "ok", 1, ok({ size: 3 }), 5);
  instance.settled(2, "failed", 3, BROKEN, 5);
  assertEquals(instance.inputsOf(3), { n1: { size: 3 }, n2: null });
});

Deno.test("HeldInstance.output() is what the last nodes answered", () => {
  const instance = held([], shaped("fork", [[], [0], [0], []]));
  instance.settled(0, "ok", 1, ok("zero"), 5);
  instance.settled(2, "ok", 1, ok(false), 5);
  assertEquals(instance.output(), { n1: null, n2: false, n3: null });
});

Deno.test("HeldInstance.notCheckpointed() is what has settled or been skipped, but for what is durable", () => {
  const instance = held();
  const first = instance.settled(0, "ok", 2, ok(1), 5);
  const second = instance.settled(1, "failed", 1, BROKEN, 5);
  instance.skipped(3);
  instance.checkpointed(first);
  assertEquals(first, { node: 0, state: "ok", attempts: 2, output: 1 });
  assertEquals(second, { node: 1, state: "failed", attempts: 1, output: null, reason: "it broke" });
  const skipped: NodeRecord = { node: 3, state: "skipped", attempts: 0, output: null };
  assertEquals(instance.notCheckpointed(), [second, skipped]);
});

Deno.test("HeldInstance.open counts the nodes that have not settled, here or before", () => {
  const instance = held([{ node: 0, state: "ok", attempts: 1, output: null }]);
  assertEquals(instance.open, 3);
  instance.settled(1, "ok", 1, ok(null), 5);
  instance.skipped(2);
  assertEquals(instance.open, 1);
});

Deno.test("HeldInstance.idealMs is the longest path of the run times", () => {
  const instance = held();
  instance.settled(0, "ok", 1, ok(null), 10);
  instance.settled(1, "ok", 1, ok(null), 100);
  instance.settled(2, "ok", 1, ok(null), 5);
  assertEquals(instance.idealMs, 110);
  instance.settled(3, "ok", 1, ok(null), 7);
  assertEquals(instance.idealMs, 117);
});

Deno.test("HeldInstance takes what was started for once only, and not seen to end, as failed", () => {
  const instance = held([
    { node: 0, state: "ok", attempts: 1, output: "zero" },
    { node: 1, state: "started", attempts: 1, output: null },
  ]);
  assertEquals(instance.notCheckpointed().map(({ node, state }) => [node, state]), [[1, "failed"]]);
  assertEquals(instance.inputsOf(1), { n0: "zero" });
});
