import { assertEquals } from "@std/assert";
import { type NodeRecord, NULL } from "../model/mod.ts";
import { delaysIn } from "./delays.ts";

const DAY_MS = 86_400_000;

/** The record of an attempt that was taken back. @param endedAtMs when the next one is due */
function takenBack(node: number, endedAtMs?: number): NodeRecord {
  const record = { node, state: "cancelled", attempts: 2, output: NULL } as const;
  return endedAtMs === undefined ? record : { ...record, endedAtMs };
}

Deno.test("delaysIn() translates records into the consumer's own time: nothing is due before now, or later than in a day", () => {
  const clock = {
    nowMs: () => 50,
    wallMs: () => 1_000_000,
    until: () => Promise.resolve(),
    after: () => () => {},
  };
  const settled: NodeRecord = { node: 4, state: "ok", attempts: 1, output: NULL, endedAtMs: 1_000_500 };
  const records = [
    takenBack(0, 1_000_300),
    takenBack(1, 999_000),
    takenBack(2, 1_000_000 + 2 * DAY_MS),
    takenBack(3), // a start that was taken back, and is due at once
    settled,
    { ...takenBack(5, 1_000_001), item: 7 },
  ];
  assertEquals(delaysIn(records, clock, 50), [
    { node: 0, failures: 2, untilMs: 350 },
    { node: 1, failures: 2, untilMs: 50 },
    { node: 2, failures: 2, untilMs: 50 + DAY_MS },
    { node: 5, item: 7, failures: 2, untilMs: 51 },
  ]);
  assertEquals(delaysIn([], clock, 50), []);
});
