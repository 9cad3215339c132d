import { assert, assertEquals } from "@std/assert";
import { constant, fn, seededRandom } from "../model/mod.ts";
import { RunTimes } from "./run_times.ts";

Deno.test("RunTimes.expectedMs() is the declared mean, or a second, to begin with", () => {
  const times = new RunTimes();
  assertEquals(times.expectedMs(fn("declared", { time: constant("70ms") })), 70);
  assertEquals(times.expectedMs(fn("at_once", { time: constant(0) })), 0);
  assertEquals(times.expectedMs(fn("unknown")), 1000);
  assertEquals(times.version, 0);
});

Deno.test("RunTimes.observe() believes the first time of what declares none", () => {
  const times = new RunTimes();
  times.observe(fn("f"), 40);
  assertEquals(times.expectedMs(fn("f")), 40);
  assertEquals(times.version, 1);
});

Deno.test("RunTimes.observe() weighs a declared time as five observations", () => {
  const times = new RunTimes();
  const f = fn("f", { time: constant(100) });
  times.observe(f, 700);
  assertEquals(times.expectedMs(f), 200);
});

Deno.test("RunTimes.observe() announces changes of more than two percent only", () => {
  const times = new RunTimes();
  const f = fn("f", { time: constant(100) });
  times.observe(f, 111);
  assertEquals([times.expectedMs(f), times.version].join(), "100,0");
  times.observe(f, 111);
  assert(times.expectedMs(f) > 102);
  assertEquals(times.version, 1);
});

Deno.test("RunTimes.observe() converges to the mean and follows a change", () => {
  const times = new RunTimes();
  const random = seededRandom(1);
  const f = fn("f");
  for (const meanMs of [50, 400]) {
    for (let i = 0; i < 1000; i++) times.observe(f, meanMs * (0.5 + random.next()));
    assert(Math.abs(times.expectedMs(f) / meanMs - 1) < 0.1);
  }
});

Deno.test("RunTimes.observe() is robust to calls that hang, and keeps a high percentile beside the mean", () => {
  const times = new RunTimes();
  const random = seededRandom(2);
  const f = fn("f");
  for (let i = 0; i < 500; i++) times.observe(f, i % 50 === 49 ? 300_000 : 90 + 20 * random.next());
  assert(Math.abs(times.expectedMs(f) / 100 - 1) < 0.1, `${times.expectedMs(f)} ms`);
  assert(times.highMs(f) > 105 && times.highMs(f) < 111, `${times.highMs(f)} ms`);
});

Deno.test("RunTimes.hear() goes by what a function tells of itself, and by its calls again when it is silent", () => {
  const times = new RunTimes();
  const f = fn("f");
  for (let i = 0; i < 100; i++) times.observe(f, 5000); // the provider is busy
  times.hear("f", 100);
  assertEquals(times.expectedMs(f), 100);
  for (let i = 0; i < 64; i++) times.observe(f, 5000);
  assertEquals(times.expectedMs(f), 100);
  times.observe(f, 300);
  assertEquals(times.expectedMs(f), 300, "what was told is too old");
  times.hear("unknown", 7);
  assertEquals(times.expectedMs(fn("unknown")), 1000, "nobody has called it");
});
