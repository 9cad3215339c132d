import { assertEquals } from "@std/assert";
import { chain, fn, instanceMaker, seededRandom } from "../../model/mod.ts";
import { originalSubmission } from "./submission.ts";

/** One of the original's producers wrote this, and its consumer read it (kafka-python 2.0.2, Kafka 3.9.2). */
const RECORDED =
  "producerSide-start-1795423384.1679482-{'instanceId': 2, 'chainId': 3, 'chainFunctionIdList': [1, 2, 3], " +
  "'extras': [{'functionPriorities': {'1': 1, '2': 2, '3': 3}}]}";

const url = "http://127.0.0.1:1/f";
const make = instanceMaker(seededRandom("submission"));

/** An instance of a chain of functions in a row, each with an id and, maybe, a priority. */
function instanceOf(
  name: string,
  functions: readonly (readonly [id: number | undefined, priority?: number])[],
) {
  const made = chain(name, ({ call }) => {
    let after: ReturnType<typeof call> | undefined;
    for (const [i, [id, priority]] of functions.entries()) {
      const options = { url, ...id !== undefined && { id }, ...priority !== undefined && { priority } };
      after = call(fn(`f${i}`, options), after === undefined ? {} : { after });
    }
  });
  return make({ chain: made }, 0);
}

Deno.test("originalSubmission() writes what the original's producers do, to the byte", () => {
  const instance = instanceOf("chain3", [[1], [2], [3]]);
  const text = originalSubmission(instance, 1795423384167.9482);
  assertEquals(text.replace(/'instanceId': \d+/, "'instanceId': 2"), RECORDED);
  assertEquals(originalSubmission(instance, 1795423384000).split("-")[2], "1795423384.0");
});

Deno.test("originalSubmission() gives each function of the chain a priority, by what it declares, then by its id", () => {
  const text = originalSubmission(instanceOf("chain7", [[30], [4, 9], [12, 2], [4, 9]]), 1000);
  assertEquals(/'chainFunctionIdList': \[(.*?)\]/.exec(text)?.[1], "30, 4, 12");
  assertEquals(/'functionPriorities': \{(.*?)\}/.exec(text)?.[1], "'4': 2, '12': 1, '30': 3");
});

Deno.test("originalSubmission() has a dash in no place where the original cuts it, whatever the names", () => {
  for (const name of ["a-b", "chain-1", "x"]) {
    assertEquals(originalSubmission(instanceOf(name, [[undefined], [undefined]]), 0).split("-").length, 4);
  }
});
