import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  checkedPolicyOf,
  checkPolicy,
  DEFAULT_POLICY,
  policiesWith,
  type Policy,
  PolicyError,
  policyOf,
  policySummaries,
} from "./mod.ts";

const keys = (policy: Policy) => Object.keys(policy).sort().join(" ");

Deno.test("policyOf() makes every policy that is listed, the default too", () => {
  const names = policySummaries().map(({ name }) => name);
  assert(names.includes(DEFAULT_POLICY));
  for (const name of names) assert(checkPolicy(policyOf(name), name));
  for (const { summary } of policySummaries()) assert(/^[a-z].*[^.]$/.test(summary));
});

Deno.test("policyOf() joins policies; what a later one defines wins", () => {
  const rank = () => 7;
  const own = (name: string) => name === "./mine.ts" ? { rank } : undefined;
  assertEquals(keys(policyOf("fair-share+shortest-job-first")), "group rank weight");
  assertEquals(policyOf("fair-share + shortest-job-first").rank, policyOf("shortest-job-first").rank);
  assertEquals(policyOf("bin-packing+fair-share+./mine.ts", {}, own).rank, rank);
  assertEquals(policyOf("./mine.ts+fair-share", {}, own).rank, rank);
  assertEquals(policyOf("fcfs", {}, (name) => name === "fcfs" ? { rank } : undefined).rank, rank);
});

Deno.test("checkedPolicyOf() refuses a policy of which the others leave nothing", () => {
  const table: [string, string, string][] = [
    ["fcfs+shortest-job-first", "shortest-job-first", "fcfs"],
    ["fair-share+fcfs + deadline", "deadline", "fcfs"],
    ["fair-share+fair-share", "fair-share", "fair-share"],
    ["fair-share+weighted+deadline", "weighted", "fair-share"],
    ["running-first+mine", "mine", "running-first"],
  ];
  const own = (name: string) => name === "mine" ? { rank: () => 1 } : undefined;
  for (const [text, later, lost] of table) {
    const { code, message } = assertThrows(() => checkedPolicyOf(text, {}, own), PolicyError);
    assertEquals(code, "bad-policy");
    assertEquals(message, `Cannot join ${text}: ${later} replaces all of ${lost}. Leave ${lost} out`);
  }
});

Deno.test("checkedPolicyOf() takes policies that complete each other", () => {
  for (const text of ["fcfs", "fair-share+deadline", "bin-packing+fair-share+shortest-job-first"]) {
    assertEquals(keys(checkedPolicyOf(text)), keys(policyOf(text)));
  }
});

Deno.test("policiesWith() names the policies that an option is for", () => {
  assertEquals(policiesWith("by"), ["fair-share"]);
  assertEquals(policiesWith("weights"), ["weighted"]);
  assertEquals(policiesWith("ageingMs"), ["priority-queues"]);
});

Deno.test("policyOf() leaves the policies it joins as they were", () => {
  const mine: Policy = { rank: () => 1 };
  policyOf("mine+fair-share", {}, (name) => name === "mine" ? mine : undefined);
  assertEquals(keys(mine), "rank");
});

Deno.test("policyOf() names the nearest policy and all there are", () => {
  const table: [string, string | undefined][] = [
    ["fair-shar", "fair-share"],
    ["FCFS", "fcfs"],
    ["runing-first", "running-first"],
    ["fcfs+shortest-job-frist", "shortest-job-first"],
    ["zzzzzz", undefined],
    ["", undefined],
    ["fcfs+", undefined],
  ];
  for (const [text, hint] of table) {
    const { code, message } = assertThrows(() => policyOf(text), PolicyError);
    assertEquals(code, "unknown-policy");
    assertEquals(/did you mean "(.*?)"\?/.exec(message)?.[1], hint, text);
    for (const { name } of policySummaries()) assertStringIncludes(message, name);
  }
});

Deno.test("checkPolicy() takes an object of policy functions and says what else is wrong", () => {
  const rank = () => 0;
  assertEquals(checkPolicy({ rank }, "./mine.ts"), { rank });
  const noObject = "its default export is no object. Write export default { rank: (task) => … }";
  const table: [unknown, string][] = [
    [undefined, noObject],
    [null, noObject],
    [rank, noObject],
    [{}, "it has none of group, weight, rank, place"],
    [[], "it has none of group, weight, rank, place"],
    [{ rank, order: rank }, 'it has "order". A policy has no other parts than group, weight, rank, place'],
    [{ rank: 7 }, "rank is no function"],
    [{ rank, group: undefined }, "group is no function"],
  ];
  for (const [value, text] of table) {
    const { code, message } = assertThrows(() => checkPolicy(value, "./mine.ts"), PolicyError);
    assertEquals([code, message], ["bad-policy", `Cannot use ./mine.ts as a policy: ${text}`]);
  }
});
