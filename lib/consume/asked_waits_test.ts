import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { single } from "../../tests/scheduler/builders.ts";
import type { AskedWait } from "../scheduler/mod.ts";
import { AskedWaitNotifier } from "./asked_waits.ts";

const wait = { askedMs: 30_000, untilMs: 30_000 };

Deno.test("AskedWaitTeller.news() says each wait once, and none that is short", () => {
  const notifier = new AskedWaitNotifier(), there = { ...wait, platform: "edge" };
  assertEquals(notifier.news([{ ...wait, askedMs: 1000 }]), []);
  assertEquals(notifier.news([]), []);
  assertEquals(notifier.news([wait]), [wait]);
  assertEquals(notifier.news([wait, there]), [there]);
  assertEquals(notifier.news([]), []);
  assertEquals(notifier.news([wait]), [wait]);
});

Deno.test("Consumer.run() says for how long a platform has asked it to wait, and shows that to others", async () => {
  let isFull = true;
  const world = new World(() =>
    isFull ? { outcome: { kind: "throttled", reason: "too many", retryAfterMs: 300_000 } } : undefined
  );
  await world.push(single("pay"), ["1", "2"]);
  const reported: AskedWait[] = [];
  let seen: readonly unknown[] | undefined;
  const onAsked = (wait: AskedWait) => {
    reported.push(wait);
    isFull = false;
    void world.clock.until(world.clock.nowMs() + 2000)
      .then(() => world.queue.consumers()).then(([consumer]) => seen = consumer!.asked);
  };
  const about = { host: "h", pid: 1, version: "0" };
  const consumer = await world.consume({ onAsked, about });
  assertEquals(consumer.stats().completed, 2);
  assertEquals(reported.map(({ askedMs }) => askedMs), [300_000]);
  const [{ leftMs }] = seen as [{ leftMs: number }];
  assert(leftMs > 50_000 && leftMs < 60_000, `${leftMs}`);
});

Deno.test("Consumer.run() shows others the functions of which every call is refused, or that nobody serves, until they start", async () => {
  let isWell = false;
  const world = new World(({ spec: { name } }) => {
    if (isWell || name === "well") return undefined;
    if (name === "refused") return { outcome: { kind: "throttled", reason: "too many" } };
    return { outcome: { kind: "unserved", reason: "function gone is served by nobody" } };
  });
  for (const name of ["refused", "gone", "well"]) await world.push(single(name), [name]);
  const seen: unknown[] = [];
  void world.clock.until(world.clock.nowMs() + 4000)
    .then(() => world.queue.consumers()).then(([consumer]) => {
      seen.push(consumer!.kept);
      isWell = true;
    });
  const about = { host: "h", pid: 1, version: "0" };
  const consumer = await world.consume({ about });
  assertEquals(consumer.stats().completed, 3);
  assertEquals(seen, [[
    { function: "gone", why: "unserved", reason: "function gone is served by nobody" },
    { function: "refused", why: "refused", reason: "too many" },
  ]]);
});
