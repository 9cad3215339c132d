import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { readTests } from "../../tools/suite/junit.ts";
import { nextFile, planLane, planNamed } from "../../tools/suite/plan.ts";
import { runAll } from "../../tools/suite/pool.ts";
import { runFile } from "../../tools/suite/run_file.ts";
import { type FileResult, isWell, summaryOf } from "../../tools/suite/summary.ts";
import { LANES, runs } from "../lanes.ts";

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
