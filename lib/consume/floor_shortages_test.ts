import { assert, assertEquals } from "@std/assert";
import { World } from "../../tests/programs/world.ts";
import { single, THROTTLED } from "../../tests/scheduler/builders.ts";
import type { FloorShortage } from "../scheduler/mod.ts";
import { FloorShortageNotifier } from "./floor_shortages.ts";

const SHORT = { reserved: 30, limit: 12 };

Deno.test("FloorShortageTeller.news() says once what lasts for two seconds, and again of other floors", () => {
  const notifier = new FloorShortageNotifier();
  assertEquals(notifier.news(SHORT, 0), undefined);
  assertEquals(notifier.news(undefined, 1000), undefined);
  assertEquals(notifier.news(SHORT, 2000), undefined);
  assertEquals(notifier.news(SHORT, 4000), SHORT);
  assertEquals(notifier.news(SHORT, 5000), undefined);
  assertEquals(notifier.news(undefined, 6000), undefined);
  assertEquals(notifier.news(SHORT, 9000), undefined);
  assertEquals(notifier.news({ ...SHORT, reserved: 20 }, 12_000), { ...SHORT, reserved: 20 });
});

Deno.test("Consumer.run() says once that the platform runs fewer calls at once than floors reserve", async () => {
  const world: World = new World(() => {
    const running = world.platform.calls.slice(-100).filter(({ endedAtMs }) => endedAtMs === undefined);
    return running.length > 8 ? { outcome: THROTTLED, runMs: 1 } : { runMs: 100 };
  });
  const reported: FloorShortage[] = [];
  await world.push(single("f"), Array.from({ length: 1000 }, (_, i) => `i${i}`));
  const limits = { global: 100, floors: { functions: { f: 20 } } };
  await world.consume({ limits, onFloorShortage: (shortage) => void reported.push(shortage) });
  assertEquals(reported.map(({ reserved }) => reserved), [20]);
  assert(reported[0]!.limit <= 9, JSON.stringify(reported));
});
