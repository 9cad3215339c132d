/** Limits and rates on the real clock, and changes of a running consumer: what the run log says. */
import { assert, assertEquals } from "@std/assert";
import { realClock } from "../../lib/model/mod.ts";
import type { Report } from "../../lib/report/mod.ts";
import { inFlight, mostAtOnce, readStarts, type Start, startsOf } from "./policy_run.ts";
import { folder, run, runJson, Running } from "./sequoia.ts";

const CHAINS = `const time = constant("20ms");
const one = (name: string, labels = {}) => ({ chain: chain(name, ({ call }) => { call(fn(name, { time })); }), labels });
export default workload({ chains: [
  one("function"),
  { chain: chain("chain", ({ call }) => { for (const name of ["x", "y", "z"]) call(fn(name, { time })); }) },
  one("mine", { tenant: "me" }),
  one("yours", { tenant: "you" }),
  one("ours", { tenant: "you" }),
  one("rate"),
  one("free"),
] });`;

Deno.test("sequoia consume never exceeds a limit, and uses what it may, as the run log shows", async () => {
  const starts = await startsOf({
    workload: CHAINS,
    produce: [["--burst", "280", "--seed", "1"]],
    consume: [
      ...[
        "--policy",
        "fair-share",
        "--limit",
        "11,fixed",
        "--function-limit",
        "function=2",
        "--chain-limit",
        "chain=3",
      ],
      ...["--label-limit", "tenant=me:1,*:2", "--function-rate", "rate=20"],
    ],
  });
  const most = (of: (start: Start) => boolean) => mostAtOnce(starts.filter(of));
  const kinds = {
    all: most(() => true),
    function: most((start) => start.function === "function"),
    chain: most(({ chain }) => chain === "chain"),
    me: most(({ labels }) => labels.tenant === "me"),
    you: most(({ labels }) => labels.tenant === "you"),
  };
  assertEquals(kinds, { all: 11, function: 2, chain: 3, me: 1, you: 2 });
  assertRate(starts.filter((start) => start.function === "rate"), 20);
});

Deno.test("sequoia consume keeps the slots of a --floor for its value while it waits, as the run log shows", async () => {
  const starts = await startsOf({
    workload: CHAINS,
    produce: [["--chain", "function", "--burst", "200"], ["--chain", "mine", "--burst", "40"]],
    consume: [
      "--policy",
      "fcfs",
      "--limit",
      "10,fixed",
      "--floor",
      "tenant=me:4",
      "--ceiling",
      "tenant=me:8",
    ],
  });
  const mine = starts.filter(({ labels }) => labels.tenant === "me");
  assertEquals([mine.length, mostAtOnce(mine), mostAtOnce(starts)], [40, 4, 10]);
  const last = starts.indexOf(mine.at(-1)!);
  assert(last < 150, `the last of 40 was start ${last} of 240: under fcfs alone they come after 200 others`);
});

Deno.test("sequoia consume starts no more in a second than --rate says, as the run log shows", async () => {
  const args = ["--policy", "fcfs", "--rate", "60"];
  assertRate(await startsOf({ workload: CHAINS, produce: [["--burst", "70"]], consume: args }), 60);
});

/** No window of a second has more than the rate, what comes together included: the rate counts the instants that the log has. */
function assertRate(starts: readonly Start[], perS: number): void {
  assert(starts.length > perS);
  for (const [i, { startedAtMs: toMs }] of starts.slice(perS).entries()) {
    const spanMs = toMs - starts[i]!.startedAtMs;
    assert(spanMs >= 1000, `${perS + 1} starts in ${spanMs} ms at ${perS}/s`);
  }
}

/** The time of each call of what is queued, in milliseconds. */
const CALL_MS = 10;
const QUEUED = `import { chain, constant, fn, workload } from "sequoia";
const f = fn("f", { time: constant("${CALL_MS}ms") });
const of = (name: string, priority: number) => ({ chain: chain(name, ({ call }) => { call(f); }), priority });
export default workload({ chains: [of("first", 1), of("urgent", 0)] });`;

Deno.test("sequoia queue limit and policy reach a full queue's consumer within a second, as the run log shows", async () => {
  await using at = await folder({ "work.ts": QUEUED });
  await run(["produce", "work.ts", "--chain", "first", "--burst", "20000"], at);
  const consume = ["consume", "--policy", "fcfs", "--limit", "1"];
  await using consumer = new Running(consume, at);
  await consumer.says(/started one at/);
  const produce = ["produce", "work.ts", "--chain", "urgent", "--burst", "40", "--wait"];
  await using urgent = new Running(produce, at);
  await urgent.says(/Submitted 40/);
  const askedAtMs = realClock.nowMs();
  await runJson(["queue", "limit", "5"], at);
  const limitAtMs = realClock.nowMs();
  await runJson(["queue", "policy", "strict-priority"], at);
  const policyAtMs = realClock.nowMs();
  assertEquals((await urgent.ended).code, 0);
  consumer.signal("SIGINT");
  await consumer.ended;
  const starts = await readStarts(`${at.cwd}/run.json`);
  const before = starts.filter(({ startedAtMs }) => startedAtMs < askedAtMs);
  const from = starts.findIndex(({ chain }) => chain === "urgent");
  const wide = starts.find(({ startedAtMs }) => inFlight(starts, startedAtMs) === 5);
  assertEquals([mostAtOnce(before), mostAtOnce(starts)], [1, 5]);
  /** At most the starts of a second: a machine that is slower makes fewer of them, and takes as much longer to hear. */
  const assertSoon = (what: string, atMs: number, untilMs: number, inFlight: number) => {
    const passed = starts.filter(({ startedAtMs: ms }) => ms >= atMs && ms < untilMs).length;
    assert(passed < inFlight * 1000 / CALL_MS, `${what} after ${passed} starts, ${untilMs - atMs} ms`);
  };
  assertSoon("the limit", limitAtMs, wide!.startedAtMs, 1);
  assert(before.every(({ chain }) => chain === "first"), "under fcfs they would come last");
  assert(starts.slice(from, from + 40).every(({ chain }) => chain === "urgent"), "one after the other");
  assertSoon("the policy", policyAtMs, starts[from]!.startedAtMs, 5);
  const { run: { changes } } = await runJson(["report", "run.json"], at) as Report;
  assertEquals(changes?.map(({ setting, value }) => [setting, value]), [
    ["limit", "5"],
    ["policy", "strict-priority"],
  ]);
});
