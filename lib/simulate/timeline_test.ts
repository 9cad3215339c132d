import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Timeline } from "./timeline.ts";

Deno.test("Timeline lets things happen by time, and by the order of planning among equals", () => {
  const plans = fc.array(fc.record({ atMs: fc.nat(20), thenInMs: fc.nat(5) }), { maxLength: 200 });
  fc.assert(fc.property(plans, (plans) => {
    const timeline = new Timeline(3);
    const expected: { atMs: number; order: number }[] = [], happened: typeof expected = [];
    const plan = (atMs: number, then = -1): void => {
      const planned = { atMs: Math.max(atMs, timeline.nowMs), order: expected.length };
      expected.push(planned);
      timeline.plan(atMs, {
        happen: (nowMs) => {
          assertEquals([nowMs, timeline.nowMs], [planned.atMs, planned.atMs]);
          happened.push(planned);
          if (then >= 0) plan(nowMs + then);
        },
      });
    };
    for (const { atMs, thenInMs } of plans) plan(atMs, thenInMs);
    while (timeline.nextAtMs < Infinity) timeline.step();
    assertEquals(happened, expected.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order));
  }));
});

Deno.test("Timeline passes to an instant, and never back", () => {
  const timeline = new Timeline(10);
  timeline.passTo(20);
  timeline.passTo(5);
  assertEquals([timeline.nowMs, timeline.nextAtMs], [20, Infinity]);
  timeline.plan(15, { happen: (nowMs) => assertEquals(nowMs, 20) });
  timeline.step();
  assert(timeline.nextAtMs === Infinity);
});
