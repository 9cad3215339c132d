/** Profiles from files, and chains that the local platform runs without Sequoia, through the real command line. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Report } from "../../lib/report/mod.ts";
import { folder, freeAddress, run, runJson, Running } from "./sequoia.ts";

/** Its functions take so long that it makes no difference how far the calls of a batch are apart. */
const FAN = `import { chain, constant, fn } from "sequoia";
const short = fn("short", { time: constant("300ms") }), long = fn("long", { time: constant("2s") });
export default chain("fan", ({ call }) => {
  const start = call(short);
  for (const name of ["a", "b", "c", "d"]) call(long, { name, after: start });
});`;

const PROFILE = JSON.stringify({
  schema: "sequoia.profile/1",
  name: "measured",
  parameters: { limit: "16", enforced: "1.25", cold: "1ms" },
  evidence: { limit: "20 of 40 calls ran" },
});

Deno.test("sequoia spam leaves chains to the local platform, which drops as many as sequoia simulate --baseline", async () => {
  await using at = await folder({ "fan.ts": FAN, "measured.json": PROFILE });
  const address = freeAddress();
  await using server = new Running(["functions", "--listen", address, "--profile", "./measured.json"], at);
  await server.says(/measured \(limit 16, 20 run, cold start 1ms\)/);
  const spam = await runJson(["spam", "fan.ts", "--batch", "10", "--local", address], at);
  const { chains, calls } = spam as { chains: Record<string, number>; calls: Record<string, number> };
  // ten run, and leave their places to the first twenty of forty
  assertEquals([chains.started, chains.completed, chains.dropped], [10, 3, 7]);
  assertEquals([calls.ok, calls.throttled, calls.failed, calls.running], [30, 20, 0, 0]);
  const real = await runJson(["report", "run.json"], at) as Report;
  const [baseline] = await runJson(
    ["simulate", "fan.ts", "--burst", "10", "--baseline", "--profile", "measured.json"],
    at,
  ) as Report[];
  assertEquals(real.chains, baseline!.chains);
  const counts = ({ functions: { seconds: _real, ...counts } }: Report) => counts;
  assertEquals(counts(real), counts(baseline!));
  server.signal("SIGTERM");
  assertMatch((await server.endsWithin(20_000)).stderr, /Served 30, refused 20, containers made 30/);
});

Deno.test("sequoia spam --collect hears from functions of chains that the local platform runs", async () => {
  await using at = await folder({ "fan.ts": FAN });
  const { stderr, code } = await run(["spam", "fan.ts", "--batch", "4", "--collect", "127.0.0.1:0"], at);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "Heard from the functions of 20 of 20 calls");
  const { function_ms } = await runJson(["report", "run.json"], at) as Report;
  assert(function_ms!.p50! >= 1900 && function_ms!.p50! < 60_000, JSON.stringify(function_ms));
});

Deno.test("sequoia says what is wrong with a profile file", async () => {
  await using at = await folder({
    "bad.json": '{ "schema": "sequoia.profile/1", "name": "bad", "parameters": { "limits": "3" } }',
    "fan.ts": FAN,
    "run.json": "[]",
  });
  const cases: readonly [args: string[], ...words: string[]][] = [
    [["functions", "--profile", "bad.json"], 'Cannot use "limits=3" in the profile bad.json', '"limit"'],
    [
      ["spam", "--profile", "./none.json,limit=5"],
      "Cannot read the profile ./none.json: there is no such file",
    ],
    [
      ["consume", "--until-empty", "--profile", "run.json"],
      "Cannot read the profile run.json: it is no object",
    ],
    [
      ["simulate", "fan.ts", "--burst", "1", "--profile", "./fan.ts"],
      "Cannot read the profile ./fan.ts: it is not JSON",
    ],
  ];
  for (const [args, ...words] of cases) {
    const { code, stderr } = await run(args, at);
    assertEquals(code, 2, stderr);
    for (const word of words) assertStringIncludes(stderr, word);
  }
});
