import { assertEquals, assertThrows } from "@std/assert";
import { burst, chain, constant, fn, workload } from "../model/mod.ts";
import type { AttemptEvent } from "../record/mod.ts";
import { simulate, type SimulateOptions } from "./simulate.ts";

Deno.test("simulate() says in its first event what the policy shares by, and where calls queue", () => {
  const hello = chain("hello", ({ call }) => void call(fn("greet", { time: constant("5ms") })));
  const load = { workload: workload({ chains: [{ chain: hello }] }), arrivals: burst(1) };
  const first = (more: Partial<Parameters<typeof simulate>[0]>) => {
    const [event] = simulate({ ...load, ...more });
    if (event?.type !== "run") throw new Error("no first event");
    return [event.scheduling, event.queue];
  };
  const weights = new Map([["hello", 3]]);
  assertEquals(first({ policy: "weighted", policyOptions: { weights } }), [
    { weight: [["hello", 3]] },
    undefined,
  ]);
  assertEquals(first({ policy: "fair-share", policyOptions: { by: "tenant" } }), [
    { by: "tenant" },
    undefined,
  ]);
  assertEquals(first({ policy: "none" }), [{}, "none"]);
  assertEquals(first({ policy: "none", profile: "aws-lambda" }), [{}, "provider"]);
});

const one = workload({
  chains: [{ chain: chain("one", ({ call }) => void call(fn("greet", { time: constant("5ms") }))) }],
});

function attemptsOf(options: SimulateOptions): AttemptEvent[] {
  return [...simulate(options)].filter((event) => event.type === "attempt");
}

Deno.test("simulate() places calls on several platforms, each with its own behaviour, limit and price", () => {
  const platforms = {
    dear: { profile: "hard-limit,limit=10,cold=none", limit: 10, price: 3, pricePerMs: 1 },
    cheap: { profile: "hard-limit,limit=2,cold=none", limit: 2, price: 1 },
  };
  const found = attemptsOf({ workload: one, arrivals: burst(5), policy: "bin-packing", platforms });
  assertEquals(found.map(({ platform, cost, outcome }) => [platform, cost, outcome]), [
    ["cheap", 1, "ok"],
    ["cheap", 1, "ok"],
    ["dear", 8, "ok"],
    ["dear", 8, "ok"],
    ["dear", 8, "ok"],
  ]);
  const without = () => attemptsOf({ workload: one, policy: "none", platforms });
  assertThrows(without, RangeError, "Cannot simulate several platforms without a policy");
});

Deno.test("simulate() has functions take their true times, whatever is declared", () => {
  const trueTimes = new Map([["greet", constant("7ms")]]);
  assertEquals(attemptsOf({ workload: one, trueTimes }).map(({ runMs }) => runMs), [7]);
});

Deno.test("simulate() returns the containers that were made, also those that no call needed", () => {
  const run = simulate({
    workload: one,
    arrivals: burst(3),
    profile: "hard-limit,allocation=2",
    policy: "none",
  });
  let next = run.next();
  while (!next.done) next = run.next();
  assertEquals(next.value, { containers: 6 });
});
