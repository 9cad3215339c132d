/** `sequoia simulate`, through the real command line. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Report } from "../../lib/report/mod.ts";
import { folder, ROOT, run, runJson, Running } from "./sequoia.ts";

const MIX = `import { chain, fn, lognormal, workload } from "sequoia";
const quick = fn("quick", { time: lognormal("60ms", "150ms") }), slow = fn("slow", { time: lognormal("200ms", "500ms") });
const fan = chain("fan", ({ call }) => {
  const start = call(quick);
  for (let i = 0; i < 4; i++) call(slow, { after: start });
});
const line = chain("line", ({ call }) => { call(quick, { after: call(quick) }); });
export default workload({ chains: [{ chain: fan }, { chain: line, share: 3 }] });`;

const LOAD = ["mix.ts", "--poisson", "30", "--for", "1m", "--seed", "7"];

Deno.test("sequoia simulate gives the same bytes for the same seed, and others for another", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const simulate = async (seed: string) => {
    const { code, stdout, stderr } = await run([
      ...["simulate", ...LOAD, "--seed", seed, "--limit", "20", "--policy", "fcfs,fair-share", "--json"],
      ...["--out", "log.json", "--html", "page.html", "--profile", "hard-limit,limit=15"],
    ], at);
    assertEquals(code, 0, stderr);
    const files = ["log.fcfs.json", "log.fair-share.json", "page.html"];
    return [stdout, ...await Promise.all(files.map((file) => Deno.readTextFile(`${at.cwd}/${file}`)))];
  };
  const first = await simulate("7");
  assertEquals(await simulate("7"), first);
  const other = await simulate("8");
  assert(other.every((text, i) => text !== first[i]));
  const logged = await runJson(["report", "log.fcfs.json"], at) as Report;
  const [shown] = JSON.parse(other[0]!) as Report[];
  assertEquals([logged.run, logged.chains, logged.functions], [shown!.run, shown!.chains, shown!.functions]);
  const exact = logged.queueing_ms.p99!;
  assertAlmostEquals(shown!.queueing_ms.p99!, exact, 0.001 * exact);
});

Deno.test("sequoia simulate keeps floors, says when the limit that is found is below them, and replays that", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const floors = ["--floor", "chain=line:5", "--profile", "hard-limit,limit=8,cold=0ms", "--limit", "100"];
  const meanMs = async (...args: string[]) => {
    const report = await runJson(["simulate", ...LOAD, "--policy", "fcfs", ...args], at) as Report;
    return Number(report.byChain.line!.chain_ms.mean);
  };
  assert(
    await meanMs(...floors) < 0.2 * await meanMs(...floors.slice(2)),
    "under fcfs alone lines wait behind fans",
  );
  const short = await run(
    ["simulate", ...LOAD, ...floors, "--floor", "chain=fan:20", "--out", "run.json"],
    at,
  );
  assertStringIncludes(
    short.stderr,
    "Cannot keep all floors: they reserve 25 slots, and the platform runs ",
  );
  const again = await run(["simulate", "run.json"], at);
  assertEquals(again.code, 0, again.stderr);
});

Deno.test("sequoia simulate lays policies side by side, with what the provider does alone", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const options = ["--limit", "15", "--profile", "hard-limit,limit=15,cold=50ms"];
  const policies = ["--baseline", "--policy", "running-first, fair-share+shortest-job-first"];
  const reports = await runJson(["simulate", ...LOAD, ...options, ...policies], at) as Report[];
  const [alone, first, fair] = reports.map(({ run, chains }) => ({ policy: run.policy, ...chains }));
  assertEquals(
    [alone!.policy, first!.policy, fair!.policy],
    ["baseline", "running-first", "fair-share+shortest-job-first"],
  );
  assert(alone!.dropped > 0 && alone!.completed + alone!.dropped === alone!.submitted);
  for (const scheduled of [first!, fair!]) {
    assertEquals([scheduled.submitted, scheduled.completed], [alone!.submitted, alone!.submitted]);
  }
  assertEquals(reports.map(({ functions }) => functions.throttled > 0), [true, false, false]);
  const { stdout } = await run(["simulate", ...LOAD, ...options, ...policies], at);
  assertMatch(stdout, /1\. baseline .*in virtual time\n2\. running-first/);
  assertMatch(stdout, /chains dropped +[\d,]+ +0/);
});

Deno.test("sequoia simulate says what it makes of chains that decide, and counts what they call", async () => {
  const args = [`${ROOT}workloads/nightly.ts`, "--chain", "nightly", "--burst", "2", "--seed", "1", "--json"];
  const { code, stdout, stderr } = await run(["simulate", ...args, "--items", "3"], { cwd: ROOT });
  assertEquals([code, stderr], [
    0,
    "Functions answer nothing here: conditions count as true, and maps have 3 items (--items N)\n",
  ]);
  const { chains, functions } = JSON.parse(stdout) as Report;
  assertEquals([chains.submitted, chains.completed, chains.called], [2, 2, 2 * (3 + 9)]);
  assertEquals(
    functions.invocations,
    2 * (2 + 3 * 2 + 9 * 2),
    "list and report, read and load, check and sum",
  );
});

Deno.test("sequoia simulate names the functions whose time nobody has declared", async () => {
  await using at = await folder({
    "timeless.ts": `import { chain, fn } from "sequoia";
export default chain("c", ({ call }) => { call(fn("b", { url: "https://fns.example/b" }), { after: call(fn("a", { time: "1s" })) }); });`,
  });
  const { code, stderr } = await run(["simulate", "timeless.ts", "--burst", "2", "--json"], at);
  assertEquals([code, stderr], [
    0,
    'No time declared: b. They take no time here. Write fn(…, { time: "1s" }), or simulate a recorded run\n',
  ]);
});

Deno.test("sequoia simulate ends early at ^C, and shows what there is", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const endless = ["mix.ts", "--poisson", "1000", "--for", "1000h", "--limit", "100000", "--out", "log.json"];
  await using simulation = new Running(["simulate", ...endless, "--json"], at);
  for (;;) {
    const { size } = await Deno.stat(`${at.cwd}/log.json`).catch(() => ({ size: 0 }));
    if (size > 100_000) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  simulation.signal("SIGINT");
  const { code, stdout } = await simulation.ended;
  assertEquals(code, 130);
  const { chains } = JSON.parse(stdout) as Report;
  assert(chains.completed > 0 && chains.unfinished > 0);
});

Deno.test("sequoia simulate does not show a policy that ^C kept from beginning, as if nothing had arrived", async () => {
  await using at = await folder({ "mix.ts": `${MIX}\nconsole.error("read");` });
  const endless = ["mix.ts", "--poisson", "1000", "--for", "1000h", "--policy", "fcfs,fair-share"];
  await using simulation = new Running(["simulate", ...endless], at);
  await simulation.says(/read/);
  simulation.signal("SIGINT");
  const { code, stdout } = await simulation.ended;
  assertEquals(code, 130);
  assert(stdout.includes("fcfs") && !stdout.includes("fair-share"), stdout);
});

Deno.test("sequoia simulate says nothing of what was interrupted before there was a figure", async () => {
  await using at = await folder({ "mix.ts": `${MIX}\nconsole.error("read");` });
  const endless = ["mix.ts", "--poisson", "1000", "--for", "1000h", "--until-confident", "--json"];
  await using simulation = new Running(["simulate", ...endless], at);
  await simulation.says(/read/);
  simulation.signal("SIGINT");
  const { code, stdout } = await simulation.ended;
  assertEquals([code, JSON.parse(stdout).runs], [130, []]);
});

Deno.test("sequoia simulate repeats until a figure is known", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const load = [
    "mix.ts",
    "--poisson",
    "20",
    "--count",
    "400",
    "--seed",
    "1",
    "--limit",
    "12",
    "--until-confident",
  ];
  const { figure, runs } = await runJson(["simulate", ...load, "--policy", "fcfs,fair-share"], at) as {
    figure: string;
    runs: { name: string; mean: number; halfWidth: number; replications: number }[];
  };
  assertEquals([figure, runs.map(({ name }) => name)], ["chain_ms.mean", ["fcfs", "fair-share"]]);
  for (const { mean, halfWidth, replications } of runs) {
    assert(halfWidth > 0 && halfWidth <= 0.02 * mean && replications >= 5);
  }
  const { stdout } = await run(["simulate", ...load, "--figure", "byChain.line.chain_ms.mean"], at);
  assertMatch(
    stdout,
    /^byChain\.line\.chain_ms\.mean, 95 % confidence\nrunning-first {2}\S+ ± \S+ {2}\(\d+ runs\)\n$/,
  );
});

/** Times that make what the consumer itself needs small, also on a machine with other work. */
const SLOW_MIX = MIX.replace('"60ms", "150ms"', '"200ms", "400ms"').replace(
  '"200ms", "500ms"',
  '"500ms", "900ms"',
);

