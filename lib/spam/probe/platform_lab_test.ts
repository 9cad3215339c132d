import { assertEquals } from "@std/assert";
import { realClock, seededRandom } from "../../model/mod.ts";
import type { Platform } from "../../platform/mod.ts";
import { probe } from "./probe.ts";
import { PlatformLab } from "./platform_lab.ts";

Deno.test("probe() says at once how many calls its first findings take", async () => {
  const platform: Platform = {
    name: "none",
    invoke: () => Promise.reject(new Error("nothing is to be called")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { signal } = new AbortController();
  const lab = new PlatformLab({ platform, clock: realClock, ids: seededRandom(1), signal, maxCalls: 10 });
  const { skipped } = await probe(lab, { holdMs: 100, most: 100, longestIdleMs: 0 }, signal);
  assertEquals(skipped.limit, "it takes 27 calls, and --calls leaves 10. Write --calls 27 or more");
  assertEquals(lab.calls, 0);
});

Deno.test("PlatformLab.run() makes no call where none is planned", async () => {
  const platform: Platform = {
    name: "none",
    invoke: () => Promise.reject(new Error("nothing is to be called")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const { signal } = new AbortController();
  const lab = new PlatformLab({ platform, clock: realClock, ids: seededRandom(1), signal, maxCalls: 10 });
  assertEquals([await lab.run([]), lab.calls], [[], 0]);
});
