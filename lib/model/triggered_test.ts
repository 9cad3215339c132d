import { assertEquals, assertThrows } from "@std/assert";
import { chain, type ChainBuilder, fn, WorkloadError } from "./mod.ts";
import { checkTriggered } from "./triggered.ts";

const f = fn("f"), inner = chain("inner", ({ call }) => void call(f));

const refused: readonly [string, (builder: ChainBuilder, after: string) => void][] = [
  ["it has a condition", ({ call }, after) => call(f, { name: "n", after, when: "true" })],
  ["it is a map", ({ call }, after) => call(f, { name: "n", after, map: "inputs.f" })],
  ['it calls the chain "inner"', ({ call }, after) => call(inner, { name: "n", after })],
  ["it has an expression in args.of[1].id", ({ call }, after) => {
    call(f, { name: "n", after, args: { of: ["plain", { id: "{% instance.id %}" }] } });
  }],
  ["it undoes", ({ onFailed }) => onFailed(f, { name: "n" })],
];

for (const [words, build] of refused) {
  Deno.test(`checkTriggered() refuses a node of which it says: ${words}`, () => {
    const deciding = chain("c", (builder) => build(builder, builder.call(f).name));
    const { code, place, message } = assertThrows(() => checkTriggered(deciding), WorkloadError);
    assertEquals([code, place], ["bad-chain", { chain: "c", node: "n" }]);
    assertEquals(message.startsWith(`chain "c", node "n": ${words}`), true, message);
    assertEquals(message.endsWith("sequoia consume"), true, message);
  });
}

Deno.test("checkTriggered() lets chains pass that decide nothing", () => {
  checkTriggered(chain("plain", ({ call }) => {
    const first = call(f, { args: { text: "no {% template %}" }, onFailure: "skip" });
    call(f, { after: first, join: "settled" });
  }, { output: "{% inputs.f %}", timeLimit: "1m" }));
});
