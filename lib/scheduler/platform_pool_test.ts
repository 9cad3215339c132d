import { assertEquals, assertThrows } from "@std/assert";
import { instanceOf, OK, runAll, single, startAll } from "../../tests/scheduler/builders.ts";
import { seededRandom } from "../model/mod.ts";
import { type Policy, PolicyError, policyOf } from "../policies/mod.ts";
import { type Limits, Scheduler } from "./mod.ts";

const PLATFORMS = [{ name: "cloud", price: 5 }, { name: "edge", price: 1 }];
const work = single("work"), elsewhere = single("elsewhere", { url: "http://127.0.0.1/elsewhere" });

function scheduler(policy: Policy, limits: Limits, instances = 6): Scheduler {
  const made = new Scheduler({ policy, limits, platforms: PLATFORMS, random: seededRandom(1) });
  for (let i = 0; i < instances; i++) made.submit(instanceOf(work, `i${i}`), 0);
  return made;
}

const places = (of: Scheduler) => startAll(of).map(({ platform }) => platform).join(" ");

Deno.test("Scheduler.next() under bin-packing fills the cheapest platform, then the next one", () => {
  const packed = policyOf("bin-packing");
  const both = { platforms: { edge: 2, cloud: 3 } };
  assertEquals(places(scheduler(packed, both)), "edge edge cloud cloud cloud");
  assertEquals(places(scheduler(packed, { platforms: { edge: 2 } })), "edge edge cloud cloud cloud cloud");
});

Deno.test("Scheduler.next() uses platforms evenly, by their limits, if the policy does not say where", () => {
  const limits = { platforms: { cloud: 4, edge: 2 } };
  assertEquals(places(scheduler(policyOf("fcfs"), limits)), "cloud edge cloud edge cloud cloud");
  assertEquals(places(scheduler(policyOf("fcfs"), {}, 4)), "cloud edge cloud edge");
});

Deno.test("Scheduler.next() starts again where a place has become free", () => {
  const packed = scheduler(policyOf("bin-packing"), { platforms: { edge: 1, cloud: 1 } });
  const [onEdge, onCloud] = startAll(packed);
  packed.settle(onCloud!, OK, 1);
  assertEquals(places(packed), "cloud");
  packed.settle(onEdge!, OK, 2);
  assertEquals(places(packed), "edge");
});

Deno.test("Scheduler.next() starts functions with a URL of their own whatever is on the platforms", () => {
  const full = scheduler(policyOf("fcfs"), { platforms: { edge: 1, cloud: 1 } }, 3);
  full.submit(instanceOf(elsewhere, "own"), 0);
  assertEquals(startAll(full).map(({ instance, platform }) => [instance, platform]), [
    ["i0", "cloud"],
    ["i1", "edge"],
    ["own", undefined],
  ]);
});

Deno.test("Scheduler.setLimits() and setPolicy() keep what is in flight on each platform", () => {
  const packed = scheduler(policyOf("bin-packing"), { platforms: { edge: 2, cloud: 1 } }, 9);
  const [first] = startAll(packed);
  packed.setPolicy(policyOf("bin-packing+shortest-job-first"));
  assertEquals(places(packed), "");
  packed.setLimits({ platforms: { edge: 2, cloud: 3 } });
  assertEquals(places(packed), "cloud cloud");
  packed.settle(first!, OK, 0);
  assertEquals(places(packed), "edge");
});

Deno.test("Scheduler refuses places that are not attached, or are full", () => {
  const limits = { platforms: { edge: 1 } };
  const somewhere: Policy = { place: () => "somewhere" }, edge: Policy = { place: () => "edge" };
  const first = scheduler(somewhere, limits);
  const error = assertThrows(() => first.next(0), PolicyError);
  assertEquals(error.code, "bad-answer");
  assertEquals(
    error.message,
    "Cannot schedule: the policy's place answered somewhere instead of cloud or edge",
  );
  assertThrows(() => runAll(first), PolicyError);
  const second = scheduler(edge, limits);
  assertEquals(second.next(0)?.platform, "edge");
  assertThrows(() => second.next(0), PolicyError, "answered edge instead of cloud");
  assertThrows(() => scheduler(edge, { platforms: { moon: 1 } }), RangeError, "attached are cloud, edge");
  assertThrows(() => new Scheduler({ policy: edge, limits, random: seededRandom(1) }), RangeError, "none");
});
