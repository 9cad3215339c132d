import { assertEquals } from "@std/assert";
import { instanceOf, makeScheduler, OK, single, startAll } from "../../tests/scheduler/builders.ts";
import { seededRandom } from "../model/mod.ts";
import { policyOf } from "../policies/mod.ts";
import type { LimitPart } from "./limit_part.ts";
import type { Limits } from "./limits.ts";
import { Scheduler } from "./scheduler.ts";

/** Half of each limit, rounded down. */
const HALF: LimitPart = { of: (_, whole) => Math.floor(whole / 2) };
const NOTHING: LimitPart = { of: () => 0 };
const WHOLE: LimitPart = { of: (_, whole) => whole };

const KINDS: readonly [Limits, string][] = [
  [{ global: 8, fixed: true }, "global"],
  [{ functions: { f: 8 } }, "function f"],
  [{ chains: { f: 8 } }, "chain f"],
  [{ labels: { tenant: { acme: 8, "*": 3 } } }, "label tenant acme"],
];

for (const [limits, name] of KINDS) {
  Deno.test(`SharedLimits.setPart() keeps to a part of a limit, and starts more at once when it grows: ${name}`, () => {
    const scheduler = makeScheduler("fcfs", { fixed: true, ...limits });
    for (let i = 0; i < 20; i++) {
      scheduler.submit(instanceOf(single("f"), `${i}`, { labels: { tenant: "acme" } }), 0);
    }
    const counts = [HALF, WHOLE, NOTHING, HALF].map((part) => {
      scheduler.shared.setPart(part, 0);
      return startAll(scheduler).length;
    });
    assertEquals(counts, [4, 4, 0, 0]);
    const use = [...scheduler.shared.uses()].find((use) => use.name === name)!;
    assertEquals(use, { name, whole: 8, used: 8, held: 8, isShort: true });
  });
}

Deno.test("SharedLimits.setPart() starts again what a part of 0 had kept", () => {
  const scheduler = makeScheduler("fcfs", { functions: { f: 2 }, fixed: true });
  scheduler.shared.setPart(NOTHING, 0);
  for (let i = 0; i < 5; i++) scheduler.submit(instanceOf(single("f"), `${i}`), 0);
  assertEquals(startAll(scheduler), []);
  scheduler.shared.setPart(WHOLE, 1);
  const [first] = startAll(scheduler);
  scheduler.shared.setPart(HALF, 2);
  scheduler.settle(first!, OK, 3);
  assertEquals(startAll(scheduler), [], "one is in flight, which is the half");
});

Deno.test("SharedLimits.setPart() divides platforms, and keeps to them under another policy", () => {
  const scheduler = new Scheduler({
    policy: policyOf("fcfs"),
    limits: { platforms: { edge: 4, cloud: 6 }, fixed: true },
    platforms: [{ name: "edge" }, { name: "cloud" }],
    random: seededRandom(1),
  });
  scheduler.shared.setPart(HALF, 0);
  scheduler.setPolicy(policyOf("fair-share"));
  for (let i = 0; i < 20; i++) scheduler.submit(instanceOf(single("f"), `${i}`), 0);
  const byPlatform = Map.groupBy(startAll(scheduler), ({ platform }) => platform);
  assertEquals([byPlatform.get("edge")?.length, byPlatform.get("cloud")?.length], [2, 3]);
  assertEquals(
    [...scheduler.shared.uses()].map(({ name, whole, used }) => [name, whole, used]),
    [["platform edge", 4, 2], ["platform cloud", 6, 3]],
  );
});

Deno.test("SharedLimits.setPart() divides floors", () => {
  for (const [part, expected] of [[WHOLE, [4, 4]], [HALF, [2, 2]], [NOTHING, [0, 0]]] as const) {
    const scheduler = makeScheduler("fcfs", { global: 8, fixed: true, floors: { functions: { g: 4 } } });
    scheduler.shared.setPart(part, 0);
    for (const name of ["f", "g"]) {
      for (let i = 0; i < 10; i++) scheduler.submit(instanceOf(single(name), `${name}${i}`), 0);
    }
    const started = startAll(scheduler);
    assertEquals(
      ["f", "g"].map((name) => started.filter((task) => task.function === name).length),
      [...expected],
    );
  }
});

Deno.test("SharedLimits.uses() tells the use of floors, and which of them their work is short of", () => {
  const scheduler = makeScheduler("fcfs", { global: 8, fixed: true, floors: { functions: { f: 4, g: 4 } } });
  const floors = () =>
    [...scheduler.shared.uses()].flatMap(({ name, whole, used, isShort }) =>
      name.startsWith("floor") ? [[name, whole, used, isShort]] : []
    );
  scheduler.shared.setPart(HALF, 0);
  assertEquals(floors(), [], "nothing of theirs is here");
  for (let i = 0; i < 5; i++) scheduler.submit(instanceOf(single("f"), `${i}`), 0);
  scheduler.submit(instanceOf(single("g"), "g"), 0);
  const started = startAll(scheduler);
  assertEquals(started.map((task) => task.function).toSorted(), ["f", "f", "f", "g"]);
  assertEquals(floors(), [["floor function f", 4, 3, true], ["floor function g", 4, 1, false]]);
});
