import { assertEquals } from "@std/assert";
import {
  attainedLevels,
  firstCome,
  leastInUse,
  quietFirst,
  roundRobin,
  type Rule,
  RuleDispatcher,
  startTimeFair,
  tokenBuckets,
} from "./rules.ts";
import { OVER_PROGRAMS, OVER_TENANTS } from "./systems.ts";
import { type Job, runJobs } from "./world.ts";

/** Jobs of one call each, all at once: `A:100` is a call of 100 ms of tenant A. */
function jobs(text: string, weights: Readonly<Record<string, number>> = {}): Job[] {
  return text.split(" ").map((word, number) => {
    const [tenant, ms = "10"] = word.split(":") as [string, string?];
    return { number, tenant, weight: weights[tenant] ?? 1, callsMs: [Number(ms)], atMs: 0 };
  });
}

/** The tenants in the order of their starts. */
function order(rule: Rule, all: readonly Job[], slots = 1): string {
  const calls = runJobs(all, new RuleDispatcher(rule, slots));
  return calls.toSorted((a, b) => a.startedAtMs - b.startedAtMs || a.job.number - b.job.number).map((
    { job },
  ) => job.tenant).join("");
}

Deno.test("the rules choose as they are described", () => {
  const three = "A A A A A B B B B B C C C C C";
  assertEquals(order(firstCome(), jobs(three)), "AAAAABBBBBCCCCC");
  assertEquals(order(roundRobin(false), jobs(three)), "ABCABCABCABCABC"); // the example of Hatchet's page
  assertEquals(order(roundRobin(true), jobs("A A A A A A B B", { A: 3 })), "ABAAABAA");
  assertEquals(order(roundRobin(false), jobs("A:90 A:90 A:90 B B B")), "ABABAB", "by calls");
  assertEquals(order(startTimeFair(), jobs("A:30 A:30 A:30 B B B B B B")), "ABABBBABB", "by what they took");
  assertEquals(order(leastInUse(), jobs("A:90 A:90 A:90 B B B"), 2), "ABBBAA");
  assertEquals(order(attainedLevels(), jobs("A:3000 A A B:900 B B")), "ABBBAA");
  assertEquals(order(tokenBuckets(10, 2), jobs("A A A B B B")), "ABABAB");
});

Deno.test("the rule of SQS fair queues lets others go before a tenant that has more than a tenth of the time", () => {
  const late = jobs("B").map((job) => ({ ...job, number: 100, atMs: 25 }));
  const all = [...jobs(Array(9).fill("A").join(" ")), ...late];
  assertEquals(order(quietFirst(), all), "AAABAAAAAA");
});

Deno.test("runJobs() keeps to the slots, and starts a job's calls one after the other", () => {
  const chain = jobs("A B C").map((job) => ({ ...job, callsMs: [10, 20, 30] }));
  for (const system of [...OVER_TENANTS, ...OVER_PROGRAMS]) {
    const dispatcher = system.make({ slots: 2, callsPerS: 1, tenants: 3 });
    const calls = runJobs(chain, dispatcher);
    assertEquals(calls.length, 9, system.name);
    for (const { startedAtMs, readyAtMs } of calls) {
      const busy = calls.filter((other) => other.startedAtMs <= startedAtMs && other.endedAtMs > startedAtMs);
      assertEquals([busy.length <= 2, startedAtMs >= readyAtMs], [true, true], system.name);
    }
    for (const job of chain) {
      const own = calls.filter((call) => call.job === job);
      assertEquals(own.map(({ index }) => index), [0, 1, 2], system.name);
    }
  }
});
