import { assertEquals, assertThrows } from "@std/assert";
import { policyOf } from "../../lib/policies/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { readOptions } from "../shell/options.ts";
import type { Limits } from "../../lib/scheduler/mod.ts";
import { checkEffects, limitsKept, limitsOf, SCHEDULING_OPTIONS } from "./scheduling_options.ts";

const check = (policies: readonly string[], ...args: readonly string[]) =>
  checkEffects(
    readOptions(SCHEDULING_OPTIONS, args).values,
    policies.map((text) => ({ text, policy: policyOf(text) })),
  );

Deno.test("checkEffects() takes options that one of the policies goes by", () => {
  check(["fcfs"]);
  check(["fair-share"], "--by", "tenant", "--share", "calls", "--strict-shares");
  check(["fair-share+shortest-job-first"], "--by", "tenant");
  check(["fcfs", "weighted"], "--weight", "a=3");
  check(["priority-queues"], "--ageing", "5s", "--limit", "7");
});

Deno.test("checkEffects() refuses options that none of the policies goes by", () => {
  const table: [policies: string[], args: string[], message: string][] = [
    [["fcfs"], ["--by", "tenant"], "--by has no effect under fcfs. Use it with fair-share, or leave it out"],
    [
      ["fcfs", "fair-share+deadline"],
      ["--weight", "a=3"],
      "--weight has no effect under fcfs, fair-share+deadline. Use it with weighted, or leave it out",
    ],
    [
      ["weighted"],
      ["--ageing", "1s"],
      "--ageing has no effect under weighted. Use it with priority-queues, or leave it out",
    ],
    [
      ["deadline"],
      ["--strict-shares"],
      "--strict-shares has no effect under deadline. Use it with policies that share, as fair-share, or leave it out",
    ],
    [
      ["deadline"],
      ["--share", "time"],
      "--share has no effect under deadline. Use it with policies that share, as fair-share, or leave it out",
    ],
  ];
  for (const [policies, args, message] of table) {
    assertEquals(assertThrows(() => check(policies, ...args), UsageError).message, message);
  }
});

const RECORDED: Limits = {
  global: 12,
  fixed: true,
  functions: { resize: 4 },
  chains: {},
  labels: { tenant: { bulk: 3 } },
  floors: { functions: {}, chains: {}, labels: { tenant: { acme: 2 } } },
  rate: { starts: 60, perMs: 1000 },
  functionRates: { mail: { starts: 20, perMs: 1000 } },
};

Deno.test("limitsOf() replaces of a recorded run's limits what is given, a kind at a time, and keeps the others", () => {
  const { fixed: _, ...found } = RECORDED;
  const ceilings = { functions: {}, chains: {}, labels: { tenant: { bulk: 1 } } };
  const floors = { functions: {}, chains: { nightly: 5 }, labels: {} };
  const none = { functions: {}, chains: {}, labels: { tenant: {} } };
  const table: [args: string[], limits: Limits, kept: string[]][] = [
    [[], RECORDED, ["ceiling", "floor", "rate", "function-rate"]],
    [["--limit", "5"], { ...found, global: 5 }, ["ceiling", "floor", "rate", "function-rate"]],
    [["--limit", "1"], {
      ...found,
      global: 1,
      floors: { ...RECORDED.floors!, labels: { tenant: { acme: 1 } } },
    }, ["ceiling", "floor", "rate", "function-rate"]],
    [["--ceiling", "tenant=bulk:1"], { ...RECORDED, ...ceilings }, ["floor", "rate", "function-rate"]],
    [["--label-limit", "tenant=acme:1"], {
      ...RECORDED,
      ...{ ...ceilings, labels: { tenant: { acme: 1 } } },
      floors: { ...none, labels: { tenant: { acme: 1 } } },
    }, ["floor", "rate", "function-rate"]],
    [["--floor", "chain=nightly:5"], { ...RECORDED, floors }, ["ceiling", "rate", "function-rate"]],
    [["--rate", "10"], { ...RECORDED, rate: { starts: 10, perMs: 1000 } }, [
      "ceiling",
      "floor",
      "function-rate",
    ]],
    [["--function-rate", "scan=5"], { ...RECORDED, functionRates: { scan: { starts: 5, perMs: 1000 } } }, [
      "ceiling",
      "floor",
      "rate",
    ]],
  ];
  for (const [args, limits, kept] of table) {
    const { values } = readOptions(SCHEDULING_OPTIONS, args);
    assertEquals([limitsOf(values, 1000, RECORDED), limitsKept(values, RECORDED)], [limits, kept], `${args}`);
  }
  const { values } = readOptions(SCHEDULING_OPTIONS, ["--floor", "tenant=acme:13"]);
  assertThrows(() => limitsOf(values, 1000, RECORDED), UsageError, "the limit is 12");
});

Deno.test("limitsOf() of a command line alone has the limit that it is told, and no other kept", () => {
  const { values } = readOptions(SCHEDULING_OPTIONS, ["--function-limit", "resize=4"]);
  assertEquals(limitsOf(values, 1000), {
    global: 1000,
    functions: { resize: 4 },
    chains: {},
    labels: {},
    functionRates: {},
  });
});
