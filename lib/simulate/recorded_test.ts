import { assert, assertEquals, assertRejects } from "@std/assert";
import { chain, constant, fn } from "../model/mod.ts";
import type { AttemptEvent, RunEvent } from "../record/mod.ts";
import { submission } from "../record/mod.ts";
import { instanceOf, linear, single } from "../../tests/scheduler/builders.ts";
import { SimulateError } from "./errors.ts";
import type { Arrival } from "./arrival.ts";
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

/** The courses of a node's calls, one after the other, until one settles it. */
function coursesOf(arrival: Arrival, node: number): string {
  const words: string[] = [];
  for (let failures = 0; failures < 9; failures++) {
    const { runMs, fails } = arrival.course(node, undefined, failures);
    words.push(`${runMs}${fails === undefined ? "" : ` fails ${fails}`}`);
    if (fails !== "this time") break;
  }
  return words.join(", ");
}

Deno.test("recordedArrivals() has the calls of each node as they went, but not those that were refused", async () => {
  const { arrivals } = await recordedArrivals([
    RUN,
    submit(line, "a"),
    submit(line, "b"),
    submit(line, "c"),
    submit(line, "d"),
    attempt("a", "n0", 5, { outcome: "throttled", settled: false }),
    attempt("a", "n0", 7, { outcome: "failed", settled: false }),
    attempt("a", "n0", 30, { attempt: 2 }),
    attempt("a", "n1", 10),
    attempt("b", "n0", 50),
    attempt("b", "n1", 99, { outcome: "failed" }),
    attempt("d", "n0", 8, { outcome: "failed", settled: false }),
  ], "run.json");
  const [a, b, c, d] = arrivals.map((arrival) => [0, 1].map((node) => coursesOf(arrival, node)));
  assertEquals([a, b], [["7 fails this time, 30", "10"], ["50", "99 fails for good"]]);
  assertEquals(c, ["40", "10"], "what did not run takes the mean of what was seen");
  assertEquals(d, ["8 fails this time, 40", "10"], "nor does the log say how the next attempt went");
});

Deno.test("recordedArrivals() takes what functions declare where nothing was seen of them", async () => {
  const { arrivals } = await recordedArrivals(
    [RUN, submit(line, "a"), submit(single("silent"), "b")],
    "run.json",
  );
  assertEquals(arrivals.map((arrival) => coursesOf(arrival, 0)), ["40", "0"]);
});

Deno.test("recordedArrivals() knows when instances were taken, how long outputs took to be durable, and calls to start", async () => {
  const taken: RunEvent = { ...submit(line, "late", { submittedAtMs: 1000 }), takenMs: 900 } as RunEvent;
  const { arrivals, startMs } = await recordedArrivals([
    RUN,
    taken,
    submit(line, "early", { submittedAtMs: 1500 }),
    attempt("early", "n0", 100, { startedAtMs: 1502, queuedMs: 2 }),
    attempt("late", "n0", 100, { startedAtMs: 1903, queuedMs: 903 }),
    attempt("early", "n1", 100, { startedAtMs: 1620, queuedMs: 6 }),
    attempt("late", "n1", 100, { startedAtMs: 2050, queuedMs: 7 }),
  ], "run.json");
  assertEquals(arrivals.map(({ instance, takenAtMs }) => [instance.id, takenAtMs]), [
    ["early", 1500],
    ["late", 1900],
  ]);
  assertEquals(startMs, 1000);
  assertEquals(arrivals.map((arrival) => arrival.durableMs(0)), [12, 40]);
  assertEquals(arrivals.map((arrival) => arrival.durableMs(1)), [12, 40], "as of what ended closest to it");
  assertEquals(arrivals.map((arrival) => [0, 1].map((node) => arrival.course(node, undefined, 0).startMs)), [
    [2, 6],
    [3, 7],
  ]);
});

Deno.test("recordedArrivals() finds the limit of the provider's that calls were refused at", async () => {
  const long = Array.from({ length: 5 }, (_, i) => attempt("a", `l${i}`, 1000, { startedAtMs: 2000 + i }));
  const refused = Array.from(
    { length: 9 },
    (_, i) =>
      attempt("a", "n0", i, {
        outcome: "throttled",
        startedAtMs: 2100 + i,
        retryAfterMs: 50,
        settled: false,
      }),
  );
  const { providerLimit } = await recordedArrivals([RUN, submit(line, "a"), ...refused, ...long], "run.json");
  assertEquals(providerLimit, { limit: 5, from: 5, to: 5, refused: 9, refusalMs: 4, retryAfterMs: 50 });
  assertEquals(
    (await recordedArrivals([RUN, submit(line, "a"), ...long], "run.json")).providerLimit,
    undefined,
  );
});

Deno.test("recordedArrivals() says what of a run its simulation leaves out", async () => {
  const { leftOut, limits } = await recordedArrivals([
    { ...RUN, limits: { global: 20 } } as RunEvent,
    submit(line, "a"),
    attempt("a", "n0", 5, { platform: "here" }),
    attempt("a", "n0", 5, { platform: "there", generation: 1 }),
    { type: "end", chain: "line", instance: "a", endedAtMs: 3000, outcome: "cancelled" },
    { type: "setting", atMs: 3000, setting: "limit", value: "50" },
    { type: "setting", atMs: 3100, setting: "policy", value: "fcfs" },
    { type: "setting", atMs: 3200, setting: "paused", value: "everything" },
    ...[[1000, 20], [2000, 20], [3000, 50], [4000, 50]].map(([atMs, limit]): RunEvent => ({
      type: "counter",
      atMs: atMs!,
      ready: 0,
      running: 0,
      limit: limit!,
      throttled: 0,
    })),
  ], "run.json");
  assertEquals(leftOut.map((words) => words.split(";")[0]), [
    "instances were cancelled (1)",
    "nodes were begun again by a retry (1)",
    "policies, ceilings, floors and pauses were set while it went on (2)",
    "stalls of the consumer's machine are in it by what they took on average",
    "there were several platforms",
  ]);
  assertEquals(limits, [{ atMs: -Infinity, limit: 20 }, { atMs: 2500, limit: 50 }], "which is as it was");
});

Deno.test("recordedArrivals() says what is missing", async () => {
  const { definition: _, ...old } = submission(instanceOf(line, "a"));
  const codeOf = async (events: RunEvent[]) =>
    (await assertRejects(() => recordedArrivals(events, "x.json"), SimulateError, "Cannot simulate x.json"))
      .code;
  assertEquals(await codeOf([RUN]), "no-instances");
  assertEquals(await codeOf([RUN, { type: "submit", ...old }]), "no-chains");
});

Deno.test("recordedArrivals() refuses chains that decided, of which logs do not say enough", async () => {
  const deciding = chain("deciding", ({ call }) => void call(fn("f"), { name: "n0", when: "args.x" }));
  const recording = () => recordedArrivals([RUN, submit(deciding, "a")], "run.json");
  const error = await assertRejects(recording, SimulateError, "the node n0 of its chain deciding");
  assertEquals(error.code, "deciding-chains");
});
