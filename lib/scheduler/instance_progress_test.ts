import { assertEquals } from "@std/assert";
import { instanceOf, shaped } from "../../tests/scheduler/builders.ts";
import { type Chain, chain, fn } from "../model/mod.ts";
import { ChainPlan } from "./chain_plan.ts";
import { FunctionLoads } from "./function_load.ts";
import { InstanceProgress } from "./instance_progress.ts";
import { RunTimes } from "./run_times.ts";

function progressOf(of: Chain): InstanceProgress {
  return new InstanceProgress(instanceOf(of, "1"), new ChainPlan(of, new RunTimes(), new FunctionLoads()), 0);
}

/** n0 and n1, n2 after both, n3 after n2. */
const JOIN = [[], [], [0, 1], [2]];

Deno.test("InstanceProgress.settle() frees what waits for nothing more", () => {
  const progress = progressOf(shaped("join", JOIN));
  assertEquals(progress.settle(0, "ok"), { free: [], skipped: [] });
  assertEquals(progress.settle(1, "ok"), { free: [2], skipped: [] });
  assertEquals([progress.unsettled, progress.stateOf(0), progress.stateOf(2)], [2, "ok", undefined]);
});

Deno.test("InstanceProgress.settle() of a failed node skips what needs it, goes on, or ends the instance, as the node says", () => {
  const skips = progressOf(shaped("skips", JOIN, "skip"));
  skips.settle(0, "failed", "it broke");
  assertEquals(skips.settle(1, "ok"), { free: [], skipped: [2, 3] });
  assertEquals([skips.unsettled, skips.ending], [0, undefined]);
  const goesOn = progressOf(shaped("goes-on", JOIN, "continue"));
  goesOn.settle(0, "failed", "it broke");
  assertEquals(goesOn.settle(1, "ok"), { free: [2], skipped: [] });
  const ends = progressOf(shaped("ends", JOIN));
  ends.settle(0, "failed", "it broke");
  assertEquals(ends.ending, { outcome: "failed", reason: "node n0: it broke" });
  assertEquals(ends.settle(1, "ok"), { free: [], skipped: [] }, "nothing new of it is to start");
  ends.end({ outcome: "cancelled", reason: "somebody wants it" });
  assertEquals(ends.ending?.outcome, "failed", "the first ending stays the reason");
});

Deno.test("InstanceProgress runs the items of a map a few at a time, without those that had settled before", () => {
  const progress = progressOf(chain("map", ({ call }) => {
    call(fn("each"), { map: "args.items", concurrency: 2 });
  }));
  assertEquals(progress.openMap(0, 4, new Set([1])), [0, 2]);
  assertEquals(progress.settleItem(0, 0, "ok", ""), [3]);
  assertEquals(progress.settleItem(0, 2, "ok", ""), []);
  assertEquals(progress.settleItem(0, 3, "ok", ""), "done");
  assertEquals(progress.openMap(0, 1, new Set([0])), undefined, "there is nothing to wait for");
});

Deno.test("InstanceProgress.takeDelay() and takeBegun() give each of what another scheduler left once", () => {
  const progress = progressOf(shaped("join", JOIN));
  const delays = [{ node: 0, failures: 1, untilMs: 5 }, { node: 1, item: 2, failures: 1, untilMs: 6 }];
  progress.delayed(delays);
  assertEquals(progress.takeDelay(1, undefined), undefined);
  assertEquals([progress.takeDelay(1, 2), progress.takeDelay(1, 2)], [delays[1], undefined]);
  assertEquals(progress.takeDelay(0, undefined), delays[0]);
  progress.begun([{ node: 0 }, { node: 1 }]);
  assertEquals(progress.takeBegun(1), [{ node: 1 }]);
  assertEquals(progress.takeBegun(), [{ node: 0 }]);
  assertEquals(progress.takeBegun(), []);
});
