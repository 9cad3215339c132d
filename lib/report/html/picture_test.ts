import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RunEvent } from "../events.ts";
import { attempt, end, functionRun, run, simulated, submit } from "../testing.ts";
import { CALL_FIELDS } from "./data.ts";
import { RunPicture } from "./picture.ts";
import { classOf } from "./latency.ts";

function pictureOf(events: Iterable<RunEvent>) {
  const picture = new RunPicture();
  for (const event of events) picture.add(event);
  return picture.picture();
}

Deno.test("RunPicture keeps the peaks of what runs, however short they are", () => {
  const events = [run()];
  for (let i = 0; i < 100; i++) events.push(attempt(`a${i}`, i * 600, 500));
  for (let i = 0; i < 50; i++) events.push(attempt(`b${i}`, 30_000, 20)); // a burst of 20 ms within a minute
  const { levels } = pictureOf(events);
  assert(Math.max(...levels.running) >= 50);
  assertEquals(Math.min(...levels.running), 0);
  assert(levels.running.length <= 2 * 4096);
});

Deno.test("RunPicture counts what is lost as reports do: also cancelled chains, and no called ones", () => {
  const { rates } = pictureOf([
    run(),
    submit("a1", 0),
    submit("a2", 0),
    submit("b1", 1, { parent: "a1" }),
    end("b1", 2, "failed"),
    end("a1", 3, "cancelled"),
    end("a2", 3),
  ]);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  assertEquals([sum(rates.lost), sum(rates.completed)], [1, 1]);
});

Deno.test("RunPicture shows each millisecond of a short run", () => {
  const { levels } = pictureOf([run(), attempt("a1", 0, 3), attempt("a2", 1, 1), attempt("a3", 3, 2)]);
  assertEquals(levels.bucketMs, 1);
  assertEquals(levels.running, [1, 1, 2, 2, 1, 1, 1, 1, 1, 1]);
});

Deno.test("RunPicture takes a refused call for a throttle, not for one that runs", () => {
  const { levels, rates } = pictureOf([
    run(),
    attempt("a1", 0, 10, { outcome: "throttled", settled: false }),
    attempt("a1", 100, 10),
  ]);
  assertEquals(levels.running.slice(0, 2), [0, 0]);
  assertEquals(rates.throttled.reduce((a, b) => a + b), 1);
});

Deno.test("RunPicture counts chains that are lost as never, and called ones only for themselves", () => {
  const { chainTimes, heat } = pictureOf([
    run(),
    submit("a1", 0),
    submit("a2", 0),
    submit("a3", 5),
    submit("sub1", 5, { parent: "a1" }),
    end("sub1", 50),
    end("a1", 100),
    end("a2", 200, "dropped"),
  ]);
  assertEquals(chainTimes.map(({ name, total, counts }) => [name, total, counts]), [
    ["all chains", 3, [classOf(100), 1]],
    ["a", 3, [classOf(100), 1]],
    ["sub", 1, [classOf(45), 1]],
  ]);
  const cells = Array.from({ length: heat.cells.length / 3 }, (_, i) => heat.cells.slice(3 * i, 3 * i + 3));
  assertEquals(cells.reduce((sum, [, , count]) => sum + count!, 0), 3);
  assertEquals(cells.filter(([, row]) => row === -1).length, 2);
});

Deno.test("RunPicture has each attempt of the instances it chose, with the provider's part", () => {
  const { chosen } = pictureOf([
    run(),
    submit("a1", 100, { labels: { tenant: "acme" } }),
    attempt("a1", 110, 5, { outcome: "throttled", settled: false, reason: "429", queuedMs: 10 }),
    attempt("a1", 150, 30, { attempt: 2, queuedMs: 50, cold: true }),
    functionRun("a1", 160, 20, { attempt: 2, providerQueuedMs: 10 }),
    end("a1", 180),
  ]);
  const [instance] = chosen.instances;
  const { calls, ...rest } = instance!;
  assertEquals(rest, {
    id: "a1",
    chain: "a",
    why: "slowest",
    outcome: "completed",
    submittedMs: 0,
    endedMs: 80,
    labels: "tenant=acme",
  });
  const field = (call: number, name: typeof CALL_FIELDS[number]) =>
    calls[call * CALL_FIELDS.length + CALL_FIELDS.indexOf(name)]!;
  assertEquals(calls.length, 2 * CALL_FIELDS.length);
  assertEquals([field(0, "ready"), field(0, "start"), field(0, "run")], [0, 1000, 500]);
  assertEquals([field(0, "provider"), field(1, "provider"), field(1, "cold")], [-1, 1000, 1]);
  assertEquals(chosen.words[field(0, "reason")], "429");
});

Deno.test("RunPicture shows the slowest, whatever comes between, and a bounded number of others", () => {
  const events: RunEvent[] = [run()];
  for (let i = 0; i < 3000; i++) {
    const outcome = i % 10 === 0 ? "failed" : "completed";
    events.push(submit(`a${i}`, i), attempt(`a${i}`, i, 1), end(`a${i}`, i + (i * 7919) % 3001, outcome));
  }
  const { chosen } = pictureOf(events);
  const of = (why: string) => chosen.instances.filter((instance) => instance.why === why);
  assertEquals([of("slowest").length, of("lost").length, of("sample").length, chosen.of], [
    100,
    150,
    250,
    3000,
  ]);
  const took = (list: typeof chosen.instances) =>
    list.map(({ endedMs, submittedMs }) => endedMs! - submittedMs);
  assert(Math.min(...took(of("slowest"))) >= Math.max(...took(of("sample"))));
});

Deno.test("RunPicture is of bounded size for any run", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 1, max: 400 }), (seed, ratePerS) => {
      const picture = pictureOf(simulated({ seed, instances: 300, limit: 10, ratePerS, throttled: 0.2 }));
      assert(picture.levels.running.length <= 2 * 4096 && picture.rates.lost.length <= 512);
      assert(picture.heat.cells.every(Number.isInteger));
      const times = picture.chainTimes[0]!;
      assertEquals(times.total, 300);
      assert(times.counts.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0) <= 300);
    }),
    { numRuns: 20 },
  );
});
