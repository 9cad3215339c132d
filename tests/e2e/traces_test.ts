/** Public traces, through the real command line, on samples that it writes itself. */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { readRunLog } from "../../lib/record/mod.ts";
import type { Report } from "../../lib/report/mod.ts";
import { chosen } from "../lanes.ts";
import { folder, run, runJson } from "./sequoia.ts";

const FORMATS = ["azure-2019", "azure-2021", "huawei-2023", "ibm-2026"];

interface Written {
  readonly files: readonly [string, ...string[]];
  readonly calls: number;
  readonly functions: number;
}

interface Shown {
  readonly calls: number;
  readonly functions: number;
  readonly top: readonly { readonly app: string; readonly calls: number; readonly meanMs: number }[];
}

/** A chain of an instance that was submitted, and when it was to be. */
async function submissions(path: string): Promise<{ readonly chain: string; readonly atMs: number }[]> {
  const found: { readonly chain: string; readonly atMs: number }[] = [];
  for await (const event of readRunLog(path).events) {
    if (event.type === "submit") found.push({ chain: event.chain, atMs: event.submittedAtMs });
  }
  return found;
}

Deno.test("sequoia simulate runs all calls of a trace of each format, the same ones for the same seed", async () => {
  await using at = await folder();
  for (const format of chosen(FORMATS)) {
    const { files: [file], calls, functions } = await runJson(
      ["trace", "write", format, format, "--seed", "3", "--minutes", "5"],
      at,
    ) as Written;
    const shown = await runJson(["trace", "show", file], at) as Shown;
    assertEquals([shown.calls, shown.functions], [calls, functions]);
    const simulate = async (...args: string[]) => {
      return await runJson(["simulate", "--trace", file, "--limit", "10000", ...args], at) as Report;
    };
    const whole = await simulate("--seed", "1");
    assertEquals([whole.chains.submitted, whole.chains.completed], [calls, calls]);
    assertEquals(
      Object.fromEntries(shown.top.map(({ app, calls }) => [app, calls])),
      Object.fromEntries(shown.top.map(({ app }) => [app, whole.byChain[app]!.chains.submitted])),
    );
    assertEquals(await simulate("--seed", "1"), whole);
    const part = await simulate("--seed", "1", "--sample", "0.5");
    assert(part.chains.submitted > 0 && part.chains.submitted < calls, `${part.chains.submitted}`);
    assertEquals(await simulate("--seed", "1", "--sample", "0.5"), part);
  }
});

Deno.test("sequoia produce submits the calls of a trace at its times, faster, and consumers run them", async () => {
  await using at = await folder();
  const { files: [file] } = await runJson(
    ["trace", "write", "azure-2021", "azure", "--seed", "3", "--minutes", "2"],
    at,
  ) as Written;
  const { top } = await runJson(["trace", "show", file], at) as Shown;
  const busy = top.filter(({ calls }) => calls >= 10).reduce((a, b) => a.meanMs < b.meanMs ? a : b);
  const count = Math.min(100, busy.calls);
  const load = ["--trace", file, "--speed", "100", "--chain", busy.app, "--count", String(count)];
  const produced = await run([
    "produce",
    ...load,
    "--queue",
    "sqlite:q.db",
    "--out",
    "produced.json",
    "--seed",
    "1",
  ], at);
  assertEquals(produced.code, 0, produced.stderr);
  assertStringIncludes(produced.stderr, `(azure-2021): `);
  await runJson(["simulate", ...load, "--seed", "1", "--limit", "1000", "--out", "simulated.json"], at);
  const real = await submissions(join(at.cwd, "produced.json"));
  const virtual = await submissions(join(at.cwd, "simulated.json"));
  assertEquals(real.map(({ chain }) => chain), virtual.map(({ chain }) => chain));
  assertEquals(real.length, count);
  for (const [i, { atMs }] of real.entries()) { // both are intended times
    assertAlmostEquals(atMs - real[0]!.atMs, virtual[i]!.atMs - virtual[0]!.atMs, 5);
  }
  const consumed = await run(
    ["consume", "--queue", "sqlite:q.db", "--until-empty", "--limit", "100", "--out", "run.json"],
    at,
  );
  assertEquals(consumed.code, 0, consumed.stderr);
  const report = await runJson(["report", "run.json"], at) as Report;
  assertEquals(report.byChain[busy.app]!.chains.completed, count);
});

Deno.test("sequoia produce has a workload's chains arrive at the times of a trace", async () => {
  await using at = await folder({
    "one.ts":
      `import { chain, fn } from "sequoia"; export default chain("one", ({ call }) => void call(fn("f")));`,
    "t.csv": "app,func,end_timestamp,duration\na,f,60.5,0.5\na,g,62,1\n",
    "times.csv": "at\n0\n30\n",
  });
  for (
    const [args, apart] of [[["t.csv"], 1000], [["t.csv", "--speed", "10"], 100], [[
      "times.csv",
      "--speed",
      "2",
    ], 15]] as const
  ) {
    await runJson(["simulate", "one.ts", "--trace", ...args, "--out", "run.json"], at);
    const [first, second] = await submissions(join(at.cwd, "run.json"));
    assertEquals([first!.chain, second!.chain], ["one", "one"]);
    assertAlmostEquals(second!.atMs - first!.atMs, apart, 0.01);
  }
});

