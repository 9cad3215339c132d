import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { constant } from "../model/mod.ts";
import type { AttemptEvent, RunEvent } from "../record/mod.ts";
import { submission } from "../record/mod.ts";
import { instanceOf, linear, single } from "../../tests/scheduler/builders.ts";
import { SimulateError } from "./errors.ts";
import { recordedArrivals } from "./recorded.ts";

const line = linear("line", 2, { time: constant(40) });
const RUN: RunEvent = {
  type: "run",
  schema: "sequoia.run/1",
  command: "consume",
  policy: "fcfs",
  version: "0.1.0",
  startedAtMs: 1000,
};

const submit = (...of: Parameters<typeof instanceOf>): RunEvent => ({
  type: "submit",
  ...submission(instanceOf(...of)),
});

function attempt(instance: string, node: string, runMs: number, more: Partial<AttemptEvent> = {}): RunEvent {
  return {
    type: "attempt",
    function: node,
    chain: "line",
    instance,
    node,
    attempt: 1,
    startedAtMs: 2000,
    runMs,
    outcome: "ok",
    settled: true,
    status: 200,
    queuedMs: 0,
    cold: false,
    platform: "local",
    ...more,
  };
}

Deno.test("recordedArrivals() has the instances in the order of their submission, with all that policies see", async () => {
  const urgent = { submittedAtMs: 1500, priority: -1, weight: 3, deadlineMs: 1900, labels: { tenant: "a" } };
  const { arrivals, run } = await recordedArrivals(
    [RUN, submit(line, "late", { submittedAtMs: 1700 }), submit(line, "early", urgent)],
    "run.json",
  );
  assertEquals(arrivals.map(({ instance }) => instance), [
    instanceOf(line, "early", urgent),
    instanceOf(line, "late", { submittedAtMs: 1700 }),
  ]);
  assert(arrivals[0]!.instance.chain === arrivals[1]!.instance.chain);
  assertEquals(run.policy, "fcfs");
});

Deno.test("recordedArrivals() has the run times of the attempts that settled nodes", async () => {
  const { arrivals } = await recordedArrivals([
    RUN,
    submit(line, "a"),
    submit(line, "b"),
    submit(line, "c"),
    attempt("a", "n0", 5, { outcome: "throttled", settled: false }),
    attempt("a", "n0", 7, { outcome: "failed", settled: false }),
    attempt("a", "n0", 30, { attempt: 2 }),
    attempt("a", "n1", 10),
    attempt("b", "n0", 50),
    attempt("b", "n1", 99, { outcome: "failed" }),
  ], "run.json");
  const [a, b, c] = arrivals.map((arrival) =>
    [0, 1].map((node) => `${arrival.runMs(node)}${arrival.fails(node) ? " fails" : ""}`)
  );
  assertEquals([a, b], [["30", "10"], ["50", "99 fails"]]);
  assertEquals(c, ["40", "10"], "what did not run takes the mean of what was seen");
});

Deno.test("recordedArrivals() takes what functions declare where nothing was seen of them", async () => {
  const { arrivals } = await recordedArrivals(
    [RUN, submit(line, "a"), submit(single("silent"), "b")],
    "run.json",
  );
  assertEquals(arrivals.map((arrival) => arrival.runMs(0)), [40, 0]);
});

Deno.test("recordedArrivals() says what is missing", async () => {
  const { definition: _, ...old } = submission(instanceOf(line, "a"));
  const codeOf = async (events: RunEvent[]) =>
    (await assertRejects(() => recordedArrivals(events, "x.json"), SimulateError, "Cannot simulate x.json"))
      .code;
  assertEquals(await codeOf([RUN]), "no-instances");
  assertEquals(await codeOf([RUN, { type: "submit", ...old }]), "no-chains");
});

Deno.test("recordedArrivals() refuses runs with maps or called chains, of which logs do not say enough", async () => {
  const parent = { instance: "a", node: "n0" };
  const cases: [string, RunEvent[]][] = [
    ["has a map", [RUN, submit(line, "a"), attempt("a", "n0", 5, { item: 0 })]],
    ["was called by another", [RUN, submit(line, "a"), submit(line, "a/n0", { parent })]],
  ];
  for (const [words, events] of cases) {
    const error = await assertRejects(() => recordedArrivals(events, "run.json"), SimulateError);
    assertEquals(error.code, "deciding-chains");
    assertStringIncludes(error.message, `Cannot simulate run.json: its chain "line" ${words}`);
  }
});
