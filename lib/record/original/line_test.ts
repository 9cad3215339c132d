import { assertEquals } from "@std/assert";
import { originalCall } from "./line.ts";

Deno.test("originalCall() names a call by an id of the original's, or by what the function calls itself", () => {
  const { chain, instance, node } = originalCall(
    "lambda",
    "{'instanceId': 3, 'chainId': 2, 'functionId': 1, 'nodeId': 4}",
  );
  assertEquals([chain, instance, node], ["chain2", "2-3", "node4"]);
  for (const id of ["order-7", "{5}", "{broken", ""]) {
    const { chain, instance, node } = originalCall("lambda", id);
    assertEquals([chain, instance, node], ["lambda", id, "lambda"]);
  }
});
