import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { poisson } from "./arrivals.ts";
import type { Chain } from "./chain.ts";
import { chain } from "./chain_builder.ts";
import { atPlace, WorkloadError, type WorkloadErrorCode } from "./errors.ts";
import { fn } from "./function.ts";
import { asWorkload, functionsOf, isLabels, workload, type WorkloadChainOptions } from "./workload.ts";
import { assertRefused, thrownBy } from "./testing.ts";

const small = chain("small", ({ call }) => call(fn("s")));
const large = chain("large", ({ call }) => call(fn("l", { run: () => 1 })));

Deno.test("workload() reads deadlines and keeps the rest", () => {
  const mix = workload({
    chains: [{ chain: small, share: 9, deadline: "2s" }, {
      chain: large,
      weight: 2,
      labels: { tenant: "acme" },
    }],
    arrivals: poisson(5),
  });
  assertEquals(mix, {
    chains: [{ chain: small, share: 9, deadlineMs: 2000 }, {
      chain: large,
      weight: 2,
      labels: { tenant: "acme" },
    }],
    arrivals: { kind: "poisson", ratePerS: 5 },
  });
});

Deno.test("workload() names the chain, what is wrong and what to write instead", () => {
  const one = (options: Partial<WorkloadChainOptions>) => () =>
    workload({ chains: [{ chain: small, ...options }] });
  const refused: [Partial<WorkloadChainOptions>, WorkloadErrorCode, string | RegExp][] = [
    [{ weight: 0 }, "bad-chain", 'chain "small": weight is 0. Write a number above 0'],
    [{ weight: Infinity }, "bad-chain", /weight is Infinity/],
    [{ share: -1 }, "bad-chain", 'chain "small": share is -1. Write 0 or a number above it'],
    [{ share: NaN }, "bad-chain", /share is NaN/],
    [{ priority: 1.5 }, "bad-chain", 'chain "small": priority is 1.5. Write a whole number'],
    [
      { labels: { size: 5 } as unknown as Record<string, string> },
      "bad-chain",
      'chain "small": labels are no texts. Write labels: { tenant: "acme" }',
    ],
    [
      { deadline: "soon" },
      "bad-duration",
      /^chain "small": deadline: Cannot read "soon" as a duration\. Write /,
    ],
    [{ deadline: 0 }, "bad-duration", /^chain "small": deadline: /],
    [
      { chain: undefined as unknown as Chain },
      "no-chain",
      "an entry of workload() has no chain. Write { chain: chain(name, …), … }",
    ],
    [{ chain: {} as Chain }, "bad-chain", "this is no chain. Write chain(name, ({ call }) => { … })"],
  ];
  for (const [options, code, message] of refused) assertRefused(one(options), code, message);
  assertRefused(
    () => workload({ chains: [{ chain: small }, { chain: small }] }),
    "duplicate-chain",
    'chain "small": two chains have this name. Give one of them another',
  );
  assertRefused(() => workload({ chains: [] }), "no-chain", "the workload has no chains");
  assertRefused(
    () => workload(small as unknown as Parameters<typeof workload>[0]),
    "no-chain",
    "workload() was given no chains. Write workload({ chains: [{ chain }] })",
  );
});

Deno.test("workload() and asWorkload() refuse options that do not exist, and name the nearest", () => {
  const given = workload as (options: object) => unknown;
  assertRefused(
    () => given({ chains: [{ chain: small, wieght: 2 }] }),
    "bad-chain",
    /^chain "small": an entry of workload\(\) has no option "wieght"\. Did you mean "weight"\?/,
  );
  assertRefused(
    () => given({ chains: [{ chain: small }], arrival: 1 }),
    "bad-chain",
    /^workload\(\) has no option "arrival"\. Did you mean "arrivals"\?/,
  );
  assertRefused(
    () => asWorkload({ chains: [{ chain: small, deadline: "5s" }] }),
    "bad-chain",
    /^chain "small": an entry of the workload has no option "deadline"\. Did you mean "deadlineMs"\?/,
  );
});

Deno.test("asWorkload() takes a chain, a list of chains and a workload()", () => {
  assertEquals(asWorkload(small), { chains: [{ chain: small }] });
  assertEquals(asWorkload([small, large]), { chains: [{ chain: small }, { chain: large }] });
  const mix = workload({ chains: [{ chain: small }] });
  assertStrictEquals(asWorkload(mix), mix);
});

Deno.test("asWorkload() refuses anything else", () => {
  for (const value of [undefined, null, 5, "small", {}, () => small]) {
    assertRefused(
      () => asWorkload(value),
      "no-chain",
      "the module's default export is no chain, no list of chains and no workload(). Write export default chain(name, …)",
    );
  }
  assertRefused(() => asWorkload([]), "no-chain", "the workload has no chains");
  assertRefused(() => asWorkload([5]), "bad-chain", /^this is no chain/);
});

Deno.test("functionsOf() finds the bodies", () => {
  const functions = functionsOf([small, large]);
  assertEquals([...functions.keys()], ["s", "l"]);
  assertStrictEquals(functions.get("s")!.run, undefined);
  assertStrictEquals(typeof functions.get("l")!.run, "function");
});

Deno.test("isLabels() is true of texts by name", () => {
  for (const labels of [{}, { a: "" }, { constructor: "x" }]) assert(isLabels(labels));
  const proto = JSON.parse(`{"__proto__": "x"}`);
  for (const value of [null, [], { a: 1 }, { a: undefined }, proto, { a: "\ud800" }, { "\ud800": "a" }]) {
    assert(!isLabels(value));
  }
});

Deno.test("atPlace() tells a WorkloadError where it is, the nearest place winning", () => {
  const fail = () => {
    throw new WorkloadError("bad-chain", "it is odd", { chain: "c" });
  };
  const error = thrownBy(() => atPlace({ file: "w.ts", chain: "other" }, fail));
  assert(error instanceof WorkloadError);
  assertStrictEquals(error.message, 'w.ts, chain "c": it is odd');
  assertEquals(error.place, { file: "w.ts", chain: "c" });
  assertStrictEquals(error.detail, "it is odd");
  assert(error.cause instanceof WorkloadError);
  const other = new Error("x");
  const failOther = () => {
    throw other;
  };
  assertStrictEquals(thrownBy(() => atPlace({ file: "w.ts" }, failOther)), other);
  assertStrictEquals(atPlace({}, () => 5), 5);
});
