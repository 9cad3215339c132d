import { assert, assertEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../model/mod.ts";
import { TraceError } from "./error.ts";
import { sampled } from "./sampled.ts";
import { readTrace, TempFolder } from "./testing.ts";
import type { FunctionTrace } from "./trace.ts";

const AZURE = "HashOwner,HashApp,HashFunction,Trigger,1,2,3";
const DURATIONS = "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0," +
  "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99," +
  "percentile_Average_100";

function counts(trace: FunctionTrace): number[] {
  return Array.from({ length: trace.minutes }, (_, minute) => trace.callsIn(minute));
}

Deno.test("a day of Azure has the run times and the memory of the files beside it, under both of their names", async () => {
  const names = [
    [
      "invocations_per_function_md.anon.d07.csv",
      "function_durations_percentiles.anon.d07.csv",
      "app_memory_percentiles.anon.d07.csv",
    ],
    ["invocations.csv", "durations.csv", "memory.csv"],
  ] as const;
  for (const [invocations, durations, memory] of names) {
    await using folder = await TempFolder.make();
    const path = await folder.write(invocations, [
      AZURE,
      "o,a,f,http,1,0,2",
      "o,a,g,timer,0,1,0",
      "o,b,f,queue,0,0,0",
      "o,c,f,queue,0,0,1",
      "o,a,f,queue,0,0,3", // as the published files have some functions twice
    ]);
    await folder.write(durations, [
      DURATIONS,
      "o,a,f,1,1,1,1,1,2,3,4,5,6,7",
      "o,a,g,1,1,1,1,5,5,5,5,5,5,5",
      "o,c,f,1,1,,,9,2,3,4,5,6,7",
      "o,d,f,1,1,1,1,1,2,3,4,5,6,7",
    ]);
    await folder.write(memory, ["HashApp,AverageAllocatedMb", "a,120.5", "d,1"]);
    const trace = await readTrace(path);
    const quantiles = [[0, 1], [0.01, 2], [0.25, 3], [0.5, 4], [0.75, 5], [0.99, 6], [1, 7]] as const;
    assertEquals(trace.functions, [
      {
        app: "a",
        name: "f",
        labels: { trigger: "http", owner: "o" },
        calls: 6,
        time: { kind: "quantiles", quantiles },
        memoryMb: 120.5,
      },
      {
        app: "a",
        name: "g",
        labels: { trigger: "timer", owner: "o" },
        calls: 1,
        time: { kind: "constant", ms: 5 },
        memoryMb: 120.5,
      },
      { app: "c", name: "f", labels: { trigger: "queue", owner: "o" }, calls: 1 },
    ]);
    assertEquals(counts(trace), [1, 1, 6]);
    assertEquals(trace.notes, ["No usable run times of 1 function. They take none"]);
  }
});

Deno.test("a day of Azure without the other files says so", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("mine.csv", [AZURE, "o,a,f,http,1,0,2"]);
  assertEquals((await readTrace(path)).notes, [
    `No run times: beside ${path} is no durations.csv. Functions take none`,
  ]);
});

Deno.test("hours are minutes of a day's file, and times begin with them", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("t.csv", [AZURE, "o,a,f,http,1,0,2", "o,b,f,http,4,0,0"]);
  const trace = await readTrace(path, { minutes: [1, 60] });
  assertEquals([trace.minutes, trace.count, trace.functions.length], [2, 2, 1]);
  const times = [...trace.calls("equidistant", seededRandom(1))].map(({ atMs }) => atMs);
  assert(times[0]! >= 60_000 && times[0]! < 90_000, `${times}`);
  assertEquals(Math.round(times[1]! - times[0]!), 30_000);
  await assertRejects(() => readTrace(path, { minutes: [3, 60] }), TraceError, "they end after 0.05 hours");
});

Deno.test("calls with their own times are in the order of their begins, from the minute of the first or the first hour", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("t.csv", [
    "app,func,end_timestamp,duration",
    "a,f,130,3",
    "b,f,121.5,1.25",
    "a,g,7200,0",
  ]);
  const all = await readTrace(path);
  const calls = [...all.calls("poisson", seededRandom(1))];
  assertEquals(calls, [{ atMs: 250, fn: 1, runMs: 1250 }, { atMs: 7000, fn: 0, runMs: 3000 }, {
    atMs: 7_080_000,
    fn: 2,
    runMs: 0,
  }]);
  assertEquals(all.functions.map(({ app, name, time }) => [app, name, time]), [
    ["a", "f", { kind: "constant", ms: 3000 }],
    ["b", "f", { kind: "constant", ms: 1250 }],
    ["a", "g", { kind: "constant", ms: 0 }],
  ]);
  const first = await readTrace(path, { minutes: [0, 60] });
  assertEquals([...first.calls("poisson", seededRandom(1))].map(({ atMs }) => atMs), [120_250, 127_000]);
  assertEquals((await readTrace(path, { minutes: [120, 180] })).count, 1);
});

