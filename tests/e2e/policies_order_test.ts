/** The policies that rank, on the real clock, one invocation at a time: the order is what the run log says. */
import { assert } from "@std/assert";
import { assertOrder, type Key, type Start, startsOf, type Trial } from "./policy_run.ts";

/** Chains of one function each, by their options, and by those of the function. */
function singles(chains: Record<string, { readonly of?: string; readonly fn?: string }>): string {
  const entries = Object.entries(chains).map(([name, { of = "", fn = `time: constant("5ms")` }]) =>
    `{ chain: chain("${name}", ({ call }) => { call(fn("${name}", { ${fn} })); }), ${of} }`
  );
  return `export default workload({ chains: [${entries.join(", ")}] });`;
}

/** Two chains of three functions each. */
const LINES = `const f = fn("f", { time: constant("5ms") });
export default ["one", "two"].map((name) => chain(name, ({ call }) => {
  call(f, { name: "c", after: call(f, { name: "b", after: call(f, { name: "a" }) }) });
}));`;

const MIXED = ["--burst", "36"];
const ONE = ["--limit", "1"];

/** The order of chains by name. */
function byChain(...names: readonly string[]): Key {
  return ({ chain }) => [names.indexOf(chain)];
}

/** Under a policy, starts come in the order of a key. */
function ordersBy(name: string, args: readonly string[], trial: Partial<Trial>, key: Key): void {
  Deno.test(`sequoia consume --policy ${name} runs what the run log shows to be next`, async () => {
    const consume = ["--policy", name, ...args, ...ONE];
    const starts = await startsOf({ workload: LINES, produce: [MIXED], ...trial, consume });
    assertOrder(starts, key, name === "fcfs");
  });
}

ordersBy("fcfs", [], {}, ({ stage, submission }) => [stage, submission]);
ordersBy("running-first", [], {}, ({ submission, stage }) => [submission, stage]);
ordersBy(
  "shortest-job-first",
  [],
  {
    workload: singles({
      long: { fn: `time: constant("30ms")` },
      short: { fn: `time: constant("5ms")` },
      middle: { fn: `time: constant("15ms")` },
    }),
  },
  byChain("short", "middle", "long"),
);
ordersBy(
  "strict-priority",
  [],
  {
    workload: singles({
      low: { of: "priority: 2" },
      urgent: { of: "priority: 3", fn: `priority: -1, time: constant("5ms")` },
      high: { of: "priority: 1" },
    }),
  },
  byChain("urgent", "high", "low"),
);
ordersBy(
  "priority-queues",
  [],
  {
    workload: singles({
      low: { of: "priority: 2" },
      urgent: { of: "priority: 3", fn: `priority: -1, time: constant("5ms")` },
      high: { of: "priority: 1" },
    }),
  },
  byChain("high", "low", "urgent"),
);
ordersBy(
  "deadline",
  [],
  {
    workload: singles({ none: {}, late: { of: `deadline: "20m"` }, soon: { of: `deadline: "10m"` } }),
  },
  byChain("soon", "late", "none"),
);
ordersBy(
  "least-slack",
  [],
  {
    workload: singles({
      early: { of: `deadline: "600000ms"`, fn: `time: constant("5ms")` },
      lengthy: { of: `deadline: "600015ms"`, fn: `time: constant("30ms")` },
    }),
  },
  byChain("lengthy", "early"), // 599,985 and 599,995 ms to spare; by deadline it would be the other way round
);
ordersBy(
  "./newest.ts",
  [],
  {
    workload: singles({ one: {}, two: {} }),
    produce: [["--every", "1ms", "--count", "30"]],
    files: {
      "newest.ts": `import type { Policy } from "sequoia";
export default { rank: (task) => -task.submittedAtMs } satisfies Policy;`,
    },
  },
  ({ submission }) => [-submission],
);

Deno.test("sequoia consume --policy fair-share+shortest-job-first --by takes turns and each one's shortest", async () => {
  const starts = await startsOf({
    workload: singles({ long: { fn: `time: constant("25ms")` }, short: {} }),
    produce: ["a", "b"].map((tenant) => ["--burst", "16", "--label", `tenant=${tenant}`]),
    consume: ["--policy", "fair-share+shortest-job-first", "--by", "tenant", "--share", "calls", ...ONE],
  });
  const tenants = ["a", "b"].map((tenant) => starts.filter(({ labels }) => labels.tenant === tenant));
  for (const own of tenants) assertOrder(own, byChain("short", "long"));
  const turnOf = new Map(tenants.flatMap((own) => own.map((start, turn) => [start, turn])));
  assertOrder(starts, (start) => [turnOf.get(start)!, start.labels.tenant === "a" ? 0 : 1]);
});

/** A chain of the high class, each of whose functions is ready when the one before it ends, and some of the low class. */
const CLASSES = `const f = fn("f", { time: constant("8ms") });
export default workload({ chains: [
  { chain: chain("low", ({ call }) => { call(f); }), priority: 1 },
  { chain: chain("high", ({ call }) => {
    for (let i = 0; i < 60; i++) call(f, { name: "n" + i, after: i === 0 ? [] : ["n" + (i - 1)] });
  }), priority: 0 },
] });`;

async function classesUnder(
  ...args: readonly string[]
): Promise<{ before: number; after: number; waitedMs: number }> {
  const starts = await startsOf({
    workload: CLASSES,
    produce: [["--chain", "high"], ["--chain", "low", "--burst", "8"]],
    consume: ["--policy", "priority-queues", ...args, ...ONE],
  });
  const isLow = ({ chain }: Start) => chain === "low";
  const before = starts.findIndex(isLow), { startedAtMs, submittedAtMs } = starts[before]!;
  return {
    before,
    after: starts.length - 1 - starts.findLastIndex(isLow),
    waitedMs: startedAtMs - submittedAtMs,
  };
}

Deno.test("sequoia consume --policy priority-queues --ageing lets the low class through, after a while", async () => {
  const [strict, ageing] = await Promise.all([classesUnder(), classesUnder("--ageing", "300ms")]);
  assert(strict.before === 60 && strict.after === 0, "without it, the high class is always first");
  assert(ageing.after > 0, "the low class does not wait for the end of the high one");
  assert(
    ageing.waitedMs >= 300,
    "the high class goes first for a while; under fcfs only its first function would",
  );
});
