/** The original system's logs through the real command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DROPPED, SUBMISSIONS, WHOLE } from "./original_lines.ts";
import { folder, run, runJson } from "./sequoia.ts";

interface Report {
  readonly run: { readonly command: string };
  readonly chains: Record<string, number>;
  readonly functions: Record<string, number>;
  readonly byChain: Record<string, unknown>;
  readonly byFunction: Record<string, { readonly functions: Record<string, number> }>;
}

Deno.test("sequoia report reads the original's log", async () => {
  const log = [...WHOLE, ...DROPPED, ...SUBMISSIONS, "no such line"];
  await using at = await folder({ "original.log": log.join("\n") + "\n" });
  const report = await runJson(["report", "original.log"], at) as Report;
  assertEquals(report.run.command, "original");
  assertEquals(report.chains, {
    submitted: 3,
    completed: 1,
    failed: 0,
    dropped: 1,
    cancelled: 0,
    shed: 0,
    lost: 1,
    unfinished: 1,
    called: 0,
  });
  assertEquals([report.functions.attempts, report.functions.completed], [4, 4]);
  assertEquals(Object.keys(report.byChain), ["chain2"]);
  assertEquals(
    Object.entries(report.byFunction).map(([name, { functions }]) => [name, functions.completed]),
    [["function1", 1], ["function2", 1], ["function3", 2]],
  );
  const { code, stderr } = await run(["report", "original.log", "--fail-if", "chains.dropped > 0"], at);
  assertEquals(code, 3);
  assertStringIncludes(stderr, "line 13 of original.log is not understood; it was left out");
});