Deno.test("the hours of IBM's trace count from the beginning of its data", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("t.csv", [
    "NamespaceHash,AppHash,InvocationTimes,AppExecTimes",
    "n,a,17999,20",
    "n,a,21599.5,30",
  ]);
  assertEquals((await readTrace(path, { minutes: [1, 120] })).count, 1);
  const [, last] = [...(await readTrace(path)).calls("poisson", seededRandom(1))];
  assertEquals(last, { atMs: 3_600_500, fn: 0, runMs: 30 });
});

Deno.test("the mean times of Huawei's minutes count as often as their calls", async () => {
  await using folder = await TempFolder.make();
  const heading = "day,time,7,8,9";
  const path = await folder.write("requests_minute/day_003.csv", [
    heading,
    "3,259200,99.0,,",
    "3,259260,1,NaN,2",
    "3,259380,,0.0,",
  ]);
  await folder.write("function_delay_minute/day_003.csv", [
    heading,
    "3,259200,10,,",
    "3,259260,500.5,,",
    "3,259320,7,7,7",
  ]);
  const trace = await readTrace(path);
  assertEquals([counts(trace), trace.minutes], [[99, 3, 0, 0], 4]);
  const [seven, nine] = trace.functions;
  assertEquals([seven!.app, seven!.name, seven!.calls], ["7", "7", 100]);
  const { time } = seven!;
  assertEquals(time?.kind === "quantiles" && time.quantiles.slice(-2), [[0.99, 10], [1, 500.5]]);
  assertEquals([nine!.name, nine!.time, trace.notes.length], ["9", undefined, 1]);
});

Deno.test("days of Azure are one trace: minutes count on, and run times and memory are means by the calls of each day", async () => {
  await using folder = await TempFolder.make();
  const paths: string[] = [];
  for (const [day, counts, ms, mb] of [["08", "3,0,0", 10, 100], ["09", "0,0,1", 90, 200]] as const) {
    paths.push(
      await folder.write(`invocations_per_function_md.anon.d${day}.csv`, [AZURE, `o,a,f,http,${counts}`]),
    );
    const each = Array.from({ length: 7 }, () => ms).join(",");
    await folder.write(`function_durations_percentiles.anon.d${day}.csv`, [
      DURATIONS,
      `o,a,f,1,1,1,1,${each}`,
      `o,a,f,1,1,1,1,7,7,7,7,7,7,7`, // as the published files have some functions twice
      "o,b,g,1,1,1,1,7,7,7,7,7,7,7",
    ]);
    await folder.write(`app_memory_percentiles.anon.d${day}.csv`, ["HashApp,AverageAllocatedMb", `a,${mb}`]);
  }
  const trace = await readTrace(paths);
  assertEquals([counts(trace), trace.notes], [[3, 0, 0, 0, 0, 1], []]);
  const [{ time, ...only }, ...others] = trace.functions as [FunctionTrace["functions"][0]];
  assertEquals([only.calls, only.memoryMb, others.length], [4, 125, 0]);
  assertEquals(time?.kind === "quantiles" && time.quantiles.slice(4), [
    [0.25, 10],
    [0.5, 10],
    [0.75, 10],
    [0.9, 90],
    [0.95, 90],
    [0.99, 90],
    [1, 90],
  ]);
  const midnight = await readTrace(paths, { minutes: [2, 6] });
  assertEquals([counts(midnight), midnight.functions[0]!.time], [[0, 0, 0, 1], { kind: "constant", ms: 90 }]);
  assertEquals(counts(await readTrace(paths, { minutes: [4, 6] })), [0, 1]);
  await assertRejects(() => readTrace(paths, { minutes: [6, 9] }), TraceError, "they end after 0.1 hours");
});

