import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Failed, type FailureGroup, FailureGroups } from "./failure_groups.ts";

const SECOND_MS = 1000;

function call(
  name: string,
  status: number,
  reason = `answered with status ${status}`,
  instance = "i1",
): Failed {
  return { kind: "calls-failed", name, chain: "order", status, reason, instance };
}

function chain(name: string, reason: string): Failed {
  return { kind: "chains-failed", name, chain: name, reason, instance: "i1" };
}

const counts = (groups: readonly FailureGroup[]) =>
  groups.map(({ first: { name, reason }, count, overMs }) => [name, reason, count, overMs]);

Deno.test("FailureGroups.due() takes a new group at once, and what comes later every ten seconds", () => {
  const groups = new FailureGroups();
  assertEquals(groups.due(0), []);
  groups.add(call("resize", 500, "answered with status 500: full"), 100);
  groups.add(call("resize", 500, "answered with status 500: out of memory"), 150);
  assertEquals(counts(groups.due(250)), [["resize", "answered with status 500: full", 2, 150]]);
  for (let i = 0; i < 412; i++) groups.add(call("resize", 500, `answered with status 500: ${i}`), 300 + i);
  assertEquals(groups.due(9999), []);
  assertEquals(counts(groups.due(10_250)), [["resize", "answered with status 500: 0", 412, 10_000]]);
  assertEquals(groups.due(20_250), []);
  groups.add(call("resize", 500), 20_300);
  assertEquals(
    counts(groups.due(20_500)),
    [["resize", "answered with status 500", 1, 200]],
    "after a quiet time at once",
  );
});

Deno.test("FailureGroups tells calls apart by status, and by reason where there was no answer", () => {
  const groups = new FailureGroups();
  const failures = [
    call("f", 500),
    call("f", 502),
    call("g", 500),
    { ...call("f", 500), platform: "edge" },
    call("f", 0, "no answer within 5003 ms"),
    call("f", 0, "no answer within 5007 ms"),
    call("f", 0, "connection refused"),
  ];
  for (const failed of failures) groups.add(failed, 0);
  assertEquals(groups.due(0).map(({ count }) => count), [2, 1, 1, 1, 1, 1]);
});

Deno.test("FailureGroups tells chains apart by what happened, not by what functions say of it", () => {
  const groups = new FailureGroups();
  for (const order of ["a red hat", "a blue hat"]) {
    groups.add(chain("order", `node pay: answered with status 402: nobody pays for ${order}`), 0);
  }
  groups.add(chain("order", "time-limit: it had not ended within 5s of its submission"), 0);
  groups.add({ ...chain("order", "cancelled"), kind: "chains-cancelled" }, 0);
  assertEquals(groups.due(0).map(({ first: { kind }, count }) => [kind, count]), [
    ["chains-failed", 2],
    ["chains-failed", 1],
    ["chains-cancelled", 1],
  ]);
});

Deno.test("FailureGroups.due() counts together what comes beyond a hundred groups, and takes two lines a second", () => {
  const groups = new FailureGroups();
  for (let i = 0; i < 1000; i++) groups.add(call(`f${"x".repeat(i)}`, 500), 0);
  const atOnce = groups.due(0);
  assertEquals([atOnce.length, atOnce[0]!.isMixed, atOnce[0]!.count], [20, true, 900]);
  const later: FailureGroup[] = [];
  for (let nowMs = 250; nowMs <= 41 * SECOND_MS; nowMs += 250) later.push(...groups.due(nowMs));
  assertEquals(later.length, 81, "each of the hundred in the end");
});

Deno.test("FailureGroups.rest() takes all that is left, the smallest groups together", () => {
  const groups = new FailureGroups();
  for (let i = 0; i < 50; i++) {
    for (let j = 0; j <= i; j++) groups.add(call(`f${"x".repeat(i)}`, 500), 0);
  }
  const rest = groups.rest(5000);
  assertEquals(rest.length, 21);
  assertEquals([rest[0]!.count, rest[20]!.isMixed, rest[20]!.count], [50, true, 30 * 31 / 2]);
  assertEquals(groups.rest(5000), []);
});

Deno.test("FailureGroups takes each failure once, in few lines, whatever fails", () => {
  const failed = fc.record({ name: fc.nat(300), status: fc.constantFrom(0, 500, 502), afterMs: fc.nat(200) });
  fc.assert(fc.property(fc.array(failed, { maxLength: 2000 }), (failures) => {
    const groups = new FailureGroups();
    let nowMs = 0, told = 0, lines = 0;
    for (const { name, status, afterMs } of failures) {
      nowMs += afterMs;
      groups.add(call(`f${name}.`, status), nowMs);
      const due = groups.due(nowMs);
      lines += due.length;
      for (const { count } of due) told += count;
    }
    assert(lines <= 20 + nowMs / 500, `${lines} lines in ${nowMs} ms`);
    for (const { count } of groups.rest(nowMs)) told += count;
    assertEquals(told, failures.length);
  }));
});
