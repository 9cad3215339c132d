/** The main job, through the real command line: submit, schedule, invoke, record, report. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, ROOT, run, runJson, Running } from "./sequoia.ts";

const QUICK = `import { chain, constant, fn } from "sequoia";
const a = fn("a", { time: constant("20ms") }), b = fn("b", { time: constant("10ms") });
const join = chain("join", ({ call }) => {
  const start = call(a);
  call(b, { name: "end", after: [call(b, { after: start, name: "left" }), call(a, { after: start, name: "right" })] });
});
const one = chain("one", ({ call }) => { call(a); });
export default [join, one];`;

interface Depth {
  queued: number;
  running: number;
  completed: number;
  failed: number;
  cancelled: number;
}

interface Report {
  chains: Record<string, number>;
  functions: Record<string, number>;
  byChain: Record<string, unknown>;
}

Deno.test("sequoia produce, consume and report agree on what has happened", async () => {
  await using at = await folder({ "quick.ts": QUICK });

  const produced = await runJson(["produce", "quick.ts", "--burst", "40", "--seed", "1"], at) as {
    submitted: number;
  };
  assertEquals(produced.submitted, 40);
  const consumed = await runJson(["consume", "--until-empty", "--policy", "fair-share"], at);
  assertEquals(consumed, { completed: 40, failed: 0, cancelled: 0, shed: 0, throttled: 0, retried: 0 });
  const depth = await runJson(["queue", "status"], at) as Depth;
  assertEquals([depth.queued, depth.running, depth.completed], [0, 0, 40]);
  const report = await runJson(["report", "run.json"], at) as Report;
  assertEquals(report.chains, {
    submitted: 40,
    completed: 40,
    failed: 0,
    dropped: 0,
    cancelled: 0,
    shed: 0,
    lost: 0,
    unfinished: 0,
    called: 0,
  });
  assertEquals(Object.keys(report.byChain).sort(), ["join", "one"]);
  assertEquals(report.functions.attempts, report.functions.completed);
});

Deno.test("sequoia consume --shed refuses what would be too late, and meets the other deadlines", async () => {
  // A process may take some seconds to begin on a busy machine.
  const workload = `import { chain, constant, fn, workload } from "sequoia";
    const rush = chain("rush", ({ call }) => { call(fn("work", { time: constant("500ms") })); });
    export default workload({ chains: [{ chain: rush, deadline: "5s" }] });`;
  await using at = await folder({ "rush.ts": workload });
  const consume = async (...options: string[]) => {
    await run(["produce", "rush.ts", "--burst", "60", "--count", "60"], at);
    await run(["consume", "--until-empty", "--limit", "2", ...options], at);
    return await runJson(["report", "run.json"], at) as Report & { deadlines: Record<string, number> };
  };
  const without = await consume(), shed = await consume("--shed");
  assertEquals([without.chains.completed, without.chains.shed], [60, 0]);
  const { completed = 0, shed: refused = 0 } = shed.chains;
  assertEquals(completed + refused, 60);
  assert(refused >= 30, `${refused} were shed of the 60 that two places cannot run within five seconds`);
  assertEquals(shed.functions.attempts, completed, "what was shed was never called");
  const { met = 0, missed = 0 } = shed.deadlines;
  assert(met >= 1 && met + missed === 60 && missed - refused <= 2, `${met} met, ${missed} missed`);
  const { stdout } = await run(["queue", "list", "--state", "cancelled", "--json"], at);
  assertStringIncludes(stdout, "shed: it was expected to take");
});

Deno.test("sequoia consume runs what is submitted while it runs, and drains at the first ^C", async () => {
  await using at = await folder({ "quick.ts": QUICK });
  await using consumer = new Running(["consume", "--policy", "fair-share", "--by", "tenant"], at);
  await consumer.says(/^Consuming .*: policy fair-share by tenant, limit 1000, starting at 10$/m);
  const { code, stderr } = await run(
    ["produce", "quick.ts", "--poisson", "100", "--count", "50", "--wait"],
    at,
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "Completed 50, failed 0");
  consumer.signal("SIGINT");
  const ended = await consumer.ended;
  assertEquals(ended.code, 130);
  assertStringIncludes(ended.stderr, "Completed 50, failed 0");
});

Deno.test("sequoia produce --wait says that no consumer runs, and ends when one has come", async () => {
  await using at = await folder({ "quick.ts": QUICK });
  await using produce = new Running(["produce", "quick.ts", "--count", "2", "--wait"], at);
  await produce.says(/No consumer runs now: what is queued waits for one\. Start it: sequoia consume/);
  assertEquals((await run(["consume", "--until-empty"], at)).code, 0);
  assertEquals((await produce.ended).code, 0);
});

Deno.test("sequoia spam loses chains mid-way at a hard limit that sequoia consume keeps", async () => {
  await using at = await folder({ "quick.ts": QUICK });
  const profile = ["--profile", "hard-limit,limit=5,cold=0ms"];
  const load = ["quick.ts", "--chain", "join", "--seed", "7"];
  const bursts = ["--batch", "5", "--every", "5ms", "--batches", "10"];
  const spammed = await run(["spam", ...load, ...bursts, ...profile, "--out", "spam.json"], at);
  assertEquals(spammed.code, 0, spammed.stderr);
  const spam = await runJson(["report", "spam.json"], at) as Report;
  assertEquals(spam.chains.submitted, 50);
  assert(spam.chains.dropped! > 0 && spam.functions.throttled! > 0);
  await run(["produce", ...load, "--burst", "5", "--every", "5ms", "--count", "50"], at);
  await run(["consume", "--until-empty", "--limit", "5", ...profile], at);
  const kept = await runJson(["report", "run.json"], at) as Report;
  assertEquals([kept.chains.completed, kept.chains.dropped, kept.functions.throttled], [50, 0, 0]);
});

Deno.test("sequoia spam and report work with nothing deployed and nothing written", async () => {
  await using at = await folder();
  const spam = await run(["spam", "--batch", "20"], at);
  assertEquals(spam.code, 0, spam.stderr);
  const report = await run(["report", "run.json"], at);
  assertEquals(report.code, 0, report.stderr);
  assertStringIncludes(report.stdout, "hello");
});

Deno.test("sequoia spam goes to another URL after some batches", async () => {
  await using at = await folder();
  await using server = new Running(["functions", "--listen", "127.0.0.1:0"], at);
  const [, url] = await server.says(/at (http:\S+),/);
  const args = [
    `${url}/f/first`,
    "--batch",
    "3",
    "--every",
    "10ms",
    "--batches",
    "4",
    "--then",
    `${url}/f/second`,
    "--after",
    "1",
  ];
  await run(["spam", ...args], at);
  const { byFunction } = await runJson(["report", "run.json"], at) as {
    byFunction: Record<string, { functions: { attempts: number } }>;
  };
  assertEquals(Object.keys(byFunction).sort(), ["f/first", "f/second"]);
});

Deno.test("a workload, a policy and a function body may lie anywhere", async () => {
  await using at = await folder({
    "words.ts": `import { chain, fn } from "sequoia";
const count = fn("count", { run: ({ args, inputs }) => String(args.text ?? inputs.first).length });
export default chain("words", ({ call }) => {
  const first = call(count, { name: "first", args: { text: "four" } });
  call(count, { name: "second", after: first });
});`,
    "mine.ts": `import type { Policy } from "sequoia";
export default { rank: (task) => -task.submittedAtMs } satisfies Policy;`,
  });
  const address = freeAddress();
  await using server = new Running(["functions", "words.ts", "--listen", address], at);
  await server.says(/Serving/);
  await run(["produce", "words.ts", "--label", "tenant=acme"], at);
  const consumed = await run([
    "consume",
    "--until-empty",
    "--policy",
    "./mine.ts+fair-share",
    "--local",
    address,
  ], at);
  assertEquals(consumed.code, 0, consumed.stderr);
  const list = await run(["queue", "list", "--json", "--label", "tenant=acme"], at);
  const view = JSON.parse(list.stdout);
  assertEquals(view.state, "completed");
  assertEquals(view.output, { second: 1 });
  const show = await run(["queue", "show", view.id], at);
  assertMatch(show.stdout, /─ first {2}ok, count, 1 attempt, .*\n.* output: 4\n/);
});

Deno.test("a failed chain is a dead letter, and runs again from where it failed", async () => {
  await using at = await folder({
    "flaky.ts": `import { chain, fn } from "sequoia";
const calls = { a: 0, b: 0 };
const a = fn("a", { run: () => ++calls.a });
const b = fn("b", { attempts: 2, retry: { attempts: 2, firstDelay: "1ms" }, run: () => {
  if (++calls.b <= 2) throw new Error("not yet");
  return calls;
} });
export default chain("flaky", ({ call }) => { call(b, { after: call(a) }); });`,
  });
  const address = freeAddress();
  await using server = new Running(["functions", "flaky.ts", "--listen", address], at);
  await server.says(/Serving/);
  await run(["produce", "flaky.ts"], at);
  const first = await run(["consume", "--until-empty", "--local", address], at);
  assertMatch(first.stderr, /^Completed 0, failed 1,.* 1 retry\. See sequoia queue dead$/m);
  const dead = await run(["queue", "dead"], at);
  assertStringIncludes(dead.stdout, "node b: answered with status 500");
  assertEquals(await runJson(["queue", "retry", "--all"], at), { reached: 1 });
  const second = await runJson(["consume", "--until-empty", "--local", address], at) as Record<
    string,
    number
  >;
  assertEquals([second.completed, second.failed], [1, 0]);
  const { stdout } = await run(["queue", "list", "--json"], at);
  assertEquals(JSON.parse(stdout).output, { b: { a: 1, b: 3 } }, "a ran once only");
});

Deno.test("sequoia queue cancels what waits and what runs, and changes policy and limit of running consumers", async () => {
  await using at = await folder({
    "slow.ts": `import { chain, constant, fn } from "sequoia";
export default chain("slow", ({ call }) => { call(fn("s", { time: constant("4s") }), { after: call(fn("t", { time: constant("4s") })) }); });`,
  });
  await run(["produce", "slow.ts", "--burst", "6"], at);
  await using consumer = new Running([
    "consume",
    "--until-empty",
    "--limit",
    "1",
    "--json",
  ], at);
  await consumer.says(/started one at/);
  await runJson(["queue", "policy", "fcfs"], at);
  await runJson(["queue", "limit", "3"], at);
  await runJson(["queue", "cancel", "--chain", "slow"], at);
  const { code, stdout } = await consumer.ended;
  assertEquals(code, 0);
  const { completed, cancelled } = JSON.parse(stdout);
  assertEquals(completed + cancelled, 6);
  assert(cancelled >= 4, `cancelled ${cancelled}`);
});

Deno.test("the example workloads can all be submitted", async () => {
  await using at = await folder();
  const names = [
    "bag_of_words",
    "documents",
    "fan2",
    "fan3",
    "fan7",
    "fan_linear",
    "fan_tail",
    "join",
    "linear",
    "mixed",
    "nightly",
    "object_detection",
    "order",
    "vidpipe",
  ];
  for (const name of names) {
    const { code, stderr } = await run([
      "produce",
      `${ROOT}/workloads/${name}.ts`,
      "--count",
      "2",
      "--poisson",
      "1000",
    ], at);
    assertEquals(code, 0, `${name}: ${stderr}`);
  }
  const depth = await runJson(["queue", "status"], at) as Depth;
  assertEquals(depth.queued, 2 * names.length);
});

Deno.test("every command has a help with examples, and the version is quick to say", async () => {
  await using at = await folder();
  for (const name of ["produce", "consume", "spam", "report", "functions", "queue"]) {
    const { code, stdout } = await run([name, "--help"], at);
    assertEquals(code, 0);
    assertMatch(stdout, /Options.*:\n[^]*--json[^]*Examples:\n {2}sequoia /);
  }
  assertMatch((await run(["--version"], at)).stdout, /^sequoia \d+\.\d+\.\d+\n$/);
});

Deno.test("a second ^C stops sequoia consume at once, and nothing is lost", async () => {
  await using at = await folder({
    "slow.ts": `import { chain, constant, fn } from "sequoia";
export default chain("slow", ({ call }) => { call(fn("s", { time: constant("60s") })); });`,
  });
  await run(["produce", "slow.ts", "--burst", "3"], at);
  await using consumer = new Running(["consume"], at);
  await consumer.says(/started one at/);
  consumer.signal("SIGINT");
  await consumer.says(/Ending/);
  consumer.signal("SIGINT");
  assertEquals((await consumer.ended).code, 130);
  const depth = await runJson(["queue", "status"], at) as Depth;
  assertEquals([depth.queued, depth.running, depth.failed], [3, 0, 0]);
});

Deno.test("a run log that was cut off is read up to the cut, with a warning", async () => {
  await using at = await folder({ "quick.ts": QUICK });
  await run(["produce", "quick.ts", "--burst", "10", "--chain", "one"], at);
  await run(["consume", "--until-empty"], at);
  const whole = await Deno.readTextFile(`${at.cwd}/run.json`);
  const [fifthEnd] = whole.matchAll(/"ph":"e"/g).drop(4);
  await Deno.writeTextFile(`${at.cwd}/cut.json`, whole.slice(0, fifthEnd!.index + 3));
  const { code, stdout, stderr } = await run(["report", "cut.json", "--json"], at);
  assertEquals(code, 0);
  assertMatch(stderr, /warn: cut\.json.*\n$/);
  const { chains } = JSON.parse(stdout) as Report;
  assertEquals([chains.submitted, chains.completed], [10, 4]);
});

Deno.test("sequoia report --baseline takes a change within chance for none, and says so", async () => {
  await using at = await folder();
  for (const seed of ["1", "2"]) {
    const { code, stderr } = await run([
      ...["simulate", `${ROOT}/workloads/mixed.ts`, "--poisson", "5", "--count", "200", "--limit", "100"],
      ...["--policy", "fair-share", "--seed", seed, "--out", `${seed}.json`],
    ], at);
    assertEquals(code, 0, stderr);
  }
  const changes = ["--fail-if", "chain_ms.p50 +0.01%", "--fail-if", "chain_ms.p50 -0.01%"];
  const { code, stderr } = await run(["report", "2.json", "--baseline", "1.json", ...changes], at);
  assertEquals(code, 0, stderr);
  assertMatch(
    stderr,
    /2\.json: chain_ms\.p50 \+0\.01% \(it is [\d.]+m?s, the baseline's is [\d.]+m?s: within chance\)/,
  );
});

Deno.test("sequoia report fails if a threshold is missed, and compares runs", async () => {
  await using at = await folder();
  await run(["spam", "--batch", "5"], at);
  assertEquals((await run(["report", "run.json", "--fail-if", "chains.dropped > 0"], at)).code, 0);
  const failed = await run(["report", "run.json", "--fail-if", "chains.completed >= 5"], at);
  assertEquals([failed.code, failed.stderr], [
    3,
    "sequoia: The check fails: run.json: chains.completed >= 5 (it is 5)\n",
  ]);
  const change = ["--fail-if", "chains.completed +5%", "--fail-if", "chains.completed -5%"];
  assertEquals((await run(["report", "run.json", "--baseline", "run.json", ...change], at)).code, 0);
  const lonely = await run(["report", "run.json", ...change], at);
  assertEquals(lonely.code, 2);
  assertStringIncludes(lonely.stderr, "--baseline main.json");
  const typo = await run(["report", "run.json", "--fail-if", "chain.dropped > 0"], at);
  assertEquals(typo.code, 2);
  assertStringIncludes(typo.stderr, "chains.dropped");
  const named = await run(["report", "before=run.json", "after=run.json", "--brief"], at);
  assertMatch(
    named.stdout,
    /^No difference beyond chance: neither before nor after[^]*\n1\. before [^]*\n2\. after /,
  );
  const merged = await run(["report", "--merge", "run.json", "--name", "both", "--brief"], at);
  assertMatch(merged.stdout, /^5 chains submitted, 5 completed;[^]*\nboth · /);
  const namesTooMany = await run(["report", "run.json", "--name", "a", "--name", "b"], at);
  assertEquals(namesTooMany.code, 2);
  const both = await run(["report", "run.json", "run.json", "--html", "both.html"], at);
  assertEquals(both.code, 0, both.stderr);
  const page = await Deno.readTextFile(`${at.cwd}/both.html`);
  assertMatch(page, /^<!doctype html>/i);
  assertEquals(/(src|href)="https?:/.test(page), false, "it needs nothing from outside");
});

Deno.test("two consumers share a queue, and every instance ends once", async () => {
  await using at = await folder({ "quick.ts": QUICK });
  const address = freeAddress();
  await using server = new Running(["functions", "--listen", address], at);
  await server.says(/Serving/);
  await run(["produce", "quick.ts", "--burst", "600"], at);
  const consume = [
    "consume",
    "--until-empty",
    "--window",
    "50",
    "--limit",
    "20",
    "--out",
    "none",
    "--json",
    "--local",
    address,
  ];
  const [one, other] = await Promise.all([run(consume, at), run(consume, at)]);
  const [first, second] = [one, other].map(({ stdout }) => JSON.parse(stdout).completed as number);
  assertEquals(first! + second!, 600);
  assert(first! > 0 && second! > 0, `${first} and ${second}`);
});
