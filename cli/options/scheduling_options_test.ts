import { assertEquals, assertThrows } from "@std/assert";
import { policyOf } from "../../lib/policies/mod.ts";
import { UsageError } from "../shell/errors.ts";
import { readOptions } from "../shell/options.ts";
import { checkEffects, SCHEDULING_OPTIONS } from "./scheduling_options.ts";

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
