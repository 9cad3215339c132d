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
import { nextFile, planLane, planNamed } from "../../tools/suite/plan.ts";
import { runAll } from "../../tools/suite/pool.ts";
import { cpuSecondsIn, runFile } from "../../tools/suite/run_file.ts";
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

/** Runs a file of tests of this text, in a folder that is gone when `use` returns. */
async function ran(text: string, stop = new AbortController().signal) {
  const root = await Deno.makeTempDir({ prefix: "sequoia-suite-" });
  try {
    await Deno.writeTextFile(`${root}/some_test.ts`, text);
    const env = Deno.env.toObject();
    return await runFile("some_test.ts", { root, env, args: [], longestMs: 600_000, stop });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const result = (path: string, more: Partial<FileResult> = {}): FileResult => ({
  ...{ path, seconds: 1, tests: [] },
  ...more,
});

Deno.test("runs() is the lane's share of the full number, multiplied, and at least 1", () => {
  assertEquals(runs(1000, {}), 1000);
  assertEquals(runs(1000, { LANE: "all" }), 1000);
  assertEquals(runs(1000, { LANE: "quick", RUNS: "3" }), 300);
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
  const { files, leftOut } = planLane(FILES, LANES.test!);
  assertEquals(files, [
    "tests/scheduler/oracle_test.ts",
    "tests/e2e/run_test.ts",
    "tests/queue/memory_test.ts",
    "lib/model/chain_test.ts",
  ]);
  assertEquals([...leftOut], [["need a Kafka broker", 3]]);
  assertEquals(planLane(FILES, LANES.all!).files.toSorted(), FILES);
  assertEquals(planLane(FILES, LANES.all!).leftOut.size, 0);
  assertEquals(planLane(FILES, LANES.quick!).files.some((path) => path.includes("e2e")), false);
});

Deno.test("files and folders that are named run, whatever the lane leaves out", () => {
  assertEquals(planNamed(FILES, ["tests/kafka", "lib/model/chain_test.ts"]).files, [
    "tests/kafka/broker_test.ts",
    "lib/model/chain_test.ts",
  ]);
  assertEquals(planNamed(FILES, [""]).files.toSorted(), FILES);
});

Deno.test("one file at a time has the broker, and others run beside it", () => {
  assertEquals(nextFile(FILES, []), BROKER[0]);
  assertEquals(nextFile(FILES, [BROKER[0]!]), FILES[0]);
  assertEquals(nextFile(BROKER.slice(1), [BROKER[0]!]), undefined);
  assertEquals(nextFile(BROKER.slice(1), [FILES[0]!]), BROKER[1]);
});

Deno.test("runAll() runs each file once, and counts those that it could not begin in time as failed", async () => {
  const stop = new AbortController(), begun: string[] = [];
  const results = await runAll(FILES, { atOnce: 2, stop: stop.signal }, (path) => {
    begun.push(path);
    if (begun.length === 4) stop.abort();
    return Promise.resolve(result(path));
  });
  assertEquals(results.map(({ path }) => path).toSorted(), FILES);
  const late = results.filter((result) => !isWell(result));
  assertEquals(begun.length + late.length, FILES.length);
  assert(late.length > 0 && late.every(({ fault }) => fault === "not begun in time"));
});

Deno.test("runFile() tells tests that pass, fail and are ignored apart; steps are parts of theirs", async () => {
  const { result, text } = await ran(`
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

Deno.test("runFile() fails a file that cannot be loaded", async () => {
  const { result, text } = await ran(`import "./nowhere.ts";`);
  assertEquals([result.fault, result.tests], ["ended with 1", []]);
  assertStringIncludes(text, "nowhere.ts");
});

Deno.test("runFile() ends a file that hangs, with all that it has started", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const child = `await Deno.connect({ port: ${port} }); setInterval(() => {}, 1000);`;
  const stop = new AbortController();
  const running = ran(
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
  name: "runFile() counts what a file and its processes took of the processor",
  ignore: Deno.build.os === "windows",
  async fn() {
    const busy = "const { cpuUsage } = process; while (cpuUsage().user < 2e5);";
    const { result } = await ran(`
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
