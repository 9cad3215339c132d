import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { OracleTimes } from "../../tests/scheduler/oracle_times.ts";
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

Deno.test("RunTimes.observe() tells when an estimate has become 1.25 times as long, or as short, since it told last", () => {
  const times = new RunTimes();
  const f = fn("f", { time: constant(100) });
  assertEquals([120, 180, 180, 180, 180].map((ms) => times.observe(f, ms)), [
    false,
    false,
    false,
    true,
    false,
  ]);
  assertEquals(times.observeFunction("f", 100), true);
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

/** Functions that declare a second, and what they are observed to take. */
function learned(...realMs: readonly number[]): RunTimes {
  const times = new RunTimes();
  realMs.forEach((ms, i) => {
    for (let n = 0; n < 40; n++) times.observe(fn(`known${i}`, { time: constant("1s") }), ms);
  });
  return times;
}

Deno.test("RunTimes.expectedMs() of a function that has not run goes by how far the declared times of others are wrong", () => {
  const [unlearned, undeclared] = [fn("new", { time: constant("30s") }), fn("other")];
  for (const factor of [0.05, 1, 3, 20]) {
    const reals = [factor, factor / 1.5, factor * 1.5].flatMap((f) => [f, f, f, f]).map((f) => f * 1000);
    const ratio = learned(...reals).expectedMs(unlearned) / 30_000;
    assert(Math.abs(Math.log(ratio / factor)) < 0.06 * Math.abs(Math.log(factor)) + 0.02, `${ratio}`);
    assertEquals(learned(...reals).expectedMs(undeclared), 1000);
  }
});

Deno.test("RunTimes.expectedMs() of a function that has not run is near the declared mean while little is known, or all but one are right", () => {
  const unlearned = fn("new", { time: constant("1s") });
  const ratioAfter = (times: RunTimes) => times.expectedMs(unlearned) / 1000;
  const once = new RunTimes();
  once.observe(fn("f", { time: constant("1s") }), 50);
  assert(ratioAfter(once) > 0.6, `${ratioAfter(once)}`);
  const oneWrong = ratioAfter(learned(...Array(9).fill(1000), 1));
  assert(oneWrong > 0.45 && oneWrong < 1, `${oneWrong}`);
  assertEquals(ratioAfter(learned(0, 0, 0)), 1, "what takes no time says nothing");
});

Deno.test("RunTimes.expectedMs() is what is reckoned from all run times each time", () => {
  const functions = [undefined, 0, 10, 300, 20_000].map((ms, i) =>
    fn(`f${i}`, ms === undefined ? {} : { time: constant(ms) })
  );
  const run = fc.record({
    of: fc.nat(functions.length - 1),
    ms: fc.constantFrom(0, 1, 15, 15.5, 200, 90_000),
  });
  const runs = fc.array(run, { maxLength: 400, size: "max" });
  fc.assert(fc.property(runs, (runs) => {
    const times = new RunTimes(), slow = new OracleTimes();
    for (const { of, ms } of runs) {
      for (const each of [times, slow]) each.observe(functions[of]!, ms);
      for (const f of functions) assertAlmostEquals(times.expectedMs(f), slow.expectedMs(f), 1e-6);
    }
  }));
});

Deno.test("RunTimes.expectedMs() of a function that has not run is the same whenever it is asked for first", () => {
  const ratios = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(ratios, fc.integer({ min: 1, max: 10_000 }), (ratios, declaredMs) => {
    const times = new RunTimes(), early = fn("early", { time: constant(declaredMs) });
    times.expectedMs(early);
    ratios.forEach((ratio, i) => {
      times.observe(fn(`f${i % 7}`, { time: constant(1000) }), 1000 * ratio);
      const late = fn(`late${i}`, { time: constant(declaredMs) });
      assertEquals(times.expectedMs(late), times.expectedMs(early));
    });
  }));
});

Deno.test("RunTimes.keepOnly() forgets what functions said of declared times", () => {
  const times = learned(50, 50, 50), unlearned = fn("new", { time: constant("1s") });
  assert(times.expectedMs(unlearned) < 150);
  times.keepOnly(new Set(["new"]));
  assertEquals([times.expectedMs(unlearned), times.size], [1000, 1]);
});

Deno.test("RunTimes.observeFunction() goes by what a function tells of itself, and by its calls again when it is silent", () => {
  const times = new RunTimes();
  const f = fn("f");
  for (let i = 0; i < 100; i++) times.observe(f, 5000); // the provider is busy
  times.observeFunction("f", 100);
  assertEquals(times.expectedMs(f), 100);
  for (let i = 0; i < 64; i++) times.observe(f, 5000);
  assertEquals(times.expectedMs(f), 100);
  times.observe(f, 300);
  assertEquals(times.expectedMs(f), 300, "what was told is too old");
  times.observeFunction("unknown", 7);
  assertEquals(times.expectedMs(fn("unknown")), 1000, "nobody has called it");
});
