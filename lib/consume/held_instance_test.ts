import { assertEquals } from "@std/assert";
import { BROKEN, instanceOf, ok, shaped } from "../../tests/scheduler/builders.ts";
import { type NodeRecord, NULL, writeJson } from "../model/mod.ts";
import { HeldInstance } from "./held_instance.ts";

const DIAMOND = shaped("diamond", [[], [0], [0], [1, 2]]);

const held = (progress: readonly NodeRecord[] = [], chain = DIAMOND) =>
  new HeldInstance(instanceOf(chain, "a"), progress, 1);

Deno.test("HeldInstance.inputsOf() gives the outputs of the predecessors by name, null where there is none", () => {
  const instance = held();
  assertEquals(instance.inputsOf(0), {});
  instance.settled({ node: 1 }, "ok", 1, ok({ size: 3 }), 5, 1000);
  instance.settled({ node: 2 }, "failed", 3, BROKEN, 5, 1000);
  assertEquals(instance.inputsOf(3), { n1: writeJson({ size: 3 }), n2: NULL });
});

Deno.test("HeldInstance.output() is what the last nodes answered", () => {
  const instance = held([], shaped("fork", [[], [0], [0], []]));
  instance.settled({ node: 0 }, "ok", 1, ok("zero"), 5, 1000);
  instance.settled({ node: 2 }, "ok", 1, ok(false), 5, 1000);
  assertEquals(instance.output(), '{"n1":null,"n2":false,"n3":null}');
});

Deno.test("HeldInstance.takeUnwritten() is what has settled or been skipped since it was asked last", () => {
  const instance = held();
  instance.settled({ node: 0 }, "ok", 2, ok(1), 5, 1000);
  assertEquals(instance.takeUnwritten(), [{
    node: 0,
    state: "ok",
    attempts: 2,
    output: writeJson(1),
    endedAtMs: 1000,
    runMs: 5,
  }]);
  instance.settled({ node: 1 }, "failed", 1, BROKEN, 5, 1000);
  instance.skipped(3);
  instance.failed(2, "no-such: thing");
  assertEquals(instance.takeUnwritten(), [
    { node: 1, state: "failed", attempts: 1, output: NULL, endedAtMs: 1000, runMs: 5, reason: "it broke" },
    { node: 3, state: "skipped", attempts: 0, output: NULL },
    { node: 2, state: "failed", attempts: 0, output: NULL, reason: "no-such: thing" },
  ]);
  assertEquals(instance.takeUnwritten(), []);
});

Deno.test("HeldInstance.open counts the nodes that have not settled, here or before", () => {
  const instance = held([{ node: 0, state: "ok", attempts: 1, output: NULL }]);
  assertEquals(instance.open, 3);
  instance.settled({ node: 1 }, "ok", 1, ok(null), 5, 1000);
  instance.skipped(2);
  assertEquals(instance.open, 1);
});

Deno.test("HeldInstance.idealMs is the longest path of the run times", () => {
  const instance = held();
  instance.settled({ node: 0 }, "ok", 1, ok(null), 10, 1000);
  instance.settled({ node: 1 }, "ok", 1, ok(null), 100, 1000);
  instance.settled({ node: 2 }, "ok", 1, ok(null), 5, 1000);
  assertEquals(instance.idealMs, 110);
  instance.settled({ node: 3 }, "ok", 1, ok(null), 7, 1000);
  assertEquals(instance.idealMs, 117);
  instance.settled({ node: 0 }, "ok", 1, ok(1), 1000, 2000, 200);
  assertEquals(instance.idealMs, 200, "without the wait at the provider");
});

Deno.test("HeldInstance takes what was started for once only, and not seen to end, as failed", () => {
  const instance = held([
    { node: 0, state: "ok", attempts: 1, output: writeJson("zero") },
    { node: 1, state: "started", attempts: 1, output: NULL },
  ]);
  assertEquals(instance.takeUnwritten().map(({ node, state }) => [node, state]), [[1, "failed"]]);
  assertEquals(instance.inputsOf(1), { n0: writeJson("zero") });
});
