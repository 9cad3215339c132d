/** The original system's logs through the real command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { folder, run, runJson } from "./sequoia.ts";

const CALL = (instance: number, fn: number, node: number) =>
  `{'instanceId': ${instance}, 'chainId': 2, 'functionId': ${fn}, 'nodeId': ${node}, 'lastNodeIdList': '[3]', ` +
  `'extras': [], 'chainFunctionIdList': '[1, 2, 3]', 'hybrid': '', 'id': 0}`;

/** What its consumer writes of a chain of three calls. */
const WHOLE = [
  `consumerSide-start-1795424322.905779-${CALL(0, 3, 1)}`,
  `consumerSide-end-1795424323.2203-${CALL(0, 3, 1)}`,
  `consumerSide-start-1795424323.2253027-${CALL(0, 2, 2)}`,
  `consumerSide-end-1795424323.53257-${CALL(0, 2, 2)}`,
  `consumerSide-start-1795424323.5357969-${CALL(0, 1, 3)}`,
  `consumerSide-end-1795424323.8357718-${CALL(0, 1, 3)}`,
];
/** And of one whose second call had no answer. */
const DROPPED = [
  `consumerSide-start-1795424323.1-${CALL(1, 3, 1)}`,
  `consumerSide-end-1795424323.2-${CALL(1, 3, 1)}`,
  `consumerSide-start-1795424323.3-${CALL(1, 2, 2)}`,
];
const SUBMISSIONS = [0, 1, 2].map((id) =>
  `producerSide-start-1795424322.9-{'instanceId': ${id}, 'chainId': 2, 'chainFunctionIdList': [1, 2, 3], 'extras': []}`
);

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
    unfinished: 1,
  });
  assertEquals([report.functions.attempts, report.functions.completed], [4, 4]);
  assertEquals(Object.keys(report.byChain), ["chain2"]);
  assertEquals(
    Object.entries(report.byFunction).map(([name, { functions }]) => [name, functions.completed]),
    [["function1", 1], ["function2", 1], ["function3", 2]],
  );
  const { code, stderr } = await run(["report", "original.log", "--fail-if", "chains.dropped > 0"], at);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "line 13 of original.log is not understood; it was left out");
});
