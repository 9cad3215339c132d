/** Submissions under an id that is known, through the real command line. */
import { assertEquals, assertMatch } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const WORKLOAD = `import { chain, fn } from "sequoia";
const f = fn("f");
export default [chain("lin", ({ call }) => void call(f)), chain("slow", ({ call }) => void call(f))];`;

Deno.test("sequoia produce says what was there already, refuses other content under a known id, and prints ids", async () => {
  await using at = await folder({ "w.ts": WORKLOAD });
  const produceOf = (chain: string, ...args: string[]) => ["produce", "w.ts", "--chain", chain, ...args];
  const produce = (...args: string[]) => produceOf("lin", ...args);
  const first = await run(produce("--id", "order-17", "--arg", "total=3"), at);
  assertEquals([first.code, first.stdout], [0, "order-17\n"]);
  assertMatch(first.stderr, /^Submitted 1 to \S+\n$/m);

  const again = await run(produce("--id", "order-17", "--arg", "total=3", "--label", "try=2"), at);
  assertEquals([again.code, again.stdout], [0, "order-17\n"]);
  assertMatch(again.stderr, /Submitted 0 to \S+; 1 was there already\n/);
  const { submitted, existing, ids } = await runJson(
    produce("--id", "order-17", "--arg", "total=3"),
    at,
  ) as Record<string, unknown>;
  assertEquals([submitted, existing, ids], [0, 1, { first: "order-17", last: "order-17" }]);

  for (const [chain, ...args] of [["lin", "--arg", "total=900"], ["lin"], ["slow", "--arg", "total=3"]]) {
    const { code, stdout, stderr } = await run(produceOf(chain!, "--id", "order-17", ...args), at);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /it has other chains or args under the same ids: "order-17" \(chain lin\)/);
  }

  const many = produce("--burst", "5", "--id-from", "{% 'o-' & $string(index) %}", "--ids", "ids.txt");
  assertEquals((await run(many, at)).stdout, "first o-0\nlast  o-4\n");
  assertEquals(await Deno.readTextFile(`${at.cwd}/ids.txt`), "o-0\no-1\no-2\no-3\no-4\n");
  const more = await run(many.map((arg) => arg === "5" ? "7" : arg), at);
  assertMatch(more.stderr, /Submitted 2 to .*; 5 were there already\n/);
  for (const order of ["12345678901234567890", "12345678901234567891"]) {
    const ids = ["--id-from", "{% 'n-' & $string(args.order) %}", "--arg", `order=${order}`];
    assertEquals((await run(produce("--burst", "1", ...ids), at)).stdout, `n-${order}\n`);
  }
  const { queued } = await runJson(["queue", "status"], at) as Record<string, number>;
  assertEquals(queued, 10);

  await run(produce("--burst", "60"), at);
  const listed = await run(["queue", "list"], at);
  assertEquals(listed.stdout.trimEnd().split("\n").length, 51, "with the head");
  assertMatch(listed.stderr, /These are the oldest 50, and there are more: --offset 50\./);
  assertEquals((await run(["queue", "list", "--count", "70"], at)).stderr, "");
});
