import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { constant, lognormal, seededRandom } from "../model/mod.ts";
import { Containers } from "./containers.ts";
import { PROFILES } from "./profile.ts";

const COLD = { delayMs: 40, cold: true }, WARM = { delayMs: 0, cold: false };
const profile = { ...PROFILES[0]!, coldStart: constant(40), keepAliveMs: 1000 };

Deno.test("Containers reuses what became idle last, so that what is not needed expires", () => {
  const containers = new Containers(profile, seededRandom(1));
  for (let i = 0; i < 3; i++) assertEquals(containers.take("f", 0), COLD);
  for (let i = 0; i < 3; i++) containers.give("f", 100);
  for (let nowMs = 200; nowMs <= 2000; nowMs += 100) {
    assertEquals(containers.take("f", nowMs), WARM);
    containers.give("f", nowMs);
  }
  assertEquals(containers.take("f", 2001), WARM);
  assertEquals(containers.take("f", 2001), COLD, "the other two were idle for too long");
});

Deno.test("Containers that expired come back within the ramp only", () => {
  const containers = new Containers({ ...profile, burst: 2, rampPerS: 1 }, seededRandom(1));
  assertEquals([0, 0, 0].map(() => containers.take("f", 0)), [COLD, COLD, undefined]);
  assertEquals(Math.round(containers.readyAtMs("f", 0)), 1000);
  assertEquals(containers.take("f", 1000), COLD);
  for (let i = 0; i < 3; i++) containers.give("f", 1000);
  assertEquals(containers.readyAtMs("f", 2000), -Infinity);
  assertEquals(
    [0, 0, 0].map(() => containers.take("f", 1500)),
    [WARM, WARM, WARM],
    "idle ones need no token",
  );
  for (let i = 0; i < 3; i++) containers.give("f", 1500);
  assertEquals([0, 0, 0].map(() => containers.take("f", 9000)), [COLD, COLD, undefined]);
});

Deno.test("Containers draws cold starts from the profile's distribution", () => {
  const containers = new Containers({ ...profile, coldStart: lognormal(150, 500) }, seededRandom(1));
  const times = Array.from({ length: 10_001 }, () => containers.take("f", 0)!.delayMs).sort((a, b) => a - b);
  assert(Math.abs(times[5000]! - 150) < 5, `median ${times[5000]} ms`);
  assert(Math.abs(times[9900]! - 500) < 40, `99th percentile ${times[9900]} ms`);
});

Deno.test("Containers that no call needs are warm when they are ready, and expire as others do", () => {
  const containers = new Containers({ ...profile, allocation: 2 }, seededRandom(1));
  for (let i = 0; i < 5; i++) assertEquals(containers.take("f", 0), COLD, "others are still being made");
  assertEquals(containers.made, 10);
  assertEquals(containers.take("f", 39), COLD);
  for (let i = 0; i < 5; i++) assertEquals(containers.take("f", 40), WARM);
  assertEquals(containers.take("f", 40), COLD);
  assertEquals([containers.take("f", 1080), containers.take("f", 1080)], [WARM, COLD], "one is from 80");
  assertEquals(containers.take("g", 2000), COLD, "another function's");
});

Deno.test("Containers that no call needs are announced, and take nothing of the ramp", () => {
  const containers = new Containers({ ...profile, allocation: 3, burst: 1, rampPerS: 0.1 }, seededRandom(1));
  assertEquals([containers.take("f", 0), containers.take("f", 0)], [COLD, undefined]);
  assertEquals([containers.readyAtMs("f", 0), Math.round(containers.readyAtMs("g", 0))], [40, 10_000]);
  assertEquals([0, 0, 0].map(() => containers.take("f", 40)), [WARM, WARM, undefined]);
});

Deno.test("Containers decides as a list of containers that is searched, over any number of functions", () => {
  const steps = fc.array(fc.record({
    take: fc.boolean(),
    name: fc.integer({ min: 0, max: 4 }).map((i) => `f${i}`),
    afterMs: fc.nat(700),
  }));
  fc.assert(fc.property(steps, (steps) => {
    const containers = new Containers(profile, seededRandom(1));
    let idle: { name: string; sinceMs: number }[] = [];
    const busy: string[] = [];
    let nowMs = 0;
    for (const { take, name, afterMs } of steps) {
      nowMs += afterMs;
      idle = idle.filter(({ sinceMs }) => nowMs - sinceMs <= profile.keepAliveMs);
      if (take) {
        const at = idle.findLastIndex((container) => container.name === name);
        assertEquals(containers.take(name, nowMs), at < 0 ? COLD : WARM);
        if (at >= 0) idle.splice(at, 1);
        busy.push(name);
      } else if (busy.includes(name)) {
        busy.splice(busy.indexOf(name), 1);
        containers.give(name, nowMs);
        idle.push({ name, sinceMs: nowMs });
      }
    }
  }));
});

Deno.test("Containers forgets functions that are not called any more", () => {
  const containers = new Containers(profile, seededRandom(1));
  for (let i = 0; i < 100_000; i++) {
    containers.take(`f${i}`, i);
    containers.give(`f${i}`, i);
  }
  assert(containers.remembered <= 4096, `remembers ${containers.remembered}`);
  assertEquals(containers.take("f99999", 100_000), WARM);
});

Deno.test("Containers forgets expired containers of a function that is called now and then", () => {
  const containers = new Containers(profile, seededRandom(1));
  for (let nowMs = 0; nowMs < 100_000; nowMs += 2000) {
    for (let i = 0; i < 10; i++) containers.take("f", nowMs);
    for (let i = 0; i < 10; i++) containers.give("f", nowMs);
  }
  assertEquals(containers.remembered, 10);
});
