import { assertEquals } from "@std/assert";
import { Lateness } from "./lateness.ts";

/** A clock whose timers are called by the test, however late that is. */
class LateClock {
  ms = 0;
  timers: (() => void)[] = [];
  nowMs = () => this.ms;
  wallMs = () => this.ms;
  until = () => Promise.resolve();
  after(_delayMs: number, callback: () => void): () => void {
    this.timers.push(callback);
    return () => this.timers = this.timers.filter((timer) => timer !== callback);
  }
  /** Calls back what is due. */
  turn(ms: number): void {
    this.ms = ms;
    for (const timer of this.timers.splice(0)) timer();
  }
}

Deno.test("Lateness tells how late each call-back is, while something is in flight", () => {
  const clock = new LateClock(), lates: number[] = [];
  let isBusy = true;
  const lateness = new Lateness(clock, { isBusy: () => isBusy, late: (ms) => lates.push(ms) });
  lateness.watch();
  lateness.watch(); // a second start asks for no second call-back
  assertEquals(clock.timers.length, 1);
  clock.turn(20.5); // as timers are
  clock.turn(100);
  isBusy = false;
  clock.turn(121);
  assertEquals(lates, [0, 58.5, 0]);
  assertEquals(clock.timers.length, 0);
  lateness.watch();
  lateness.end();
  assertEquals(clock.timers.length, 0);
});
