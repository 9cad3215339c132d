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
    args: ["test", "-A", "--no-lock", "--config", join(ROOT, "deno.json"), path],
    env: { NO_COLOR: "1", ...env },
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
    const third = await run(path, { FC_RUNS: "0" });
    assertEquals([third.code, third.tried], [0, []]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("chosen() reads what the environment chooses", () => {
  assertEquals(chosen({}), {});
  assertEquals(chosen({ SEED: "-7", FC_RUNS: "20" }), { seed: -7, numRuns: 20 });
  assertEquals(chosen({ SEED: "1", FC_PATH: "3:0" }), { seed: 1, path: "3:0", endOnFailure: true });
  assertThrows(() => chosen({ FC_PATH: "3:0" }), RangeError, "there is no SEED");
  assertThrows(() => chosen({ SEED: "today" }), RangeError, '"today" is no whole number');
});
