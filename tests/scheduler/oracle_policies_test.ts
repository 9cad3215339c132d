/** Each policy on 1,000 random workloads; in a file of its own, as files run side by side. */
import fc from "fast-check";
import { POLICY_NAMES } from "./arbitraries.ts";
import { assertDecidesAsOracle } from "./duel.ts";

for (const name of POLICY_NAMES) {
  Deno.test(`Scheduler decides as the oracle under ${name}`, () => {
    assertDecidesAsOracle(fc.constant({ name }), 1000);
  });
}
