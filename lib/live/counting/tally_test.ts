import { assert, assertEquals } from "@std/assert";
import { MOST_ROWS } from "../live_view.ts";
import { COLUMNS } from "./columns.ts";
import { unpackWork, type WorkRow } from "./summary.ts";
import { type Worked, WorkTally } from "./tally.ts";

const START_MS = 1_000_000;

function tallyBy(label?: string) {
  const tally = new WorkTally(START_MS, 5, label);
  let nowMs = START_MS;
  return {
    tally,
    pass: (ms: number) => nowMs += ms,
    ready: (task: Worked) => tally.changed(task, 1, 0, nowMs),
    start: (task: Worked) => {
      tally.changed(task, -1, 1, nowMs);
      tally.starts(task);
    },
    end: (task: Worked, outcome: "ok" | "failed" | "throttled" = "ok", queuedMs = 10) => {
      tally.changed(task, 0, -1, nowMs);
      tally.ended(task, { outcome, queuedMs, settled: outcome !== "throttled" }, nowMs);
    },
    told: () => unpackWork(tally.packed(nowMs))!,
  };
}

const taskOf = (chain: string, name = "f", labels = {}): Worked => ({ chain, function: name, labels });
const numbersOf = (rows: readonly WorkRow[], name: string | undefined) =>
  rows.find((row) => row.name === name)!.numbers;

Deno.test("WorkTally counts by the labels that an instance has, not by what every object inherits", () => {
  const { tally, told } = tallyBy("constructor");
  tally.instanceEnded("one", {}, "completed");
  assertEquals(told().values!.map(({ name }) => name), [""]);
});

Deno.test("WorkTally counts by chain, by function and by value of the label", () => {
  const { ready, start, end, pass, told, tally } = tallyBy("tenant");
  const a = taskOf("one", "f", { tenant: "acme" }),
    b = taskOf("two", "f", { tenant: "acme" }),
    c = taskOf("two", "g");
  for (const task of [a, b, c, a]) ready(task);
  for (const task of [a, b, c]) start(task);
  pass(2000);
  end(a);
  end(b, "failed", 30);
  tally.instanceEnded("one", a.labels, "completed");
  tally.instanceEnded("two", b.labels, "failed");
  pass(1000);
  const { all, chains, functions, values, label, sinceMs } = told();
  assertEquals([label, sinceMs], ["tenant", 5]);
  const { ready: waiting, running, started, ok, failed, busyMs, queuedMs, minuteBusyMs } = all.numbers;
  assertEquals([waiting, running, started, ok, failed], [1, 1, 3, 1, 1]);
  assertEquals([busyMs, minuteBusyMs, queuedMs], [7000, 7000, 40]);
  assertEquals(numbersOf(chains, "two").busyMs, 5000);
  assertEquals(numbersOf(functions, "f").started, 2);
  assertEquals(numbersOf(functions, "g").running, 1);
  assertEquals(numbersOf(values!, "acme").instancesFailed, 1);
  assertEquals(numbersOf(values!, "").started, 1, "without the label");
  assertEquals(numbersOf(chains, "one").startedPerS, 0.33, "one in three seconds");
});

Deno.test("WorkTally measures rates over the last five seconds", () => {
  const { ready, start, end, pass, told } = tallyBy();
  const task = taskOf("one");
  for (let second = 0; second < 20; second++) {
    const calls = second < 10 ? 8 : 2;
    for (let i = 0; i < calls; i++) (ready(task), start(task), end(task, second < 10 ? "ok" : "throttled"));
    pass(1000);
    told();
  }
  const { startedPerS, throttledPerS } = numbersOf(told().chains, "one");
  assertEquals([startedPerS, throttledPerS], [2, 2]);
});

Deno.test("a name beyond the most that have rows counts as the rest, until it has more to do than another one", () => {
  const { ready, start, end, pass, told } = tallyBy();
  for (let i = 0; i < MOST_ROWS + 10; i++) {
    const task = taskOf(`c${i}`);
    (ready(task), start(task), end(task));
  }
  const late = taskOf("late");
  for (let i = 0; i < 100; i++) ready(late);
  assertEquals(numbersOf(told().chains, undefined).ready, 100);
  pass(1000);
  const { chains } = told();
  assertEquals(chains.length, MOST_ROWS + 1);
  assertEquals(numbersOf(chains, undefined).started, 10);
  assertEquals(numbersOf(chains, "late").ready, 100, "it has the place of another name");
  pass(1000);
  for (let i = 0; i < 100; i++) (start(late), end(late));
  const later = told();
  assertEquals(numbersOf(later.chains, "late").started, 100);
  assertEquals(numbersOf(later.chains, "late").ready, 0);
  assertEquals(numbersOf(later.chains, undefined).started, 10);
  assertEquals(later.all.numbers.started, MOST_ROWS + 110);
});

Deno.test("what waits and runs is counted once when all of it is told again", () => {
  const { ready, start, tally, pass, told } = tallyBy();
  const task = taskOf("one");
  (ready(task), ready(task), start(task));
  pass(1000);
  tally.restarted(START_MS + 1000);
  tally.changed(task, 0, 1, START_MS + 1000);
  tally.changed(task, 1, 0, START_MS + 1000);
  pass(1000);
  const { all, chains } = told();
  for (const { ready, running, busyMs } of [all.numbers, numbersOf(chains, "one")]) {
    assertEquals([ready, running, busyMs], [1, 1, 2000]);
  }
});

Deno.test("a summary is bounded whatever the names, and about 1 kB with a few", () => {
  const many = tallyBy("tenant"), few = tallyBy("tenant");
  for (let i = 0; i < 30_000; i++) {
    const name = `${i % 1000}-${"x".repeat(i % 1000 < 30 ? 10 : 200)}`;
    const task = taskOf(name, name, { tenant: name });
    (many.ready(task), many.start(task));
    many.end(task, i % 7 === 0 ? "failed" : "ok", 2 ** (i % 20));
  }
  for (let i = 0; i < 3000; i++) {
    const task = taskOf(`chain${i % 3}`, `function${i % 5}`, { tenant: `tenant${i % 4}` });
    (few.ready(task), few.start(task), few.end(task, "ok", 100 + i % 200));
  }
  many.pass(1000);
  few.pass(1000);
  const size = ({ tally }: typeof many) => tally.packed(START_MS + 1000).length;
  assert(size(many) < 30_000, `${size(many)}`);
  assert(size(few) < 3000, `${size(few)}`);
});

Deno.test("unpackWork() reads no summary from what is none, and nothing negative", () => {
  for (const text of ["", "{", "[]", "null", `{"version":2}`, `{"version":1,"sinceMs":1}`]) {
    assertEquals(unpackWork(text), undefined, text);
  }
  assertEquals(unpackWork(undefined), undefined);
  const row = [null, [-1, "x", null, 1e400, 4], "y", [0.5, 1]];
  const read = unpackWork(
    JSON.stringify({ version: 1, sinceMs: 1, all: row, chains: [row, 5, ["a"]], hour: 3 }),
  );
  assertEquals(read!.all.numbers.failed, 4);
  assertEquals([read!.all.numbers.ready, read!.all.numbers.running, read!.all.numbers.ok], [0, 0, 0]);
  assertEquals(read!.chains.length, 1);
  assertEquals([read!.hour, read!.functions, read!.values], [[], [], undefined]);
  assertEquals(Object.keys(read!.all.numbers).length, COLUMNS.length);
});
