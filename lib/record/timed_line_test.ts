import { assertEquals } from "@std/assert";
import { originalCall } from "./original_line.ts";
import { parseTimedLine } from "./timed_line.ts";

Deno.test("parseTimedLine() reads who, what, when and of what, with a - in any of the texts", () => {
  const read = (text: string) => {
    const line = parseTimedLine(text);
    return line && [line.who, line.status, line.atMs, line.id];
  };
  assertEquals(read("functionSide-start-1795424330.229898-{'a': 1}"), [
    "functionSide",
    "start",
    1795424330229.898,
    "{'a': 1}",
  ]);
  assertEquals(read("a-start-b-end-1795424330.5-01J/x-start-1795424330-y\r"), [
    "a-start-b",
    "end",
    1795424330500,
    "01J/x-start-1795424330-y",
  ]);
  assertEquals(read("f-end-1795424330-"), ["f", "end", 1795424330000, ""]);
  assertEquals(read("f-end-nan-x"), ["f", "end", undefined, "x"]);
  for (const text of ["", "f", "f-begin-1795424330-x", "-start-1795424330-x", "f-start-1795424330"]) {
    assertEquals(read(text), undefined, text);
  }
});

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
