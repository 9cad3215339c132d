/** Run logs of real processes: each has one writer, nothing is lost of an earlier one, and every usual form is read. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

const ONE = `import { chain, constant, fn } from "sequoia";
export default chain("one", ({ call }) => { call(fn("a", { time: constant("5ms") })); });`;

interface Report {
  readonly chains: { readonly completed: number };
  readonly run: { readonly command: string; readonly durationMs: number };
}

Deno.test("two programs that write run.json in one folder write two logs", async () => {
  await using at = await folder({ "one.ts": ONE });
  const address = freeAddress();
  await using server = new Running(["functions", "--listen", address], at);
  await server.says(/listening|Serving|127\.0\.0\.1/i);
  await using consumer = new Running(["consume", "--local", address], at);
  await run(["produce", "one.ts", "--burst", "10", "--count", "10", "--wait"], at);
  const spam = await run(["spam", "--batch", "7", "--local", address], at);
  assertEquals(spam.code, 0, spam.stderr);
  assertStringIncludes(spam.stderr, "Another program writes run.json; this run is recorded in run-2.json");
  await run(["produce", "one.ts", "--burst", "10", "--count", "10", "--wait"], at);
  consumer.signal("SIGINT");
  await consumer.ended;
  const consumed = await runJson(["report", "run.json"], at) as Report;
  assertEquals([consumed.run.command, consumed.chains.completed], ["consume", 20]);
  const spammed = await runJson(["report", "run-2.json"], at) as Report;
  assertEquals([spammed.run.command, spammed.chains.completed], ["spam", 7]);
});

Deno.test("a run log is kept when the next run begins", async () => {
  await using at = await folder({ "one.ts": ONE });
  for (const count of ["1", "2", "3"]) {
    await run(["simulate", "one.ts", "--count", count, "--out", "s.json"], at);
  }
  const completed = async (path: string) => (await runJson(["report", path], at) as Report).chains.completed;
  assertEquals([await completed("s.json"), await completed("s.1.json"), await completed("s.2.json")], [
    3,
    2,
    1,
  ]);
});

Deno.test("sequoia report tells the runs apart that one file holds, in any layout", async () => {
  await using at = await folder({ "one.ts": ONE });
  for (const count of ["3", "4"]) {
    await run(["simulate", "one.ts", "--every", "1s", "--count", count, "--out", `${count}.json`], at);
  }
  const texts = await Promise.all(["3", "4"].map((name) => Deno.readTextFile(`${at.cwd}/${name}.json`)));
  await Deno.writeTextFile(`${at.cwd}/both.json`, texts.join(""));
  const both = await runJson(["report", "both.json"], at) as Report[];
  assertEquals(both.map(({ chains }) => chains.completed), [3, 4]);
  assert(both[0]!.run.durationMs < both[1]!.run.durationMs, JSON.stringify(both.map((report) => report.run)));
  const shown = await run(["report", "both.json"], at);
  assertMatch(shown.stdout, /both\.json#1.*both\.json#2/);
  const events = JSON.parse(texts[0]!);
  await Deno.writeTextFile(`${at.cwd}/pretty.json`, JSON.stringify({ traceEvents: events }, null, 2));
  assertEquals(await runJson(["report", "pretty.json"], at), both[0]);
});

Deno.test({
  name: "sequoia consume goes on while nobody reads the pipe that its run log goes to, and ends",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using at = await folder({ "one.ts": ONE });
    await new Deno.Command("mkfifo", { args: [`${at.cwd}/unopened`, `${at.cwd}/unread`] }).output();
    // Open for both, it needs nobody at the other end.
    using _reader = await Deno.open(`${at.cwd}/unread`, { read: true, write: true });
    for (const path of ["unopened", "unread"]) {
      await run(["produce", "one.ts", "--burst", "400"], at);
      const { code, stderr } = await run(["consume", "--until-empty", "--out", path], at);
      assertEquals(code, 0, stderr);
      assertMatch(
        stderr,
        new RegExp(`The last \\d+ bytes of the run log ${path} were lost: nobody has read them within 5 s`),
      );
    }
    const { completed } = await runJson(["queue", "status"], at) as { completed: number };
    assertEquals(completed, 800);
  },
});

Deno.test("sequoia report - reads a run log, compressed or not, from standard input", async () => {
  await using at = await folder({ "one.ts": ONE });
  const load = ["simulate", "one.ts", "--burst", "7"];
  await Promise.all([
    run([...load, "--out", "run.json"], at),
    run([...load, "--out", "run.json.gz"], at),
  ]);
  for (const file of ["run.json", "run.json.gz"]) {
    const report = await runJson(["report", "-"], { ...at, before: `exec < ${file}` }) as Report;
    assertEquals(report.chains.completed, 7);
  }
  const empty = await run(["report", "-"], at);
  assertEquals(empty.code, 1);
  assertMatch(empty.stderr, /Cannot read the run log of standard input: /);
  const twice = await run(["report", "-", "-"], at);
  assertEquals([twice.code, twice.stderr], [
    2,
    "sequoia: report: - names the standard input, which can be read once\n",
  ]);
  for (const sides of [["--base", "-", "--against", "-"], ["--base", "run.json", "-", "--against=-"]]) {
    const { code, stderr } = await run(["report", ...sides], at);
    assertEquals([code, stderr], [2, twice.stderr]);
  }
  const compared = await run(["report", "--base", "-", "--against", "run.json"], {
    ...at,
    before: "exec < run.json",
  });
  assertEquals(compared.code, 0, compared.stderr);
});

Deno.test("sequoia report --html writes over a page, but over no run log", async () => {
  await using at = await folder({ "one.ts": ONE });
  await run(["simulate", "one.ts", "--burst", "7", "--out", "run.json"], at);
  for (const _ of ["new", "again"]) {
    assertEquals((await run(["report", "run.json", "--html", "report.html"], at)).code, 0);
  }
  const log = await Deno.readTextFile(`${at.cwd}/run.json`);
  const { code, stderr } = await run(["report", "run.json", "--html", "run.json"], at);
  assertEquals(code, 1);
  assertMatch(stderr, /Cannot write the page run\.json: that file is no page/);
  assertEquals(await Deno.readTextFile(`${at.cwd}/run.json`), log);
});

Deno.test("sequoia report --by refuses a label that no chain of the run has", async () => {
  await using at = await folder({ "one.ts": ONE });
  await run(["simulate", "one.ts", "--burst", "7", "--label", "tenant=acme", "--out", "run.json"], at);
  const misspelt = await run(["report", "run.json", "--by", "tenat"], at);
  assertEquals([misspelt.code, misspelt.stdout], [2, ""]);
  assertMatch(misspelt.stderr, /Cannot find the label "tenat": no chain of the run has it/);
  assertEquals((await run(["report", "run.json", "--by", "tenant"], at)).code, 0);
});

Deno.test("sequoia produce --arrivals submits at the times of the process, as its log shows", async () => {
  await using at = await folder({ "one.ts": ONE });
  const count = 3000, shape = 0.5, meanMs = 1000 / 2000, scaleMs = meanMs / 2; // Γ(1 + 1 ÷ 0.5) = 2
  const load = ["--arrivals", `weibull:2000,shape=${shape}`, "--count", `${count}`, "--seed", "a"];
  await run(["produce", "one.ts", ...load, "--out", "p.json"], at);
  const events = JSON.parse(await Deno.readTextFile(`${at.cwd}/p.json`)) as { ph: string; ts: number }[];
  const atMs = events.filter(({ ph }) => ph === "b").map(({ ts }) => ts / 1000);
  assertEquals(atMs.length, count);
  const gaps = atMs.slice(1).map((ms, i) => ms - atMs[i]!).toSorted((a, b) => a - b);
  const below = (gap: number) => 1 - Math.exp(-((gap / scaleMs) ** shape));
  // Kolmogorov–Smirnov, at 1 %; the log's times are whole microseconds.
  const off = gaps.map((gap, i) => Math.abs(below(gap + 0.0005) - (i + 0.5) / gaps.length));
  assert(Math.max(...off) < 1.63 / Math.sqrt(gaps.length) + 0.05, `${Math.max(...off)}`);
});
