import { assertEquals } from "@std/assert";
import { byValueText } from "./by_value.ts";

Deno.test("byValueText() writes numbers as the command line does, and nothing for none", () => {
  assertEquals(
    byValueText({
      functions: { compile: 5 },
      chains: {},
      labels: { tenant: { acme: 20, "*": 5 }, kind: {} },
    }),
    "function=compile:5 tenant=acme:20,*:5",
  );
  assertEquals(byValueText({ chains: { nightly: 1, weekly: 2 } }), "chain=nightly:1,weekly:2");
  assertEquals(byValueText({}), "");
});
