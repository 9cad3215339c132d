import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chosen } from "./replayed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const PROPERTY = `
  import fc from "fast-check";
  Deno.test("no large number", () => fc.assert(fc.property(fc.nat(), (n) => (console.log("tried " + n), n < 1000))));
`;

/** Runs a test file, with some variables in the environment beside this process's own. */
async function run(path: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--no-lock", "--config", join(ROOT, "deno.json"), path],
    env: { NO_COLOR: "1", LANE: "all", RUNS: "1", ...env },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { code, text, tried: text.match(/tried \d+/g) ?? [] };
}

Deno.test("a property that fails says how it is played again, and then it fails at once in the same way", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-property-" });
  try {
    const path = join(folder, "large_test.ts");
    await Deno.writeTextFile(path, PROPERTY);
    const first = await run(path);
    assertEquals(first.code, 1);
    const [, seed, at, file] = /SEED=(-?\d+) FC_PATH=([\d:]+) deno test -A (\S+)/.exec(first.text)!;
    assertMatch(file!, /large_test\.ts$/);
    const second = await run(path, { SEED: seed!, FC_PATH: at! });
    assertEquals([second.code, second.tried], [1, ["tried 1000"]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("RUNS multiplies the runs of a property", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sequoia-property-" });
  try {
    const path = join(folder, "any_test.ts");
    await Deno.writeTextFile(path, PROPERTY.replace("n < 1000", "true"));
    assertEquals((await run(path, { RUNS: "0.03" })).tried.length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("chosen() reads what the environment chooses", () => {
  assertEquals(chosen({}, {}), { numRuns: 100 });
  assertEquals(chosen({ numRuns: 30 }, { SEED: "-7", RUNS: "20" }), { seed: -7, numRuns: 600 });
  assertEquals(chosen({}, { SEED: "1", FC_PATH: "3:0" }), {
    ...{ seed: 1, path: "3:0", endOnFailure: true },
    numRuns: 100,
  });
  assertThrows(() => chosen({}, { FC_PATH: "3:0" }), RangeError, "there is no SEED");
  assertThrows(() => chosen({}, { SEED: "today" }), RangeError, '"today" is no whole number');
});

Deno.test("chosen() tries the examples in any case, and one more", () => {
  assertEquals(chosen({ numRuns: 4, examples: [[1], [2], [3]] }, { RUNS: "0.1" }), { numRuns: 4 });
});
