import { assertEquals } from "@std/assert";
import { instanceOf, single } from "../../../tests/scheduler/builders.ts";
import type { Call } from "../platform.ts";
import { idempotencyKey, payloadOf } from "./event.ts";
import { type FunctionEvent, NO_ARGS } from "../../model/mod.ts";

const NOWHERE = { ip: "", port: 0 };

/** A call of the only node of an instance. */
function callOf(generations?: readonly number[]): Call {
  const chain = single("f");
  const instance = instanceOf(chain, "o1", generations === undefined ? {} : { generations });
  return { spec: chain.nodes[0]!.fn, instance, node: 0, attempt: 1, args: NO_ARGS, inputs: {} };
}

/** The event that the function receives. */
function eventOf(generations?: readonly number[]): FunctionEvent {
  return JSON.parse(payloadOf(callOf(generations), NOWHERE));
}

Deno.test("payloadOf() tells a node that was begun again by its id and its generation", () => {
  const { id, generation } = eventOf([2]);
  assertEquals([id, generation], ["o1/f~2", 2]);
  assertEquals(idempotencyKey(callOf([2])), "o1/f~2");
  assertEquals([eventOf().id, "generation" in eventOf()], ["o1/f", false]);
});
