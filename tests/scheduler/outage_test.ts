/** Retries in outages of any length, at any load, in virtual time. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../../lib/model/mod.ts";
import type { Invocation } from "../../lib/scheduler/mod.ts";
import { instanceOf, makeScheduler, OK, SHAKY, single } from "./builders.ts";

const outages = fc.record({
  limit: fc.integer({ min: 1, max: 100 }),
  callMs: fc.integer({ min: 10, max: 500 }),
  /** Calls that arrive, as a part of what the limit allows. */
  load: fc.double({ min: 0.1, max: 2, noNaN: true }),
  share: fc.constantFrom(0, 0.05, 0.2, 0.5),
  wellMs: fc.integer({ min: 0, max: 5000 }),
  downMs: fc.integer({ min: 100, max: 20_000 }),
  seed: fc.nat(),
});

Deno.test("Scheduler does not multiply the load of an outage, and loses nothing to it", () => {
  fc.assert(
    fc.property(outages, ({ limit, callMs, load, share, wellMs, downMs, seed }) => {
      const random = seededRandom(seed);
      const scheduler = makeScheduler("fcfs", { global: limit, fixed: true }, false, share);
      const chain = single("f", { attempts: 100, retry: { firstDelay: "50ms", maxDelay: "2s" } });
      const backMs = wellMs + downMs, perMs = load * limit / callMs;
      const running: { readonly task: Invocation; readonly endMs: number }[] = [];
      let submitted = 0, completed = 0, arrivesMs = 0, first = 0, retries = 0;
      for (let nowMs = 0; nowMs < backMs || scheduler.stats().instances > 0;) {
        while (arrivesMs <= Math.min(nowMs, backMs)) {
          scheduler.submit(instanceOf(chain, `${submitted++}`), nowMs);
          arrivesMs -= Math.log(1 - random.next()) / perMs;
        }
        while (running.length > 0 && running[0]!.endMs <= nowMs) {
          const isDown = nowMs >= wellMs && nowMs < backMs;
          const { ended } = scheduler.settle(running.shift()!.task, isDown ? SHAKY : OK, nowMs);
          if (ended?.outcome === "completed") completed++;
        }
        for (let task = scheduler.next(nowMs); task !== undefined; task = scheduler.next(nowMs)) {
          running.push({ task, endMs: nowMs + callMs });
          if (nowMs < wellMs || nowMs >= backMs) continue;
          if (task.attempt === 1) first++;
          else retries++;
        }
        const arrival = nowMs < backMs ? arrivesMs : Infinity;
        const next = Math.min(arrival, running[0]?.endMs ?? Infinity, scheduler.wakeAtMs() ?? Infinity);
        nowMs = next === Infinity ? backMs : Math.max(nowMs, next);
      }
      const floor = Math.max(10, limit / 2), perS = Math.max(1, limit / 20);
      const saved = wellMs === 0 ? floor : 10 * floor;
      const allowed = first * share / (1 - share) + saved + perS * downMs / 1000 + limit; // those in flight have gone well
      assert(retries <= 1.2 * allowed, `${retries} retries, though the budget allows ${allowed}`);
      assertEquals(completed, submitted);
    }),
    { numRuns: 40 },
  );
});
