import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../../lib/model/mod.ts";
import { readTests } from "../../tools/suite/junit.ts";
import { memoryFolder } from "../../tools/suite/memory_folder.ts";
import { nextProcess, planLane, planNamed, saysAlone } from "../../tools/suite/plan.ts";
import { runAll } from "../../tools/suite/pool.ts";
import { runFiles } from "../../tools/suite/run_files.ts";
import { cpuSecondsIn } from "../../tools/suite/run_process.ts";
import { type FileResult, isWell, summaryOf } from "../../tools/suite/summary.ts";
import { chosen, LANES, runs } from "../lanes.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const FILES = [
  "lib/model/chain_test.ts",
  "tests/e2e/kafka_crash_test.ts",
  "tests/e2e/run_test.ts",
  "tests/kafka/broker_test.ts",
  "tests/queue/kafka_test.ts",
  "tests/queue/memory_test.ts",
  "tests/scheduler/oracle_test.ts",
];
const BROKER = FILES.filter((path) => path.includes("kafka"));

/** Runs files of tests of these texts in one process, in a folder that is gone when it returns. */
async function ran(texts: Readonly<Record<string, string>>, stop = new AbortController().signal) {
  const root = await Deno.makeTempDir({ prefix: "sequoia-suite-" });
  try {
    for (const [path, text] of Object.entries(texts)) await Deno.writeTextFile(`${root}/${path}`, text);
    const env = Deno.env.toObject();
    return await runFiles(Object.keys(texts), { root, env, args: [], longestMs: 600_000, stop });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Runs one file of this text. */
async function ranOne(text: string, stop?: AbortSignal) {
  const { results, text: printed } = await ran({ "some_test.ts": text }, stop);
  assertEquals(results.length, 1);
  return { result: results[0]!, text: printed };
}

/** The tests of each file, as they ended. */
function statesOf(results: readonly FileResult[]) {
  return results.map(({ path, tests }) => [path, ...tests.map(({ name, state }) => `${name}: ${state}`)]);
}

const result = (path: string, more: Partial<FileResult> = {}): FileResult => ({
  ...{ path, seconds: 1, tests: [] },
  ...more,
});

Deno.test("runs() is the lane's share of the full number, multiplied, and at least 1", () => {
  assertEquals(runs(1000, {}), 1000);
  assertEquals(runs(1000, { LANE: "all" }), 1000);
  assertEquals(runs(1000, { LANE: "quick", RUNS: "3" }), 150);
  assertEquals(runs(2, { LANE: "quick" }), 1);
  assertThrows(() => runs(1, { RUNS: "0" }), RangeError, '"0" is no positive number');
  assertThrows(() => runs(1, { RUNS: "many" }), RangeError, '"many" is no positive number');
  assertThrows(() => runs(1, { LANE: "slow" }), RangeError, "there are quick, test, all");
});

Deno.test("chosen() is the lane's share of the cases, others each time, in their order, and at least one", () => {
  const cases = Array.from({ length: 40 }, (_, i) => i), random = seededRandom("cases");
  const draw = (lane: string) => chosen(cases, { LANE: lane }, () => random.next());
  assertEquals(draw("all"), cases);
  const drawn = Array.from({ length: 200 }, () => draw("test"));
  for (const some of drawn) assertEquals([some.length, some], [10, some.toSorted((a, b) => a - b)]);
  for (const one of cases) assertAlmostEquals(drawn.filter((some) => some.includes(one)).length, 50, 25);
  assertEquals(chosen(["only"], { LANE: "quick" }), ["only"]);
  assertEquals(chosen([1, 2], { RUNS: "9" }), [1, 2]);
  assertEquals(chosen([], {}), []);
});

Deno.test("a lane leaves out what it has no time or programs for, and says how much that is", () => {
  const { processes, leftOut } = planLane(FILES, LANES.test!, () => false);
  assertEquals(processes, [
    ["tests/scheduler/oracle_test.ts"],
    ["tests/e2e/run_test.ts"],
    ["tests/queue/memory_test.ts"],
    ["lib/model/chain_test.ts"],
  ]);
  assertEquals([...leftOut], [["need a Kafka broker", 3]]);
  const all = planLane(FILES, LANES.all!, () => false);
  assertEquals(all.processes.flat().toSorted(), FILES);
  assertEquals(all.leftOut.size, 0);
  const quick = planLane(FILES, LANES.quick!, () => false);
  assertEquals(quick.processes.flat().some((path) => path.includes("e2e")), false);
});

Deno.test("neighbours share a process, and what needs one of its own has it", () => {
  const unit = ["a", "b", "c", "d", "e", "f"].map((name) => `lib/model/${name}_test.ts`);
  const alone = ["lib/model/b_test.ts", "tests/e2e/kafka_crash_test.ts", "tests/e2e/run_test.ts"];
  const lane = { ...LANES.all!, together: 3 };
  const { processes } = planLane([...unit, ...FILES.slice(1, 3)], lane, (path) => path === alone[0]);
  assertEquals(processes.filter(([path]) => alone.includes(path!)).flat().toSorted(), alone);
  assertEquals(processes.filter(({ length }) => length > 1), [
    ["a", "c", "d"].map((name) => `lib/model/${name}_test.ts`),
    ["e", "f"].map((name) => `lib/model/${name}_test.ts`),
  ]);
});

Deno.test("a file says by a line with the reason that it needs a process of its own", async () => {
  assertEquals(saysAlone(await Deno.readTextFile(`${ROOT}/tests/serve/fuzz_test.ts`)), true);
  assertEquals(saysAlone("// alone:\nconst s = `// alone: no`;"), false);
});

Deno.test("files and folders that are named run, whatever the lane leaves out, each in a process of its own", () => {
  assertEquals(planNamed(FILES, ["tests/kafka", "lib/model/chain_test.ts"]).processes, [
    ["tests/kafka/broker_test.ts"],
    ["lib/model/chain_test.ts"],
  ]);
  assertEquals(planNamed(FILES, [""]).processes.flat().toSorted(), FILES);
});

Deno.test("one process at a time has the broker, and others run beside it", () => {
  const processes = FILES.map((path) => [path]), broker = BROKER.map((path) => [path]);
  assertEquals(nextProcess(processes, []), broker[0]);
  assertEquals(nextProcess(processes, [broker[0]!]), processes[0]);
  assertEquals(nextProcess(broker.slice(1), [broker[0]!]), undefined);
  assertEquals(nextProcess(broker.slice(1), [processes[0]!]), broker[1]);
});

Deno.test("runAll() runs each file once, and counts those that it could not begin in time as failed", async () => {
  const stop = new AbortController(), begun: string[] = [];
  const processes = [FILES.slice(0, 3), ...FILES.slice(3).map((path) => [path])];
  const results = await runAll(processes, { atOnce: 2, stop: stop.signal }, (paths) => {
    begun.push(...paths);
    if (begun.length >= 4) stop.abort();
    return Promise.resolve(paths.map((path) => result(path)));
  });
  assertEquals(results.map(({ path }) => path).toSorted(), FILES);
  const late = results.filter((result) => !isWell(result));
  assertEquals(begun.length + late.length, FILES.length);
  assert(late.length > 0 && late.every(({ fault }) => fault === "not begun in time"));
});

Deno.test("runFiles() tells tests that pass, fail and are ignored apart; steps are parts of theirs", async () => {
  const { result, text } = await ranOne(`
    Deno.test("a > b & <c>", async (t) => { await t.step("inner", () => {}); });
    Deno.test({ name: "d", ignore: true, fn() {} });
    Deno.test("e", async (t) => { await t.step("inner", () => { throw new Error("it is wrong"); }); });
  `);
  assertEquals(result.tests.map(({ name, state }) => [name, state]), [
    ["a > b & <c>", "passed"],
    ["d", "ignored"],
    ["e", "failed"],
  ]);
  assertEquals(isWell(result), false);
  assertStringIncludes(text, "it is wrong");
});

Deno.test("files in one process have their tests, however those are registered, and load once what they share", async () => {
  const loaded = "globalThis.loaded = (globalThis.loaded ?? 0) + 1;";
  const { results, text } = await ran({
    "shared.ts": loaded,
    "a_test.ts": `
      import "./shared.ts";
      Deno.test("one", async (t) => { await t.step("inner", () => {}); });
      Deno.test(function named() { throw new Error("it is wrong"); });
      Deno.test.ignore("three", () => {});`,
    "b_test.ts": `
      import "./shared.ts";
      Deno.test({ name: "one", ignore: true, fn() {} });
      Deno.test({ sanitizeOps: false }, function two() {});
      Deno.test("three", { permissions: "inherit" }, () => { if (loaded !== 1) throw new Error("loaded " + loaded); });`,
  });
  assertEquals(statesOf(results), [
    ["shared.ts"],
    ["a_test.ts", "one: passed", "named: failed", "three: ignored"],
    ["b_test.ts", "one: ignored", "two: passed", "three: passed"],
  ]);
  assertEquals(results.map(isWell), [true, false, true]);
  assertStringIncludes(text, "it is wrong");
});

Deno.test("what would hold for other files of a process, too, fails the file, and so does what cannot be loaded", async () => {
  const { results, text } = await ran({
    "a_test.ts": `Deno.test("before", () => {}); Deno.test.beforeEach(() => {});`,
    "b_test.ts": `import "./nowhere.ts";`,
    "c_test.ts": `Deno.test("c", () => {});`,
  });
  assertEquals(statesOf(results), [
    ["a_test.ts", "before: passed", "is loaded: failed"],
    ["b_test.ts", "is loaded: failed"],
    ["c_test.ts", "c: passed"],
  ]);
  assertStringIncludes(text, "Cannot register beforeEach(): it would hold for other files, too");
  assertStringIncludes(text, "nowhere.ts");
});

Deno.test("a process of files that ends before all of their tests is told by the file that did it", async () => {
  const ends = `Deno.test("ends", { sanitizeExit: false }, () => Deno.exit(3));`;
  const { results } = await ran({ "a_test.ts": `Deno.test("a", () => {});`, "b_test.ts": ends });
  assertEquals(results.map(({ path, fault }) => [path, fault]), [
    ["a_test.ts", undefined],
    ["b_test.ts", "ended with 3"],
  ]);
  assertEquals(statesOf(results)[0], ["a_test.ts", "a: passed"]);
});

Deno.test("files that fail as a whole only in one process are named", async () => {
  const { results } = await ran({
    "a_test.ts": `globalThis.first = true; Deno.test("a", () => {});`,
    "b_test.ts": `Deno.test("b", { sanitizeExit: false }, () => { if (globalThis.first) Deno.exit(3); });`,
  });
  assertEquals(results.map(({ path, fault }) => [path, fault]), [
    ["a_test.ts", undefined],
    ["b_test.ts", undefined],
    ["a_test.ts b_test.ts", "ended with 3, in one process; each by itself is well"],
  ]);
});

Deno.test("runFiles() fails a file that cannot be loaded", async () => {
  const { result, text } = await ranOne(`import "./nowhere.ts";`);
  assertEquals([result.fault, result.tests], ["ended with 1", []]);
  assertStringIncludes(text, "nowhere.ts");
});

Deno.test("runFiles() ends a file that hangs, with all that it has started", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const child = `await Deno.connect({ port: ${port} }); setInterval(() => {}, 1000);`;
  const stop = new AbortController();
  const running = ranOne(
    `Deno.test("hangs", async () => {
      await new Deno.Command(Deno.execPath(), { args: ["eval", "${child}"] }).output();
    });`,
    stop.signal,
  );
  using connection = await listener.accept(); // by what the test has started
  stop.abort();
  assertMatch((await running).result.fault!, /^ended after \d+ s$/);
  assertEquals(await connection.read(new Uint8Array(1)), null);
});

Deno.test("the summary says what failed, what was skipped and why, and what took longest", () => {
  const tests = Array.from({ length: 30 }, (_, i) => ({
    ...{ name: `t${i}`, seconds: i },
    state: (["passed", "failed", "ignored"] as const)[Math.min(2, i)]!,
  }));
  const lines = summaryOf(
    [result("a_test.ts", { tests }), result("b_test.ts", { fault: "ended after 600 s" })],
    new Map([["need a Kafka broker", 14]]),
    61.24,
  );
  const at = (title: string) => lines.indexOf(`${title}:`);
  assertEquals(lines[at("Slowest") + 1], "    29.0 s  a_test.ts: t29");
  assertEquals(at("Skipped") - at("Slowest"), 22);
  assertEquals(lines.slice(at("Failed")), [
    "Failed:",
    "  b_test.ts: ended after 600 s",
    "  a_test.ts: t1",
    "",
    "1 passed, 2 failed, 28 skipped, in 61.2 s",
  ]);
  assertStringIncludes(
    lines[at("Failed") - 2]!,
    "14 files that need a Kafka broker: deno task test:all runs",
  );
});

Deno.test("the summary says which files took most of the processor, and what all took", () => {
  const lines = summaryOf(
    [result("a_test.ts"), result("b_test.ts", { cpuSeconds: 2 }), result("c_test.ts", { cpuSeconds: 3.25 })],
    new Map(),
    4,
  );
  assertEquals(lines.slice(0, 4), [
    "",
    "Most of the processor:",
    "     3.3 s  c_test.ts",
    "     2.0 s  b_test.ts",
  ]);
  assertEquals(lines.at(-1), "0 passed, 0 failed, 0 skipped, in 4.0 s (5.3 s of the processor)");
});

Deno.test({
  name: "runFiles() counts what a file and its processes took of the processor",
  ignore: Deno.build.os === "windows",
  async fn() {
    const busy = "const { cpuUsage } = process; while (cpuUsage().user < 2e5);";
    const { result } = await ranOne(`
      Deno.test("burns", async () => {
        await new Deno.Command(Deno.execPath(), { args: ["eval", "${busy}"] }).output();
      });`);
    assert(result.cpuSeconds! > 0.2, `${result.cpuSeconds} s`);
  },
});

Deno.test("memoryFolder() is there if it has enough room", async () => {
  const folder = await Deno.makeTempDir();
  assertEquals(memoryFolder(folder, 1), folder);
  assertEquals(memoryFolder(folder, Infinity), undefined);
  await Deno.remove(folder);
  assertEquals(memoryFolder(folder, 1), undefined);
});

Deno.test("cpuSecondsIn() adds up what a shell says of its times", () => {
  assertAlmostEquals(cpuSecondsIn("0m0.001s 0m0.002s\n1m2.500s 0m1.030s\n")!, 63.533, 1e-9);
  assertEquals(cpuSecondsIn(""), undefined);
});

Deno.test("readTests() reads the escapes of XML", () => {
  const xml =
    `<testcase name="&lt;a&gt; &amp;amp; &quot;b&quot; &#39;&#x41;" time="0.5"><skipped/></testcase>`;
  assertEquals(readTests(xml), [{ name: `<a> &amp; "b" 'A`, seconds: 0.5, state: "ignored" }]);
});

Deno.test("the tasks of deno.json run the lanes", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (const [lane, task] of [["quick", "test:quick"], ["test", "test"], ["all", "test:all"]] as const) {
    assertEquals(tasks[task].command, `deno run -A tools/suite/main.ts ${lane}`);
  }
});
