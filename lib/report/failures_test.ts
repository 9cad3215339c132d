import { assertEquals } from "@std/assert";
import { Failures } from "./failures.ts";
import { attempt, end } from "./testing.ts";

/** The causes of some failures: what, how, why, how many. */
const causes = (failures: Failures) =>
  failures.list().map(({ of, kind, reason, count }) => `${count} ${of} ${kind}: ${reason}`);

Deno.test("Failures groups by what failed, how and why, with first and last", () => {
  const failures = new Failures();
  const refused = { outcome: "throttled", reason: "throttled with status 429" } as const;
  failures.attempt(attempt("b2", 0, 5, { ...refused, function: "g" }), 7_000);
  failures.attempt(attempt("b1", 0, 5, refused), 5_000);
  failures.attempt(attempt("a1", 0, 5), 1_000);
  failures.attempt(attempt("a1", 0, 5, { outcome: "cancelled" }), 1_000);
  failures.end(end("a1", 0, "dropped", { reason: "node f: throttled with status 429" }), 9_500);
  failures.end(end("a2", 0, "completed"), 1_000);
  failures.end(end("a3", 0, "shed"), 1_000);
  assertEquals(failures.list(), [
    {
      of: "chain",
      kind: "dropped",
      reason: "node f: throttled with status 429",
      count: 1,
      firstMs: 9.5,
      lastMs: 9.5,
      names: ["a"],
      instance: "a1",
    },
    {
      of: "chain",
      kind: "shed",
      reason: "the log holds no reason",
      count: 1,
      firstMs: 1,
      lastMs: 1,
      names: ["a"],
      instance: "a3",
    },
    {
      of: "call",
      kind: "throttled",
      reason: "throttled with status 429",
      count: 2,
      firstMs: 5,
      lastMs: 7,
      names: ["f", "g"],
      instance: "b1",
    },
  ]);
});

Deno.test("Failures takes reasons that differ in numbers and ids for one, but not those of other statuses", () => {
  const failures = new Failures();
  const reasons = [
    "no answer within 5003 ms",
    "no answer within 5007 ms",
    "node compile_386: answered with status 500",
    "node compile_386: answered with status 404",
    "connect ECONNREFUSED 127.0.0.1:4001",
    "connect ECONNREFUSED 127.0.0.1:4002",
    "lost 01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "lost 01ARZ3NDEKTSV4RRFFQ69G5FAW",
    "only once: 17",
  ];
  for (const reason of reasons) failures.attempt(attempt("a1", 0, 5, { outcome: "failed", reason }), 0);
  assertEquals(causes(failures), [
    "2 call failed: connect ECONNREFUSED N:N",
    "2 call failed: lost ID",
    "2 call failed: no answer within N ms",
    "1 call failed: node compile_386: answered with status 404",
    "1 call failed: node compile_386: answered with status 500",
    "1 call failed: only once: 17",
  ]);
});

Deno.test("Failures tells 100 causes apart, and counts the others together", () => {
  const failures = new Failures(), letters = "abcdefghij";
  for (let i = 0; i < 200; i++) {
    const reason = `reason ${[...String(i)].map((digit) => letters[Number(digit)]).join("")} ${
      "x".repeat(1000)
    }`;
    failures.attempt(attempt(`a${i}`, 0, 5, { outcome: "failed", reason, function: `f${i}` }), i);
  }
  const list = failures.list();
  assertEquals([list.length, list[0]!.reason, list[0]!.count], [101, "(others)", 100]);
  assertEquals(list[0]!.names.length, 5);
  assertEquals(Math.max(...list.map(({ reason }) => reason.length)), 300);
});
