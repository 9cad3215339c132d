import { assertEquals, assertRejects } from "@std/assert";
import { seededRandom } from "../../model/mod.ts";
import { TRACE_FORMATS, traceFormatOf } from "./formats.ts";
import { population } from "./population.ts";
import { readTrace, TempFolder } from "./testing.ts";
import { TraceError } from "./error.ts";

const MINUTES = Array.from({ length: 1440 }, (_, i) => i + 1).join(",");

/** The headings of the published files, as their descriptions have them. */
const PUBLISHED: readonly (readonly [format: string | undefined, heading: string])[] = [
  // AzureFunctionsDataset2019.md of Azure/AzurePublicDataset
  ["azure-2019", `HashOwner,HashApp,HashFunction,Trigger,${MINUTES}`],
  // AzureFunctionsInvocationTrace2021.md, there too; vhive-serverless/invitro writes IBM2026AsAzure2021.csv so
  ["azure-2021", "app,func,end_timestamp,duration"],
  // README_data_release_2023.md and src/demo_private.ipynb of sir-lab/data-release: 200 functions
  ["huawei-2023", `day,time,${Array.from({ length: 200 }, (_, i) => i).join(",")}`],
  // README.md of ubc-cirrus-lab/ibm-cloud-code-engine-traces
  ["ibm-2026", "NamespaceHash,AppHash,NumEvents,InvocationTimes,AppExecTimes,TotalExecTimes,PodHash"],
  [undefined, "at,chain"],
  [undefined, "0"],
];

Deno.test("traceFormatOf() tells formats apart by the headings of the published files", async () => {
  await using folder = await TempFolder.make();
  for (const [format, heading] of PUBLISHED) {
    for (const form of [heading, `\ufeff${heading}\r`]) {
      assertEquals((await traceFormatOf(await folder.write("t.csv", [form])))?.name, format);
    }
  }
});

Deno.test("samples have the headings of the published files", () => {
  const functions = population({ apps: 20, minutes: 60 }, seededRandom("3"));
  const headings = (format: string) =>
    TRACE_FORMATS.find(({ name }) => name === format)!.sample(functions, 60).map(({ lines }) =>
      [...lines][0]
    );
  const percentiles = (column: string, percents: readonly number[]) =>
    percents.map((percent) => `${column}${percent}`).join(",");
  assertEquals(headings("azure-2019"), [
    PUBLISHED[0]![1],
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum," +
    percentiles("percentile_Average_", [0, 1, 25, 50, 75, 99, 100]),
    "HashOwner,HashApp,SampleCount,AverageAllocatedMb," +
    percentiles("AverageAllocatedMb_pct", [1, 5, 25, 50, 75, 95, 99, 100]),
  ]);
  assertEquals(headings("azure-2021"), [PUBLISHED[1]![1]]);
  assertEquals(headings("ibm-2026"), [PUBLISHED[3]![1]]);
  const columns = functions.map((_, i) => i).join(",");
  assertEquals(headings("huawei-2023"), [`day,time,${columns}`, `day,time,${columns}`]);
});

Deno.test("errors of a trace name file, line and column, and what to do", async () => {
  const azure = "HashOwner,HashApp,HashFunction,Trigger,1,2", calls = "app,func,end_timestamp,duration";
  const table: readonly (readonly [lines: readonly string[], message: string])[] = [
    [[], "Cannot read FILE: it is empty"],
    [
      [azure, "o,a,f,http,1,x"],
      'Cannot read FILE, line 2, column 6 (2): it is "x". Write a number',
    ],
    [
      [azure, "o,a,f,http,1,2", "", "o,a,g,http,1.5,0"],
      'line 4, column 5 (1): it is "1.5". Write a whole number of calls, at most 10000000',
    ],
    [[azure, "o,a,f,http,-1,0"], 'line 2, column 5 (1): it is "-1". Write a whole number of calls'],
    [[azure, "o,a,,http,1,0"], "line 2, column 3 (HashFunction): it is blank. Write a name"],
    [
      [azure, "o,a,f,http,1"],
      "line 2, column 6: the line has 5 fields, and the heading 6. Was the file cut?",
    ],
    [
      ["HashOwner,HashApp,HashFunction,Trigger,1,3", "o,a,f,http,1,0"],
      'line 1, column 6: it is "3" and not minute 2. Minutes stand behind Trigger: 1, 2, 3, …',
    ],
    [[calls, "a,f,10,1", "a,f,soon,1"], 'line 3, column 3 (end_timestamp): it is "soon". Write a number'],
    [[`${calls},app`, "a,f,10,1,b"], "line 1, column 5: there are two columns app"],
    [["HashOwner,HashApp,HashFunction,Trigger", "o,a,f,http"], "line 1: no minutes stand behind Trigger"],
    [
      [calls, "a,f,1,1", "a,f,1e12,1"],
      "line 3, column 3 (end_timestamp): it is more than 527040 minutes from other calls",
    ],
    [[calls, "a,f,NaN,1"], 'line 2, column 3 (end_timestamp): it is "NaN". Write a time'],
    [[calls, "a,f,10,"], "line 2, column 4 (duration): it is blank. Write a time"],
    [[calls, "a,f,10,-1"], 'line 2, column 4 (duration): it is "-1". Write a time of 0 or more'],
    [[calls, "a,f,10,1e9"], "line 2, column 4 (duration): it is longer than a year"],
    [
      ["day,time,0", "0,0,1", "0,1,1"],
      "line 3, column 2 (time): it is 1 s, and not whole minutes after the line before",
    ],
    [["day,time,0", "0,0,1", "0,0,1"], "line 3, column 2 (time): it is 0 s, and not whole minutes"],
  ];
  await using folder = await TempFolder.make();
  for (const [lines, message] of table) {
    const path = await folder.write("t.csv", lines);
    if (lines.length === 0) await Deno.writeTextFile(path, "");
    await assertRejects(() => readTrace(path), TraceError, message.replace("FILE", path));
  }
});

Deno.test("a compressed trace is read, and one that is damaged is an error", async () => {
  await using folder = await TempFolder.make();
  const path = await folder.write("t.csv", ["app,func,end_timestamp,duration", "a,f,1,0.5", "a,f,2,1"]);
  const compressed = new Response(
    new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  const bytes = await compressed.bytes();
  await Deno.writeFile(`${path}.gz`, bytes);
  assertEquals((await readTrace(`${path}.gz`)).count, 2);
  await Deno.writeFile(`${path}.gz`, bytes.slice(0, -9)); // cut: a part of the calls would be less load, unseen
  await assertRejects(() => readTrace(`${path}.gz`), TraceError, "or was cut");
  await Deno.writeFile(`${path}.gz`, bytes.fill(7, 20, 30));
  await assertRejects(() => readTrace(`${path}.gz`), TraceError, "the compressed file is damaged");
});
