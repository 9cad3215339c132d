import { assert, assertEquals } from "@std/assert";
import { exponential, lognormal, quantiles, sampleMs, seededRandom } from "../model/mod.ts";
import { Known } from "./known_times.ts";
import { StandingWait } from "./standing_wait.ts";

/** A function whose calls took these times with ten in flight. */
function known(...timesMs: readonly number[]): Known {
  const fn = new Known();
  fn.enter(1);
  for (const ms of timesMs) fn.took(ms);
  fn.learn(10);
  return fn;
}

const short = () => known(...Array.from({ length: 20 }, () => 100));
const long = () => known(...Array.from({ length: 20 }, (_, i) => 30_000 + 1500 * i));

/** Starts a call each second for a minute, with forty in flight; each comes back after `tookMs`. */
function minute(wait: StandingWait, functions: readonly Known[], tookMs: (i: number) => number): void {
  wait.begin();
  const due: { readonly fn: Known; readonly atMs: number; readonly runMs: number }[] = [];
  for (let second = 0; second <= 60; second++) {
    for (const { fn, atMs, runMs } of due) {
      if (atMs + runMs > second * 1000 - 1000 && atMs + runMs <= second * 1000) wait.took(fn, atMs, runMs);
    }
    const fn = functions[second % functions.length]!;
    wait.start(fn, 40, second * 1000);
    due.push({ fn, atMs: second * 1000, runMs: tookMs(second) });
  }
}

Deno.test("StandingWait tells the part of the calls that wait beside long ones that say nothing", () => {
  const wait = new StandingWait();
  minute(wait, [short(), long()], (i) => i % 2 === 0 ? 20_100 : 65_000);
  const share = wait.share(60_000, 0);
  assert(Math.abs(share - 20 / 40) < 0.03, `one starts each second, and waits for twenty: ${share}`);
  assert(wait.isSuspect(60_000, 0));
  assertEquals(wait.share(60_000, 20_000), 0, "they wait for this machine");
});

Deno.test("StandingWait is refuted by one call that did not wait", () => {
  const wait = new StandingWait();
  minute(wait, [short(), long()], (i) => i === 30 ? 100 : i % 2 === 0 ? 20_100 : 65_000);
  assertEquals(wait.share(60_000, 0), 0);
  assert(!wait.isSuspect(60_000, 0));
});

Deno.test("StandingWait suspects a wait when short calls do not come back, and not when long ones do not", () => {
  for (const [fn, isSuspect] of [[short(), true], [long(), false], [new Known(), false]] as const) {
    const wait = new StandingWait();
    wait.begin();
    for (let i = 0; i < 30; i++) wait.start(fn, 40, 0);
    assert(!wait.isSuspect(1000, 0));
    assertEquals(wait.isSuspect(10_000, 0), isSuspect);
    assertEquals(wait.share(10_000, 0), 0, "that is not certain");
  }
});

Deno.test("StandingWait compares nothing with times that were learned with more in flight", () => {
  const wait = new StandingWait(), fn = known(5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000);
  fn.calm.inFlight = 80;
  minute(wait, [short(), fn], (i) => i % 2 === 0 ? 20_100 : 4000);
  assert(wait.share(60_000, 0) > 0);
});

const CACHED = quantiles({ 0: "1ms", 9.9: "2ms", 10.1: "995ms", 100: "1005ms" });
for (const time of [exponential("1s"), lognormal("1s", "3s"), CACHED]) {
  Deno.test(`StandingWait takes no function for one that waits, however it varies: ${time.kind}`, () => {
    const random = seededRandom(1), draw = () => sampleMs(time, random), wait = new StandingWait();
    let certain = 0;
    for (let i = 0; i < 2000; i++) {
      const fn = known(...Array.from({ length: 8 + i % 50 }, draw));
      wait.begin();
      for (let j = 0; j < 40; j++) wait.start(fn, 40, 0);
      for (let j = 0; j < 30; j++) wait.took(fn, 0, draw());
      if (wait.share(1000, 0) > 0) certain++;
    }
    assert(certain <= 60, `${certain} of 2000 stretches; two in a row are asked for, and a trial`);
  });
}
