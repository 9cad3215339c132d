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