Deno.test("sequoia simulate predicts a recorded run, and says what would have been otherwise", async () => {
  await using at = await folder({ "mix.ts": SLOW_MIX });
  await using consumer = new Running(
    ["consume", "--policy", "fair-share", "--limit", "16,fixed"],
    at,
  );
  await consumer.says(/Consuming/);
  const load = ["mix.ts", "--poisson", "40", "--for", "4s", "--seed", "3", "--wait"];
  assertEquals((await run(["produce", ...load], at)).code, 0);
  consumer.signal("SIGINT");
  await consumer.ended;
  const measured = await runJson(["report", "run.json"], at) as Report;
  const [predicted, wider] = [
    await runJson(["simulate", "run.json"], at) as Report,
    await runJson(["simulate", "run.json", "--limit", "500,fixed"], at) as Report,
  ];
  assertEquals([predicted.run.policy, predicted.run.limit], ["fair-share", 16]);
  assertEquals(predicted.functions.invocations, measured.functions.invocations);
  assertAlmostEquals(predicted.run_ms.mean!, measured.run_ms.mean!, 0.01);
  assert(measured.queueing_ms.mean! > 300, "the run is dominated by queueing");
  for (const key of ["mean", "p99"] as const) {
    const [is, was] = [predicted.queueing_ms[key]!, measured.queueing_ms[key]!];
    assertAlmostEquals(is / was, 1, 0.1, `${key}: ${is} ms predicted, ${was} ms measured`);
  }
  assertEquals(wider.functions.invocations, measured.functions.invocations);
  assert(
    wider.queueing_ms.mean! < 0.05 * measured.queueing_ms.mean!,
    `${wider.queueing_ms.mean} of ${measured.queueing_ms.mean}`,
  );
});

