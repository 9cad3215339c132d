import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Pause, pauseName } from "./pause.ts";

Deno.test("pauseName() describes the nodes that a pause holds", () => {
  const label = { name: "tenant", value: "acme = co, ltd" };
  const table: [Pause, string][] = [
    [{}, "everything"],
    [{ chain: "order" }, "chain order"],
    [{ chain: "order", function: "pay", label }, "chain order, function pay, label tenant=acme = co, ltd"],
    [{ label: { name: "a=b", value: "c" } }, 'label "a=b"=c'],
  ];
  for (const [pause, name] of table) assertEquals(pauseName(pause), name);
});

Deno.test("pauseName() tells pauses apart, whatever signs labels are of", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "=", '"', "\\", ",", " ", "\n"), maxLength: 6 });
  const name = fc.constantFrom("a", "b");
  const pause: fc.Arbitrary<Pause> = fc.record(
    { chain: name, function: name, label: fc.record({ name: text, value: text }) },
    { requiredKeys: [] },
  );
  fc.assert(fc.property(fc.array(pause, { maxLength: 30 }), (pauses) => {
    const parts = pauses.map(({ chain, function: fn, label }) =>
      JSON.stringify([chain, fn, label?.name, label?.value])
    );
    assertEquals(new Set(pauses.map(pauseName)).size, new Set(parts).size);
  }));
  const [one, other] = [["a", "b=c"], ["a=b", "c"]].map(([name, value]) => ({
    label: { name: name!, value: value! },
  }));
  assertEquals(pauseName(one!) === pauseName(other!), false);
});
