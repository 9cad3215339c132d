import { assertEquals } from "@std/assert";
import { Doubt } from "./doubt.ts";

Deno.test("Doubt is settled by another function that is let in since, with as many in flight", () => {
  const doubt = new Doubt(40, 100);
  doubt.asked("f", { atMs: 50, running: 22 }, 100);
  doubt.asked("f", { atMs: 60, running: 20 }, 110);
  assertEquals(doubt.letIn("f", { atMs: 200, running: 25 }), undefined, "it has waited");
  assertEquals(doubt.letIn("g", { atMs: 90, running: 25 }), undefined, "it was started before");
  assertEquals(doubt.letIn("g", { atMs: 200, running: 19 }), "others");
  assertEquals(doubt.letIn("g", { atMs: 200, running: 20 }), "settled");
  doubt.asked("g", { atMs: 200, running: 30 }, 300);
  assertEquals(doubt.letIn("g", { atMs: 400, running: 30 }), undefined);
});

Deno.test("Doubt is over some time after the last wait that was asked for, or when too many functions are asked", () => {
  const doubt = new Doubt(40, 100);
  doubt.asked("f", { atMs: 50, running: 20 }, 1000);
  assertEquals([2000, 2001].map((nowMs) => doubt.isOver(nowMs, 1000)), [false, true]);
  for (let i = 0; i < 100; i++) doubt.asked(`f${i}`, { atMs: 1000, running: 20 }, 2000);
  assertEquals(doubt.isOver(2000, 1000), true);
});
