/** Failed instances by what went wrong. */
import { assertEquals } from "@std/assert";
import type { InstanceLine, PageOptions, QueueAdmin } from "../queue/mod.ts";
import { failedAlike, failuresOf } from "./failures.ts";

/** A queue with these failed instances, whose pages have as many lines as they are asked for. */
function queueOf(lines: readonly InstanceLine[]): Pick<QueueAdmin, "page"> {
  return {
    page: (_filter, { limit, after = "0" }: PageOptions) => {
      const from = Number(after), to = from + limit;
      return Promise.resolve({ lines: lines.slice(from, to), ...to < lines.length && { next: String(to) } });
    },
  };
}

function failed(id: number, reason: string, of: Partial<InstanceLine> = {}): InstanceLine {
  const instants = { submittedAtMs: 10 * id, endedAtMs: 10 * id + 5, deadlineMs: Infinity };
  return { id: `i${id}`, chain: "etl", state: "failed", labels: {}, priority: 0, ...instants, reason, ...of };
}

const LINES = [
  failed(5, "row 17 cannot be read"),
  failed(4, "row 4 cannot be read"),
  failed(3, "status 503"),
  failed(2, "row 4 cannot be read", { parent: { instance: "i1", node: "load" } }),
  failed(1, "row 9 cannot be read"),
];

Deno.test("failuresOf() groups failures whose reasons differ in numbers only, the largest group first", async () => {
  const { groups, looked, isCut } = await failuresOf(queueOf(LINES), {});
  assertEquals([looked, isCut], [5, false]);
  assertEquals(
    groups.map(({ pattern, count, reason, lastAtMs, some }) => [pattern, count, reason, lastAtMs, some]),
    [
      ["row N cannot be read", 4, "row 17 cannot be read", 55, ["i5", "i4", "i2", "i1"]],
      ["status 503", 1, "status 503", 35, ["i3"]],
    ],
  );
});

Deno.test("failedAlike() finds all instances of a group, without those that others have called", async () => {
  const pages = await Array.fromAsync(failedAlike(queueOf(LINES), {}, "row N cannot be read"));
  assertEquals(pages, [{ ids: ["i5", "i4", "i1"] }]);
});

Deno.test("failedAlike() looks at a bounded number, and says that there are more", async () => {
  const many = Array.from({ length: 100_001 }, (_, i) => failed(i, `row ${i}`));
  const pages = await Array.fromAsync(failedAlike(queueOf(many), {}, "row N"));
  assertEquals(pages.reduce((sum, { ids }) => sum + ids.length, 0), 100_000);
  assertEquals(pages.map(({ isMore }) => isMore).filter((isMore) => isMore), [true]);
});
