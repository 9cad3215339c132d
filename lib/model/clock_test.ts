import { assert, assertAlmostEquals, assertEquals, assertStrictEquals } from "@std/assert";
import { anchored, realClock, wallAheadMs } from "./clock.ts";

// The one place where the model waits in real time.
Deno.test("realClock.until() never ends early", async () => {
  for (let i = 0; i < 5; i++) {
    const instantMs = realClock.nowMs() + 3;
    await realClock.until(instantMs);
    assert(realClock.nowMs() >= instantMs);
  }
});

Deno.test("realClock.until() resolves at once for what has passed", async () => {
  let hasTurned = false; // the event loop, which a timer takes
  const timer = setTimeout(() => hasTurned = true, 0);
  await realClock.until(0);
  await realClock.until(realClock.nowMs());
  clearTimeout(timer);
  assert(!hasTurned);
});

Deno.test("realClock.until() ends early when it is aborted, and leaves no timer behind", async () => {
  const startMs = realClock.nowMs();
  await realClock.until(startMs + 60_000, AbortSignal.abort());
  const controller = new AbortController();
  const waiting = realClock.until(startMs + 60_000, controller.signal); // a timer left behind fails this test
  controller.abort();
  await waiting;
  assert(realClock.nowMs() - startMs < 10_000);
});

Deno.test("realClock.until() adds one listener to a signal at most, however often it waits", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  for (let i = 0; i < 5; i++) await realClock.until(realClock.nowMs() + 1, signal);
  assertStrictEquals(listeners, 1);
});

Deno.test("realClock.nowMs() is the system's time, and does not run backwards", () => {
  assert(Math.abs(realClock.nowMs() - Date.now()) < 5000);
  let last = realClock.nowMs();
  for (let i = 0; i < 10_000; i++) {
    const now = realClock.nowMs();
    assert(now >= last);
    last = now;
  }
});

Deno.test("realClock goes on when the system's clock is set", async () => {
  const now = Date.now;
  using _restored = { [Symbol.dispose]: () => Date.now = now };
  for (const jumpMs of [3_600_000, -3_600_000]) {
    const startMs = realClock.nowMs();
    Date.now = () => now() + jumpMs;
    await realClock.until(startMs + 5);
    const tookMs = realClock.nowMs() - startMs;
    assert(tookMs >= 5 && tookMs < 60_000, `it took ${tookMs} ms`);
  }
});

Deno.test("anchored() follows the system's clock when it is set, or the machine sleeps, with the fractions of the other", () => {
  let monotonicMs = 1000.25, systemMs = 1000;
  const wallMs = anchored(() => monotonicMs, () => Math.floor(systemMs));
  const pass = (ms: number) => [monotonicMs, systemMs] = [monotonicMs + ms, systemMs + ms];
  assertEquals(wallMs(), 1000.25);
  pass(5.5);
  assertEquals(wallMs(), 1005.75);
  for (const step of [-7_200_000, 7_200_000, 60_000]) { // set back, set on, slept
    systemMs += step;
    const setMs = wallMs();
    assertAlmostEquals(setMs, systemMs, 1);
    pass(10.125);
    assertAlmostEquals(wallMs() - setMs, 10.125, 1e-6);
  }
});

Deno.test("anchored() takes no delay between its looks at both clocks for a step", () => {
  let monotonicMs = 1000, systemMs = 1000, heldUpMs = 0;
  const wallMs = anchored(() => monotonicMs, () => {
    [monotonicMs, systemMs] = [monotonicMs + heldUpMs, systemMs + heldUpMs];
    return systemMs;
  });
  heldUpMs = 300;
  assertEquals(wallMs(), 1300);
  heldUpMs = 0;
  assertEquals(wallMs(), 1300);
});

/** Two clocks of one program that is held up for some time between its looks at them. */
function heldUp(aheadMs: number, ...delaysMs: number[]) {
  let nowMs = 1000;
  return {
    nowMs: () => nowMs,
    wallMs: () => {
      const wallMs = nowMs + aheadMs;
      nowMs += delaysMs.shift() ?? 0;
      return wallMs;
    },
  };
}

Deno.test("wallAheadMs() is the lead of the system's clock, also of a program that is held up between its looks", () => {
  for (const aheadMs of [0, 3_600_000, -3_600_000]) {
    assertEquals(wallAheadMs(heldUp(aheadMs)), aheadMs);
    assertEquals(wallAheadMs(heldUp(aheadMs, 40, 5, 0)), aheadMs);
    const always = wallAheadMs(heldUp(aheadMs, ...new Array<number>(100).fill(4)));
    assertAlmostEquals(always, aheadMs, 2, "within half of what each look takes");
  }
});