Deno.test("sequoia simulate takes the policy's options from the log, fits the provider's limit, and says so", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const options = ["--by", "tenant", "--strict-shares", "--retry-budget", "50%"];
  const load = ["mix.ts", "--poisson", "20", "--count", "300", "--seed", "2", "--label", "tenant=acme"];
  const recorded = await run([
    ...[
      "simulate",
      ...load,
      "--policy",
      "fair-share",
      ...options,
      "--limit",
      "40",
      "--profile",
      "hard-limit,limit=10,cold=0ms",
    ],
    ...["--out", "run.json", "--json"],
  ], at);
  const was = JSON.parse(recorded.stdout) as Report;
  const [first] = (await Deno.readTextFile(`${at.cwd}/run.json`)).split("\n");
  assertStringIncludes(first!, '"scheduling":{"by":"tenant","strict-shares":true,"retry-budget":0.5}');
  const { stdout, stderr } = await run(["simulate", "run.json", "--json"], at);
  assertStringIncludes(stderr, "As in run.json: --by, --strict-shares, --retry-budget");
  assertMatch(
    stderr,
    /The provider refused \d+ calls, .*: simulated as a hard limit of (9|10|11), fitted/,
  );
  const is = JSON.parse(stdout) as Report;
  assertAlmostEquals(Number(is.chain_ms.mean) / Number(was.chain_ms.mean), 1, 0.03);
  const other = await run(["simulate", "run.json", "--by", "team", "--profile", "ideal", "--json"], at);
  assertEquals(other.stderr, "As in run.json: --strict-shares, --retry-budget\n");
});

