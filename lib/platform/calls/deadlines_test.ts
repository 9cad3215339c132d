import { assertEquals } from "@std/assert";
import type { Clock } from "../../model/mod.ts";
import { Deadlines } from "./deadlines.ts";

/** A clock that goes on when told, and its timers. */
function testClock(): Clock & { advance(ms: number): void; readonly timers: number } {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; callback: () => void }>();
  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    until: () => Promise.resolve(),
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
    get timers() {
      return timers.size;
    },
  };
}

Deno.test("Deadlines expire what has not ended in time, each once, by one timer for each length", () => {
  const clock = testClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const begin = (name: string, ms: number) => deadlines.begin(ms, () => expired.push(name));
  begin("a", 100);
  const b = begin("b", 100);
  begin("short", 10);
  assertEquals(clock.timers, 2);
  clock.advance(10);
  assertEquals(expired, ["short"]);
  begin("c", 100);
  deadlines.end(b);
  clock.advance(90);
  assertEquals(expired, ["short", "a"]);
  clock.advance(9);
  assertEquals(expired, ["short", "a"]);
  clock.advance(1);
  assertEquals(expired, ["short", "a", "c"]);
  assertEquals(clock.timers, 0);
});

Deno.test("Deadlines leave no timer behind when all has ended, and may be ended twice", () => {
  const clock = testClock();
  const deadlines = new Deadlines(clock);
  const [first, second] = [deadlines.begin(5, () => {}), deadlines.begin(5, () => {})];
  deadlines.end(first);
  deadlines.end(first);
  assertEquals(clock.timers, 1);
  deadlines.end(second);
  assertEquals(clock.timers, 0);
});

Deno.test("Deadlines of calls that begin while others expire are kept", () => {
  const clock = testClock();
  const deadlines = new Deadlines(clock);
  const expired: number[] = [];
  const again = (): void => {
    expired.push(clock.nowMs());
    if (expired.length < 3) deadlines.begin(5, again);
  };
  deadlines.begin(5, again);
  for (let i = 0; i < 20; i++) clock.advance(1);
  assertEquals(expired, [5, 10, 15]);
});
