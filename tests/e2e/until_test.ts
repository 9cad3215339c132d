/** `sequoia spam --ramp … --until …` against a local platform that does not tell its limit. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { folder, freeAddress, run, Running } from "./sequoia.ts";

/** Five at once, of 200 ms each: 25 calls a second at most. */
const LIMIT = "hard-limit,limit=5,cold=none";
const SLOW = `import { chain, constant, fn } from "sequoia";
export default chain("slow", ({ call }) => void call(fn("slow", { time: constant("200ms") })));`;

interface Result {
  readonly chains: { readonly started: number };
  readonly until: {
    readonly perS: number;
    readonly value: number;
    readonly fromMs: number;
    readonly toMs: number;
  } | null;
}

Deno.test("sequoia spam --until finds the rate at which a platform breaks, says it, and stops there", async () => {
  await using at = await folder({ "slow.ts": SLOW });
  const address = freeAddress();
  await using platform = new Running(["functions", "slow.ts", "--profile", LIMIT, "--listen", address], at);
  await platform.says(/Serving the local platform/);
  const ramp = ["--ramp", "2/s..60/s", "--for", "20s", "--until", "throttledShare > 20%", "--window", "2s"];
  for (const target of [[`http://${address}/f/slow`], ["slow.ts", "--local", address]]) {
    const { code, stdout, stderr } = await run(["spam", ...target, ...ramp, "--json", "--out", "none"], at);
    assertEquals(code, 0, stderr);
    const { until, chains } = JSON.parse(stdout) as Result;
    // A platform with five places that refuses a fifth of the calls has 5 ÷ 0.2 s ÷ 0.8 at most, whatever comes when.
    assert(until!.perS > 2 && until!.perS < 50 && until!.value > 0.2, stdout);
    assertEquals(Math.round(until!.toMs - until!.fromMs), 2000);
    assert(chains.started < 31 * 20 * 0.9, `${chains.started} were started: the load went on`);
    assertStringIncludes(stderr, "throttledShare > 20% became true at ");
  }
});

Deno.test("sequoia spam --until that never is true ends with 3, and says so", async () => {
  await using at = await folder({ "slow.ts": SLOW });
  const load = [
    "spam",
    "slow.ts",
    "--ramp",
    "5..10",
    "--for",
    "2s",
    "--window",
    "1s",
    "--json",
    "--out",
    "none",
  ];
  const { code, stdout, stderr } = await run([...load, "--until", "latency_ms.p50 > 30s"], at);
  assertEquals([code, (JSON.parse(stdout) as Result).until], [3, null]);
  assertStringIncludes(stderr, "The load ended before it was true: latency_ms.p50 > 30s (");
});

Deno.test("sequoia spam --until says that a load was over before a window was, and leaves an interrupted one alone", async () => {
  await using at = await folder({ "slow.ts": SLOW });
  const until = ["--until", "latency_ms.p50 > 30s", "--out", "none"];
  const short = await run(["spam", "slow.ts", "--batch", "2", ...until], at);
  assertEquals(short.code, 3);
  assertStringIncludes(
    short.stderr,
    "The load ended before a window of 5s did, so nobody knows whether it was true",
  );
  await using endless = new Running(["spam", "slow.ts", "--rate", "20", "--window", "200ms", ...until], at);
  await endless.says(/started one|Started one/);
  endless.signal("SIGINT");
  const { code, stderr } = await endless.ended;
  assertEquals(code, 130, stderr);
  assert(!stderr.includes("before"), stderr);
});

Deno.test("sequoia spam says what does not go together with --ramp and --until", async () => {
  await using at = await folder();
  for (
    const [args, words] of [
      [["--ramp", "10..500", "--rate", "5"], "--ramp says when calls start. Leave out --rate"],
      [["--ramp", "10"], 'Cannot read "10" as a ramp. Write 10/s..500/s'],
      [["--window", "5s", "--rate", "5"], "--window is of --until. Add --until CONDITION"],
      [["--ramp", "10..600/m"], "Write 10/m..600/m"],
      [
        ["--ramp", "1..5", "--for", "5s", "--until", "failedShare > 5%"],
        "windows of 5s, and the load lasts 5s",
      ],
      [["--until", "latency.p99 > 5"], 'did you mean "latency_ms.p99"?'],
      [["--probe", "--until", "latency_ms.p99 > 5"], "--probe makes its own load. Leave out --until"],
    ] as const
  ) {
    const { code, stderr } = await run(["spam", ...args], at);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, words);
  }
});