Deno.test("sequoia simulate keeps the limits of the log that no option replaces, and says which", async () => {
  await using at = await folder({ "mix.ts": MIX });
  const load = ["mix.ts", "--count", "60", "--seed", "2", "--label", "tenant=acme"];
  const limits = ["--limit", "4,fixed", "--ceiling", "tenant=acme:3", "--rate", "40"];
  await run(["simulate", ...load, ...limits, "--out", "run.json", "--json"], at);
  const again = async (...args: string[]) => {
    const { stdout, stderr } = await run(["simulate", "run.json", ...args, "--json"], at);
    return { most: (JSON.parse(stdout) as Report).concurrency.max, stderr };
  };
  const wider = await again("--ceiling", "tenant=acme:9"), slower = await again("--rate", "39");
  assertEquals([wider.most, slower.most], [4, 3]);
  assertMatch(wider.stderr, /^As in run\.json: --rate\n/);
  assertMatch(slower.stderr, /^As in run\.json: --ceiling\n/);
});

const OLD_LOG =
  `[{"name":"sequoia_run","ph":"M","pid":1,"tid":0,"ts":0,"args":{"schema":"sequoia.run/1","command":"consume",` +
  `"version":"0.1.0","startedAtMs":0}},\n{"name":"a","cat":"chain","ph":"b","id":"1","pid":2,"tid":0,"ts":0,"args":` +
  `{"chain":"a","labels":{},"weight":1}}`;

const refused: readonly [string, readonly string[], number, string][] = [
  ["nothing", [], 2, "name a workload, for example workloads/fan7.ts, a run log, or a --trace"],
  ["an endless load", ["mix.ts", "--poisson", "5"], 2, "Say how much of it: --count N or --for DURATION"],
  ["an unknown policy", [...LOAD, "--policy", "fcfs,fair-shar"], 2, 'did you mean "fair-share"?'],
  ["a policy named twice", [...LOAD, "--policy", "fcfs,fcfs"], 2, "--policy names fcfs twice"],
  ["an unknown figure", [...LOAD, "--figure", "chain_ms.maen"], 2, "Did you mean chain_ms.mean?"],
  [
    "a limit for an unknown function",
    [...LOAD, "--function-limit", "slwo=1"],
    2,
    'did you mean "slow"? It has quick, slow',
  ],
  ["a share by an unknown label", [...LOAD, "--policy", "fair-share", "--by", "tenant"], 2, "It has none"],
  ["an unknown profile", [...LOAD, "--profile", "hard-limt"], 2, 'did you mean "hard-limit"?'],
  [
    "a log with load options",
    ["old.json", "--poisson", "5"],
    2,
    "what arrives is in old.json. Leave --poisson out",
  ],
  [
    "too many items",
    [...LOAD, "--items", "10001"],
    2,
    "--items: Cannot map 10001 items. Write 10000 or less",
  ],
  [
    "floors above the limit",
    [...LOAD, "--limit", "10", "--floor", "chain=fan:8,line:3"],
    2,
    "--floor: Cannot reserve 11 slots (chain fan 8, chain line 3): the limit is 10. Lower the floors by 1, or raise",
  ],
  ["a log with items", ["old.json", "--items", "5"], 2, "what arrives is in old.json. Leave --items out"],
  ["two logs", ["old.json", "old.json"], 2, "name one run log, or workloads"],
  ["a log that does not say what was run", ["old.json"], 1, "Record the run again"],
  ["a log of nothing", ["empty.json"], 1, "no instances were submitted in that run"],
  ["a log that is not there", ["nowhere.json"], 1, "nowhere.json"],
];

for (const [what, args, code, words] of refused) {
  Deno.test(`sequoia simulate refuses ${what}`, async () => {
    await using at = await folder({
      "mix.ts": MIX,
      "old.json": OLD_LOG,
      "empty.json": OLD_LOG.slice(0, OLD_LOG.indexOf(",\n")),
    });
    const ran = await run(["simulate", ...args], at);
    assertStringIncludes(ran.stderr, words);
    assert(!ran.stderr.includes("Unexpected"), ran.stderr);
    assertEquals([ran.code, ran.stderr.trimEnd().split("\n").length], [code, 1], ran.stderr);
  });
}
