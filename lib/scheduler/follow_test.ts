import { assertEquals } from "@std/assert";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import type { Settlement } from "./contract.ts";
import { follow, type SettlementHandlers } from "./follow.ts";

Deno.test("follow() hands each part that is there to its handler, the end after all others", () => {
  const seen: unknown[] = [];
  const note = (name: string) => (part: unknown, held: string) => seen.push([name, part, held]);
  const handlers: SettlementHandlers<string> = {
    ended: note("ended"),
    calls: note("calls"),
    ending: note("ending"),
    undecided: note("undecided"),
    mapped: note("mapped"),
    skipped: note("skipped"),
  };
  const instance = instanceOf(single("work"), "i");
  const ending = { outcome: "failed" } as const;
  follow({ instance, verdict: "ok", skipped: [] }, handlers, "a");
  assertEquals(seen.splice(0), [["skipped", [], "a"]]);
  const all: Required<Settlement> = {
    ...{ ended: ending, calls: [{ node: 0 }], ending, undecided: [2], mapped: 0, skipped: [1], instance },
    ...{ verdict: "failed", retryAtMs: 1 },
  };
  follow(all, handlers, "b");
  assertEquals(seen.length, Object.keys(handlers).length, "a part is handed to nobody");
  assertEquals(seen, [
    ["skipped", [1], "b"],
    ["mapped", 0, "b"],
    ["undecided", [2], "b"],
    ["ending", ending, "b"],
    ["calls", [{ node: 0 }], "b"],
    ["ended", ending, "b"],
  ]);
});