Deno.test("sequoia spam calls the functions of a trace at its times", async () => {
  await using at = await folder({
    "t.csv": "app,func,end_timestamp,duration\na,f,60.005,0.005\na,g,61.004,0.004\nb,f,62.003,0.003\n",
    "times.csv": "0\n20\n",
  });
  for (
    const [args, chains] of [[["t.csv", "--speed", "20"], { a: 2, b: 1 }], [["times.csv"], {
      hello: 2,
    }]] as const
  ) {
    const spam = await run(["spam", "--trace", ...args, "--out", "spam.json"], at);
    assertEquals(spam.code, 0, spam.stderr);
    const { byChain } = await runJson(["report", "spam.json"], at) as Report;
    assertEquals(
      Object.fromEntries(Object.entries(byChain).map(([name, { chains }]) => [name, chains.completed])),
      chains,
    );
  }
});

Deno.test("what is wrong with a trace is said with file, line and column, and ends with 2", async () => {
  await using at = await folder({
    "one.ts":
      `import { chain, fn } from "sequoia"; export default chain("one", ({ call }) => void call(fn("f")));`,
    "bad.csv": "app,func,end_timestamp,duration\na,f,1,0.5\na,f,2,fast\n",
    "good.csv": "app,func,end_timestamp,duration\na,f,1,0.5\n",
    "times.csv": "at\n0\n30\n",
  });
  await Deno.mkdir(join(at.cwd, "empty"));
  const table: readonly (readonly [line: string, words: string])[] = [
    [
      "simulate --trace bad.csv",
      'Cannot read bad.csv, line 3, column 4 (duration): it is "fast". Write a number',
    ],
    ["produce --trace bad.csv", "Cannot read bad.csv, line 3, column 4"],
    ["trace show bad.csv", "Cannot read bad.csv, line 3, column 4"],
    ["simulate --trace good.csv --hours 5..6", "good.csv: there are no calls in that part"],
    ["simulate --trace times.csv", "times.csv has only times. Name a workload"],
    [
      "simulate one.ts --trace times.csv --sample 0.5",
      "--sample is of a trace of functions, and times.csv has only times",
    ],
    ["simulate one.ts --poisson 5 --count 1 --speed 2", "--speed is of a --trace FILE"],
    ["simulate --trace good.csv --sample 2", 'Cannot read "2". Write a part of all apps'],
    ["simulate --trace good.csv --hours 2..1", 'Cannot read "2..1". Write hours'],
    ["simulate --trace good.csv --chain b", 'Cannot find the chain "b"'],
    ["produce", "name a workload, for example workloads/fan7.ts, or a --trace"],
    ["trace show times.csv", "its heading is that of no trace"],
    ["trace show .", "Cannot read bad.csv, line 3, column 4"],
    ["trace show empty", "it is a folder, and no file in it has the heading of a trace"],
    ["trace show good.csv ./good.csv good.csv", "Cannot read good.csv twice"],
    [
      "simulate --trace good.csv --trace times.csv",
      "Cannot read good.csv and times.csv as one trace: azure-2021 and no trace",
    ],
    [
      "simulate one.ts --trace times.csv --trace good.csv",
      "times.csv and good.csv as one trace: no trace and azure-2021",
    ],
    ["trace write azure2019 x", 'did you mean "azure-2019"?'],
  ];
  for (const [line, words] of table) {
    const { code, stderr } = await run(line.split(" "), at);
    assertStringIncludes(stderr, words);
    assertEquals(code, 2, `${line}: ${stderr}`);
  }
});

Deno.test("several days of a trace are one, as files and as a folder, and hours count on over midnight", async () => {
  await using at = await folder();
  const days: string[] = [], calls: number[] = [];
  for (const seed of ["2", "3"]) {
    const written = await runJson(
      ["trace", "write", "azure-2019", `w${seed}`, "--seed", seed],
      at,
    ) as Written;
    await Deno.mkdir(join(at.cwd, "days"), { recursive: true });
    for (const [i, path] of written.files.entries()) {
      const name = path.replace(/^.*\//, "").replace(".d01.", `.d0${seed}.`);
      await Deno.copyFile(join(at.cwd, path), join(at.cwd, "days", name));
      if (i === 0) days.push(join("days", name));
    }
    calls.push(written.calls);
  }
  const [first, second] = days as [string, string];
  const both = await runJson(["trace", "show", first, second], at) as Shown;
  assertEquals(both.calls, calls[0]! + calls[1]!);
  const { files: _, ...folderShown } = await runJson(["trace", "show", "days"], at) as Written & Shown;
  assertEquals({ files: days, ...folderShown }, both as unknown as typeof folderShown & { files: string[] });
  const night = ["--hours", "23..25", "--seed", "1", "--limit", "10000", "--count", "1000"];
  const byFiles = await runJson(["simulate", "--trace", first, "--trace", second, ...night], at) as Report;
  const alone = await runJson(["simulate", "--trace", second, ...night.with(1, "0..1")], at) as Report;
  assertEquals(byFiles.chains.submitted, alone.chains.submitted);
  assertEquals(byFiles.run.startedAt, alone.run.startedAt);
  const { chains } = await runJson(["simulate", "--trace", "days", ...night], at) as Report;
  assertEquals(chains, byFiles.chains);
});
