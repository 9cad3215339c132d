/** Loads that fall behind, through the real command line: what they say, and the codes they end with. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Pace } from "../../lib/model/mod.ts";
import { folder, run, Running } from "./sequoia.ts";

const QUICK = `import { chain, constant, fn } from "sequoia";
export default chain("quick", ({ call }) => void call(fn("q", { time: constant("1ms") })));`;

/** Ten microseconds: nothing is durable, and no call is made, within that. */
const AT_ONCE = ["--max-late", "0.01ms"];

/** A folder for commands under the usual bound. */
async function late() {
  const at = await folder({ "quick.ts": QUICK });
  return Object.assign(at, { env: { SEQUOIA_MAX_LATE: "" } });
}

const HELD_MS = 2500;

Deno.test("sequoia produce and spam end with 3 if any of a load is later than --max-late", async () => {
  await using at = await late();
  const load = ["--every", "5ms", "--count", "20"];
  for (
    const [command, words] of [
      ["produce", /The load fell behind: 20 of 20 instances were submitted more than 0\.01ms late/],
      ["spam", /The load fell behind: \d+ of 20 chains were started more than 0\.01ms late/],
    ] as const
  ) {
    const all = [command, "quick.ts", ...load, "--json"];
    const { code, stdout, stderr } = await run([...all, ...AT_ONCE], at);
    assertEquals(code, 3, stderr);
    assertMatch(stderr, words);
    assertMatch(stderr, /\/s were asked for, .*\/s held\. Ask for less, or allow more with --max-late/);
    const { pace } = JSON.parse(stdout) as { pace: Pace };
    assert(pace.intended === 20 && pace.late > 0 && pace.latestMs > 0, stdout);
    assertEquals((await run([...all, "--max-late", "none"], at)).code, 0);
  }
});

Deno.test("sequoia produce takes a burst for no load that can fall behind, but if it is told to", async () => {
  await using at = await late();
  const burst = ["produce", "quick.ts", "--burst", "500"];
  assertEquals((await run(burst, at)).code, 0);
  assertEquals((await run([...burst, ...AT_ONCE], at)).code, 3);
});

Deno.test("sequoia produce that is held up for seconds says that it fell behind, and ends with 3", async () => {
  await using at = await late();
  await using producer = new Running(
    ["produce", "quick.ts", "--every", "20ms", "--count", "200", "--json", "--ids", "ids"],
    at,
  );
  while (await Deno.stat(`${at.cwd}/ids`).then(({ size }) => size === 0, () => true)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  producer.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, HELD_MS)); // the load's own time goes on meanwhile
  producer.signal("SIGCONT");
  const { code, stdout, stderr } = await producer.ended;
  assertEquals(code, 3, stderr);
  const { submitted, pace } = JSON.parse(stdout) as { submitted: number; pace: Pace };
  assertEquals(submitted, 200, "all the same, each under its intended time");
  assert(pace.latestMs >= HELD_MS - 100 && pace.late >= 50, stdout);
  assertStringIncludes(stderr, "of 200 instances were submitted more than 1s late");
});
