import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { SHAKY, single } from "../../tests/scheduler/builders.ts";
import type { ConsumerView } from "../queue/mod.ts";
import type { HeldRetries } from "../scheduler/mod.ts";
import { HeldRetryNotifier } from "./held_retries.ts";

const pay = { function: "pay", waiting: 7 }, there = { function: "pay", platform: "edge", waiting: 3 };

Deno.test("HeldRetryTeller.news() says once what is held back for a second, and once that it is over", () => {
  const notifier = new HeldRetryNotifier();
  assertEquals(notifier.news([pay], 0), { held: [], over: [] });
  assertEquals(notifier.news([pay, there], 999), { held: [], over: [] });
  assertEquals(notifier.news([pay, there], 1000), { held: [pay], over: [] });
  assertEquals(notifier.news([pay, there], 2000), { held: [there], over: [] });
  assertEquals(notifier.news([there], 3000), { held: [], over: [{ function: "pay", waiting: 0 }] });
  assertEquals(notifier.news([], 4000), { held: [], over: [{ ...there, waiting: 0 }] });
});

Deno.test("HeldRetryTeller.news() says nothing of what is held back for a moment", () => {
  const notifier = new HeldRetryNotifier();
  for (let ms = 0; ms < 10_000; ms += 500) {
    assertEquals(notifier.news(ms % 1000 === 0 ? [pay] : [], ms), { held: [], over: [] });
  }
});

Deno.test("Consumer.run() says how many retries it holds back in an outage, and shows that to others", async () => {
  let isDown = true, seen: ConsumerView | undefined;
  const world = new World(() => isDown ? { outcome: SHAKY } : undefined);
  const reported: HeldRetries[] = [];
  const onHeldRetries = (retries: HeldRetries) => {
    reported.push(retries);
    if (!isDown) return;
    void world.clock.until(world.clock.nowMs() + 2000).then(() => world.queue.consumers()).then((all) => {
      seen = all[0];
      isDown = false;
    });
  };
  const chain = single("pay", { attempts: 9, retry: { firstDelay: "1ms", maxDelay: "1ms" } });
  await world.push(chain, Array.from({ length: 200 }, (_, i) => `${i}`));
  const about = { host: "h", pid: 1, version: "0" };
  const consumer = await world.consume({ onHeldRetries, about });
  assertEquals(reported[0]!.function, "pay");
  assert(reported[0]!.waiting > 100 && reported[0]!.waiting < 200, `${reported[0]!.waiting} are held back`);
  const [held, ...others] = seen!.heldRetries!;
  assertEquals([held!.function, others.length], ["pay", 0]);
  assert(held!.waiting > 100 && held!.waiting < 200, `${held!.waiting} are shown`);
  assertEquals([consumer.stats().completed, consumer.stats().heldRetries], [200, []]);
});
