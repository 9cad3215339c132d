import fc from "fast-check";
import type { FixedLimits } from "../../lib/scheduler/mod.ts";
import {
  limits as anyLimits,
  limitsOf,
  namedPolicy,
  ownPolicy,
  type PolicyChoice,
  withPossibleFloors,
} from "./arbitraries.ts";
import { assertDecidesAsOracle } from "./duel.ts";

for (const name of ["fair-share", "weighted", "fair-share-functions"]) {
  Deno.test(`Scheduler decides as the oracle under ${name} with strict shares`, () => {
    assertDecidesAsOracle(fc.constant({ name }), 300, { strictShares: true });
  });
}

Deno.test("Scheduler decides as the oracle where calls are shared, not time", () => {
  assertDecidesAsOracle(fc.oneof(namedPolicy, ownPolicy), 300, { share: "calls" });
});

Deno.test("Scheduler decides as the oracle under joined policies, shares by label, and changes between", () => {
  assertDecidesAsOracle(namedPolicy, 400);
});

Deno.test("Scheduler decides as the oracle, and places as it does, where there are several platforms", () => {
  const platforms = [{ name: "dear", price: 3 }, { name: "cheap", price: 1 }, {
    name: "also cheap",
    price: 1,
  }];
  const policy = fc.oneof(namedPolicy, namedPolicy.map(binPacked));
  assertDecidesAsOracle(policy, 400, { platforms }, limitsOf(platforms.map(({ name }) => name)));
});

Deno.test("Scheduler decides as the oracle when it sheds what is too late", () => {
  assertDecidesAsOracle(namedPolicy, 300, { shed: true });
});

Deno.test("Scheduler decides as the oracle under policies that users might write", () => {
  assertDecidesAsOracle(ownPolicy, 500);
});

/** Limits of everything, so that each tenant has as many lanes as there are functions and chains. */
const manyLimits = anyLimits.map((some): FixedLimits =>
  withPossibleFloors({
    ...some,
    functions: { f0: 2, f1: 1, f2: 2, f3: 1, f4: 3, ...some.functions },
    chains: { c0: 2, c1: 3, c2: 1, c3: 4, ...some.chains },
  })
);

for (const strictShares of [false, true]) {
  const name = strictShares ? "with strict shares" : "that share by label";
  Deno.test(`Scheduler decides as the oracle under policies ${name}, behind many limits`, () => {
    const policy: fc.Arbitrary<PolicyChoice> = fc.oneof(
      fc.constantFrom("deadline", "running-first").map((rank) => ({
        name: `fair-share+${rank}`,
        by: "tenant",
      })),
      fc.constant<PolicyChoice>({ group: "tenant", weight: "time", rank: ["priority"] }),
    );
    assertDecidesAsOracle(policy, 200, { strictShares }, manyLimits);
  });
}

function binPacked(choice: PolicyChoice): PolicyChoice {
  return "name" in choice ? { ...choice, name: `${choice.name}+bin-packing` } : choice;
}