Deno.test("days of Huawei stand where their times say, as some are missing", async () => {
  await using folder = await TempFolder.make();
  const paths = await Promise.all([3, 5].map((day) =>
    folder.write(`requests_minute/day_00${day}.csv`, [
      "day,time,7",
      `${day},${day * 86_400},${day}`,
      `${day},${day * 86_400 + 60},1`,
    ])
  ));
  const trace = await readTrace(folder.path + "/requests_minute");
  assertEquals([trace.minutes, trace.count], [2882, 10]);
  assertEquals([0, 1, 2, 2880, 2881].map((minute) => trace.callsIn(minute)), [3, 1, 0, 5, 1]);
  assertEquals(trace.notes.length, 2); // neither has run times
  await assertRejects(
    () => readTrace(paths.toReversed()),
    TraceError,
    `Cannot read ${paths[0]} behind the file before it: it begins earlier`,
  );
});

Deno.test("a folder is its traces, days in the order of their numbers, copies not", async () => {
  await using folder = await TempFolder.make();
  const calls = "app,func,end_timestamp,duration";
  await folder.write("week_10.csv", [calls, "a,f,20,1"]);
  await folder.write("week_9.csv", [calls, "a,g,10,1"]);
  await folder.write("week_9.csv.gz", [calls, "a,g,10,1"]);
  await folder.write("README.txt", ["Weeks"]);
  const { functions, count } = await readTrace(folder.path);
  assertEquals([functions.map(({ name }) => name), count], [["g", "f"], 2]);
});

Deno.test("fields may be quoted, and blanks around ids do not count", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("t.csv", [
    '"app","func","end_timestamp","duration"',
    '"a ""1"", b","f",1.5,"0.5"',
    "c, f,2.5,0.5",
    'c,"",2.5,0.5',
  ]);
  await assertRejects(() => readTrace(path), TraceError, "line 4, column 2 (func): it is blank");
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace(/c,"".*/, ""));
  const { functions } = await readTrace(path);
  assertEquals(functions.map(({ app, name }) => [app, name]), [["a__1___b", "f"], ["c", "f"]]);
  for (const line of ['"a,f,1,1', '"a"b,f,1,1', 'a"b,f,1,1']) {
    const bad = await folder.write("bad.csv", ["app,func,end_timestamp,duration", line]);
    await assertRejects(
      () => readTrace(bad),
      TraceError,
      "line 2: a quoted field has no end, or more behind it",
    );
  }
});

Deno.test("functions are told apart whatever their ids are made of", async () => {
  await using folder = await TempFolder.make();
  const heading = "app,func,end_timestamp,duration", long = "f".repeat(62);
  const ids = [
    "a/b,c",
    "a,b/c",
    "a b,c",
    "a_b,c",
    "a+b,c",
    `${long}00,c`,
    `${long}01,c`,
    `${long}0g,c`,
    `${long}0h,c`,
  ];
  const path = await folder.write("t.csv", [heading, ...ids.map((id) => `${id},1,0`)]);
  const { functions } = await readTrace(path);
  assertEquals(new Set(functions.map(({ app, name }) => `${app} ${name}`)).size, ids.length);
  assertEquals(functions.slice(2, 5).map(({ app }) => app), ["a_b_2", "a_b_3", "a_b_4"]);
});

Deno.test("hashes are shortened to digits that tell them apart", async () => {
  await using folder = await TempFolder.make();
  const [one, other, more] = [
    "0123456789ab" + "0".repeat(52),
    "0123456789ab" + "1".repeat(52),
    "0123456789ab" + "0".repeat(51) + "1",
  ];
  const path = await folder.write("t.csv", [
    "app,func,end_timestamp,duration",
    ...[one, other, more].map((app) => `${app},é b/c,1,0`),
  ]);
  const { functions } = await readTrace(path);
  assertEquals(functions.map(({ app }) => app.length), [12, 24, 24]);
  assertEquals(functions[0]!.name, "__b_c");
});

Deno.test("sampled() takes a part of the apps, the same ones whatever else is asked for", () => {
  const apps = Array.from({ length: 10_000 }, (_, i) => `app${i}`);
  const some = apps.filter(sampled(0.1, "seed"));
  assert(Math.abs(some.length - 1000) < 120, `${some.length} of 10,000`); // four standard deviations
  assertEquals(apps.toReversed().filter(sampled(0.1, "seed")).toReversed(), some);
  assert(apps.filter(sampled(0.1, "other")).join() !== some.join());
  assertEquals(apps.filter(sampled(1, "seed")), apps);
});
