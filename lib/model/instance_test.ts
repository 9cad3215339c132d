import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { chain } from "./chain_builder.ts";
import { fn } from "./function.ts";
import { checkInstance, checkSubmission, type Instance, instanceMaker, NO_LABELS } from "./instance.ts";
import { seededRandom } from "./random.ts";
import { assertFails, assertRefused } from "./testing.ts";

const c = chain("c", ({ call }) => call(fn("f")));

Deno.test("instanceMaker() gives the same ids for the same seed, also at the beginning of time", () => {
  const idAt = (ms: number) => instanceMaker(seededRandom(1))({ chain: c }, ms).id;
  assertEquals([idAt(0), idAt(0.5)], [idAt(1), idAt(1)]);
});

Deno.test("instanceMaker() fills in the defaults", () => {
  const instance = instanceMaker(seededRandom(1))({ chain: c }, 1_700_000_000_000.5);
  assertEquals(instance, {
    id: instance.id,
    chain: c,
    labels: {},
    submittedAtMs: 1_700_000_000_000.5,
    priority: 0,
    weight: 1,
    deadlineMs: Infinity,
  });
  assertStrictEquals(instance.labels, NO_LABELS);
  assertMatch(instance.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assertStrictEquals(checkInstance(instance), instance);
});

Deno.test("instanceMaker() counts deadlines from submission and adds labels to the chain's", () => {
  const entry = { chain: c, deadlineMs: 500, priority: 3, weight: 2, labels: { tenant: "a", tier: "x" } };
  const instance = instanceMaker(seededRandom(1))(entry, 1000, { labels: { tenant: "b" } });
  assertStrictEquals(instance.deadlineMs, 1500);
  assertStrictEquals(instance.priority, 3);
  assertStrictEquals(instance.weight, 2);
  assertEquals(instance.labels, { tenant: "b", tier: "x" });
});

Deno.test("instanceMaker() makes ids that ascend, differ, and repeat for the same seed", () => {
  const ids = () => {
    const make = instanceMaker(seededRandom("ids"));
    return Array.from(
      { length: 2000 },
      (_, i) => make({ chain: c }, 1_700_000_000_000 + Math.floor(i / 100)).id,
    );
  };
  const first = ids();
  assertStrictEquals(new Set(first).size, 2000);
  assertEquals(first, first.toSorted());
  assertEquals(ids(), first);
});

Deno.test("checkInstance() names what cannot be used", () => {
  const good = instanceMaker(seededRandom(1))({ chain: c }, 1000);
  const bad: [Partial<Instance>, string][] = [
    [{ id: "" }, "the id"],
    [{ id: "x".repeat(257) }, "the id"],
    [{ id: "a b" }, "the id"],
    [{ id: "é" }, "the id"],
    [{ labels: { a: 1 } as unknown as Record<string, string> }, "a label"],
    [{ submittedAtMs: NaN }, "the time of submission"],
    [{ submittedAtMs: 8.65e15 }, "the time of submission"],
    [{ priority: Infinity }, "the priority"],
    [{ weight: 0 }, "the weight"],
    [{ weight: NaN }, "the weight"],
    [{ deadlineMs: NaN }, "the deadline"],
    [{ deadlineMs: -Infinity }, "the deadline"],
  ];
  for (const [part, what] of bad) {
    const instance = { ...good, ...part };
    for (const check of [checkInstance, checkSubmission]) {
      assertRefused(
        () => check(instance),
        "bad-chain",
        `chain "c": ${what} of instance "${instance.id}" cannot be used`,
      );
    }
  }
  assertFails(() => checkInstance({ ...good, chain: { name: "c", nodes: [] } }), { code: "bad-chain" });
});
