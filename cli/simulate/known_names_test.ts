import { assertEquals, assertThrows } from "@std/assert";
import { chain, fn, workload } from "../../lib/model/mod.ts";
import { parseFigure } from "../../lib/report/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { checkNames, namesIn, type NamingOptions } from "./known_names.ts";

const inner = chain("inner", ({ call }) => void call(fn("deep")));
const outer = chain("outer", ({ call }) => void call(inner, { after: call(fn("compile")) }));
const KNOWN = namesIn(workload({ chains: [{ chain: outer, labels: { tenant: "acme" } }] }), ["team"]);

Deno.test("namesIn() has the functions, chains and labels of a workload, those of called chains too", () => {
  assertEquals(KNOWN, {
    function: new Set(["compile", "deep"]),
    chain: new Set(["outer", "inner"]),
    label: new Set(["team", "tenant"]),
  });
});

const NONE: NamingOptions = { limits: {}, weighted: [] };

Deno.test("checkNames() lets names of the workload be, and * for all others", () => {
  checkNames({
    limits: {
      functions: { compile: 1, "*": 2 },
      chains: { inner: 1 },
      labels: { tenant: 1 },
      floors: { functions: { deep: 1 } },
      functionRates: { compile: 1 },
    },
    by: "team",
    weighted: ["outer"],
    figure: parseFigure("byChain.inner.chain_ms.p95"),
  }, KNOWN);
});

const WRONG: [kind: string, name: string, options: Partial<NamingOptions>][] = [
  ["function", "compiel", { limits: { functions: { compiel: 1 } } }],
  ["function", "compiel", { limits: { functionRates: { compiel: 1 } } }],
  ["function", "compiel", { limits: { floors: { functions: { compiel: 1 } } } }],
  ["function", "compiel", { figure: parseFigure("byFunction.compiel.run_ms.p95") }],
  ["chain", "oter", { limits: { chains: { oter: 1 } } }],
  ["chain", "oter", { weighted: ["oter"] }],
  ["chain", "oter", { figure: parseFigure("byChain.oter.chain_ms.p95") }],
  ["label", "tenat", { limits: { labels: { tenat: { acme: 1 } } } }],
  ["label", "tenat", { by: "tenat" }],
  ["function", "toString", { limits: { functions: { toString: 1 } } }],
];

WRONG.forEach(([kind, name, options], i) => {
  Deno.test(`checkNames() finds the misspelt ${kind} ${name} (${i})`, () => {
    const words = `Cannot find the ${kind} "${name}", which an option names, in the workload`;
    assertThrows(() => checkNames({ ...NONE, ...options }, KNOWN), UsageError, words);
  });
});

Deno.test("checkNames() names the nearest", () => {
  const options = { ...NONE, by: "tenat" };
  assertThrows(() => checkNames(options, KNOWN), UsageError, 'did you mean "tenant"? It has team, tenant');
});
