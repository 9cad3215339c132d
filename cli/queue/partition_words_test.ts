import { assertEquals } from "@std/assert";
import { partitionLines } from "./partition_words.ts";

Deno.test("partitionLines() lays lag, owner and age of partitions below each other", () => {
  const partitions = [
    { partition: 0, lag: 1204, owner: "worker-1, process 17", oldestSubmittedAtMs: 2000 },
    { partition: 1, lag: 0, owner: "w\x1b[2J2" },
    { partition: 11, lag: 3, oldestSubmittedAtMs: 8500 },
  ];
  assertEquals(partitionLines(partitions, 10_000), [
    "",
    "partition   lag  owner                 oldest",
    "        0  1204  worker-1, process 17  8s",
    "        1     0  w [2J2",
    "       11     3  nobody                1.50s",
  ]);
});

Deno.test("partitionLines() says nothing of a queue that is not divided", () => {
  assertEquals(partitionLines([], 0), []);
});
