import { assertEquals } from "@std/assert";
import { realClock, seededRandom } from "../../model/mod.ts";
import type { Platform } from "../../platform/mod.ts";
import { PlatformLab } from "./platform_lab.ts";

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
