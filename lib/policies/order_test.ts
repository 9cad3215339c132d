/** The order in which the policies that rank by urgency start invocations, through the scheduler. */
import { assertEquals } from "@std/assert";
import {
  type Chain,
  chain,
  constant,
  fn,
  type Instance,
  NO_LABELS,
  NULL,
  seededRandom,
} from "../model/mod.ts";
import { Scheduler } from "../scheduler/mod.ts";
import { policyOf, type PolicyOptions } from "./mod.ts";

const of = (name: string, ms: number, priority?: number): Chain =>
  chain(name, ({ call }) => {
    call(fn(name, { time: constant(ms), ...(priority === undefined ? {} : { priority }) }));
  });
const [short, long] = [of("short", 10), of("long", 1000)];

/** The ids of some instances in the order in which a policy serves them, each submitted at its time. */
function order(
  policy: string,
  instances: readonly Partial<Instance>[],
  options: PolicyOptions = {},
): string[] {
  const scheduler = new Scheduler({
    policy: policyOf(policy, options),
    limits: { global: 1 },
    random: seededRandom(1),
  });
  instances.forEach((parts, i) => {
    const submittedAtMs = parts.submittedAtMs ?? i;
    const instance = {
      chain: short,
      labels: NO_LABELS,
      priority: 0,
      weight: 1,
      deadlineMs: Infinity,
      ...parts,
    };
    scheduler.submit({ id: `i${i}`, ...instance, submittedAtMs }, submittedAtMs);
  });
  const served: string[] = [];
  for (let task = scheduler.next(1e6); task !== undefined; task = scheduler.next(1e6)) {
    served.push(task.instance);
    scheduler.settle(task, { kind: "ok", output: NULL }, 1e6);
  }
  return served;
}

Deno.test("strict-priority serves the urgent first, whatever came before", () => {
  assertEquals(order("strict-priority", [{ priority: 2 }, { priority: -1 }, { priority: 2 }, {}]), [
    "i1",
    "i3",
    "i0",
    "i2",
  ]);
});

Deno.test("strict-priority goes by the function's priority before the instance's", () => {
  const urgent = of("urgent", 10, -5);
  assertEquals(order("strict-priority", [{ priority: -1 }, { chain: urgent, priority: 9 }]), ["i1", "i0"]);
});

Deno.test("priority-queues serves class by class, each in order", () => {
  assertEquals(order("priority-queues", [{ priority: 1 }, {}, { priority: 1 }, {}]), [
    "i1",
    "i3",
    "i0",
    "i2",
  ]);
});

Deno.test("priority-queues with ageing lets the low class pass what comes too long after it", () => {
  const instances = [{ priority: 1, submittedAtMs: 0 }, { submittedAtMs: 99 }, { submittedAtMs: 101 }];
  assertEquals(order("priority-queues", instances, { ageingMs: 100 }), ["i1", "i0", "i2"]);
});

Deno.test("deadline serves the earliest deadline, and what has none last", () => {
  assertEquals(order("deadline", [{}, { deadlineMs: 500 }, { deadlineMs: 300 }]), ["i2", "i1", "i0"]);
});

Deno.test("least-slack serves a long chain before a short one with an earlier deadline", () => {
  const instances = [{ chain: short, deadlineMs: 2000 }, { chain: long, deadlineMs: 2500 }];
  assertEquals(order("deadline", instances), ["i0", "i1"]);
  assertEquals(order("least-slack", instances), ["i1", "i0"]);
});

Deno.test("weighted shares calls by the weights given, and by the declared ones otherwise", () => {
  const scheduler = new Scheduler({
    policy: policyOf("weighted", { weights: new Map([["short", 3]]) }),
    limits: { global: 8 },
    share: "calls",
    random: seededRandom(1),
  });
  for (let i = 0; i < 40; i++) {
    const chainOf = i % 2 === 0 ? short : long;
    const instance = { chain: chainOf, labels: NO_LABELS, priority: 0, weight: 1, deadlineMs: Infinity };
    scheduler.submit({ id: `i${i}`, ...instance, submittedAtMs: 0 }, 0);
  }
  const running = { short: 0, long: 0 };
  for (let task = scheduler.next(0); task !== undefined; task = scheduler.next(0)) {
    running[task.chain as keyof typeof running]++;
  }
  assertEquals(running, { short: 6, long: 2 });
});

Deno.test("a fair policy joined with an urgent one takes each group's most urgent", () => {
  const instances = [{ chain: short, deadlineMs: 900 }, { chain: short, deadlineMs: 100 }, {
    chain: long,
    deadlineMs: 500,
  }];
  assertEquals(order("fair-share+deadline", instances), ["i1", "i2", "i0"]);
});
