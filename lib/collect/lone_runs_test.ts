import { assertEquals } from "@std/assert";
import { type AttemptEvent, parseTimedLine } from "../record/mod.ts";
import { LoneRuns } from "./lone_runs.ts";

Deno.test("LoneRuns records each run as an attempt, named by its id and by what the function calls itself", () => {
  const attempts: AttemptEvent[] = [];
  const runs = new LoneRuns({ attempt: (event) => void attempts.push(event) });
  const dict = "{'instanceId': 0, 'chainId': 2, 'functionId': 3, 'nodeId': 1, 'lastNodeIdList': '[3]'}";
  const text = `functionSide-start-1795424330.229898-${dict}
functionSide-start-1795424331.0-01J/compile-386
functionSide-end-1795424330.330898-${dict}
resize-start-1795424332.0-01J/thumbs/17
functionSide-end-1795424331.5-01J/compile-386
resize-end-1795424332.25-01J/thumbs/17
lambda-start-1795424333-order 7
lambda-end-1795424334-order 7
functionSide-start-1795424333-01J/late`;
  for (const line of text.split("\n")) runs.take(parseTimedLine(line)!, 0);
  assertEquals(
    attempts.map((
      event,
    ) => [event.function, event.chain, event.instance, event.node, Math.round(event.runMs)]),
    [
      ["function3", "chain2", "2-0", "node1", 101],
      ["compile-386", "functionSide", "01J", "compile-386", 500],
      ["resize", "resize", "01J", "thumbs", 250],
      ["lambda", "lambda", "order 7", "lambda", 1000],
    ],
  );
  assertEquals([runs.recorded, runs.running], [4, 1]);
});

Deno.test("LoneRuns takes an id that comes again for another call, unless it is one of ours, which is a retry", () => {
  const attempts: AttemptEvent[] = [];
  const runs = new LoneRuns({ attempt: (event) => void attempts.push(event) });
  const nodes = [1, 2].map((node) =>
    `{'instanceId': 0, 'chainId': 2, 'functionId': ${node}, 'nodeId': ${node}}`
  );
  const ids = ["{0}", "{1}", ...nodes, "01J/thumbs/17"]; // of the original's spammer, its consumer, and of ours
  for (let round = 0; round < 3; round++) {
    for (const status of ["start", "end"]) {
      for (const id of ids) {
        const line = `functionSide-${status}-179542433${round}.${status === "start" ? 0 : 5}-${id}`;
        runs.take(parseTimedLine(line)!, 0);
      }
    }
  }
  const calls = attempts.map(({ chain, instance, node }) => `${chain} ${instance} ${node}`);
  const expected = ["", "#2", "#3"].flatMap((again) => [
    ...[`functionSide {0}${again} functionSide`, `functionSide {1}${again} functionSide`],
    ...[`chain2 2-0${again} node1`, `chain2 2-0${again} node2`, "functionSide 01J thumbs"],
  ]);
  assertEquals(calls, expected);
});

Deno.test("LoneRuns forgets how often ids have come that are many", () => {
  const instances = new Set<string>();
  const runs = new LoneRuns({ attempt: ({ instance }) => void instances.add(instance) });
  const say = (id: string) => {
    for (const at of ["start-1795424330", "end-1795424331"]) runs.take(parseTimedLine(`f-${at}-${id}`)!, 0);
  };
  for (const id of ["0", "0", ...Array.from({ length: 100_000 }, (_, i) => `x${i}`), "0"]) say(id);
  assertEquals(instances.size, 100_002); // 0 and 0#2, and 0 again
});
