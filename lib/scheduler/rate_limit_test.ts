import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededRandom } from "../model/mod.ts";
import { assertFails } from "../model/testing.ts";
import { checkRate, RateLimit, sameRate, type StartRate, windowOf } from "./rate_limit.ts";

/** A rate limit on a clock of its own, and the instants of the starts that it let go. */
class Drive {
  readonly startedAtMs: number[] = [];
  limit: RateLimit;

  constructor(rate: number | StartRate, readonly time = { nowMs: 0 }) {
    this.limit = new RateLimit("rate", rate, this.time);
  }

  /** Starts as many of those that wait as may start now. @returns number of those that are left */
  start(waiting: number): number {
    let left = waiting;
    for (; left > 0 && !this.limit.full; left--) {
      this.limit.start();
      this.leave();
    }
    return left;
  }

  leave(): void {
    this.limit.left();
    this.startedAtMs.push(this.time.nowMs);
  }

  /** Starts whatever may start until then, as a scheduler does that wakes late. */
  runBacklog(untilMs: number, lateMs: () => number): void {
    while (this.time.nowMs < untilMs) {
      this.start(Infinity);
      this.time.nowMs = this.limit.opensAtMs + lateMs();
    }
  }
}

/** The most starts in any half-open window of a length. */
function mostIn(perMs: number, startedAtMs: readonly number[]): number {
  let most = 0, from = 0;
  startedAtMs.forEach((atMs, i) => {
    while (startedAtMs[from]! + perMs <= atMs) from++;
    most = Math.max(most, i - from + 1);
  });
  return most;
}

const rates: fc.Arbitrary<StartRate> = fc.record({
  starts: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.25, 2.5, 33.4)),
  perMs: fc.constantFrom(100, 1000, 60_000),
  burst: fc.integer({ min: 1, max: 60 }),
}, { requiredKeys: ["starts", "perMs"] });

Deno.test("RateLimit lets no window have more starts than its rate, whatever arrives and however the clock steps", () => {
  const arrivals = fc.array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 900 })),
      fc.double({ min: 0, max: 700, noNaN: true }),
    ),
    { maxLength: 200, size: "max" },
  );
  fc.assert(fc.property(rates, arrivals, (rate, steps) => {
    const drive = new Drive(rate);
    let waiting = 0;
    for (const [more, stepMs] of steps) {
      waiting = drive.start(waiting + more);
      drive.time.nowMs += stepMs;
    }
    const { starts, perMs, burst = 1 } = rate;
    const widened = Math.max(1, burst / starts);
    assert(mostIn(perMs * widened, drive.startedAtMs) <= Math.ceil(starts * widened));
  }));
});

Deno.test("RateLimit lets no window have more calls leave than its rate, however late they leave, and if some never do", () => {
  const moves = fc.array(
    fc.record({
      waitMs: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.double({ min: 0, max: 700, noNaN: true })),
      arrive: fc.integer({ min: 0, max: 100 }),
      leave: fc.integer({ min: 0, max: 100 }),
      drop: fc.constantFrom(0, 0, 0, 1, 5),
    }),
    { maxLength: 200, size: "max" },
  );
  fc.assert(fc.property(rates, moves, (rate, steps) => {
    const drive = new Drive(rate), { limit, time } = drive;
    let waiting = 0, coming = 0;
    for (const { waitMs, arrive, leave, drop } of steps) {
      for (waiting += arrive; waiting > 0 && !limit.full; waiting--, coming++) limit.start();
      time.nowMs += waitMs;
      for (let i = 0; i < leave && coming > 0; i++, coming--) drive.leave();
      for (let i = 0; i < drop && coming > 0; i++, coming--) limit.neverLeft();
    }
    const { starts, perMs, burst = 1 } = rate, widened = Math.max(1, burst / starts);
    assert(mostIn(perMs * widened, drive.startedAtMs) <= limit.pace.whole);
    for (; coming > 0; coming--) limit.neverLeft();
    time.nowMs += limit.pace.windowMs;
    assert(!limit.full, "what never left takes no room");
  }));
});

Deno.test("RateLimit has at least 99 % of its rate started under a backlog, though it is woken up to 3 ms late", () => {
  fc.assert(fc.property(rates, fc.integer(), (rate, seed) => {
    const random = seededRandom(seed);
    const drive = new Drive(rate);
    const everyMs = rate.perMs / rate.starts;
    const untilMs = 20 * Math.max(rate.perMs, everyMs);
    // what one wake-up costs is a larger part of shorter spans than a second, or than the spans between single starts
    const { burst = 1 } = rate;
    const lateMs = Math.min(3, rate.perMs / 400, everyMs * burst / 4);
    drive.runBacklog(untilMs, () => random.next() * lateMs);
    const rightly = untilMs / everyMs;
    const { length } = drive.startedAtMs;
    assert(length >= 0.99 * rightly - 1, `${length} of ${rightly}`);
  }));
});

Deno.test("RateLimit lets 50 start in any second at 50 a second, 5 of them together, or as many as it is told", () => {
  for (const burst of [undefined, 1, 20, 50]) {
    const drive = new Drive({ starts: 50, perMs: 1000, ...burst !== undefined && { burst } });
    drive.start(Infinity);
    assertEquals(drive.startedAtMs.length, burst ?? 5);
    drive.runBacklog(60_000, () => 0);
    assertEquals(mostIn(1000, drive.startedAtMs), 50);
    assertEquals(drive.startedAtMs.filter((atMs) => atMs < 1004).length, 50);
    assert(drive.startedAtMs.length >= 0.99 * 50 * 60);
  }
});

Deno.test("RateLimit widens its window where more may start together than it holds", () => {
  const drive = new Drive({ starts: 50, perMs: 1000, burst: 150 });
  drive.runBacklog(60_000, () => 0);
  assertEquals([mostIn(1, drive.startedAtMs), mostIn(3000, drive.startedAtMs)], [150, 150]);
});

Deno.test("RateLimit counts by minutes what is said by minutes", () => {
  const drive = new Drive({ starts: 300, perMs: 60_000 });
  drive.runBacklog(600_000, () => 1);
  assertEquals([mostIn(1, drive.startedAtMs), mostIn(60_000, drive.startedAtMs)], [1, 300]);
});

Deno.test("RateLimit holds rates that are too large for an entry of each start", () => {
  const drive = new Drive({ starts: 25_001, perMs: 100 });
  drive.runBacklog(400, () => 0.5);
  const most = mostIn(100, drive.startedAtMs);
  assert(most <= 25_001, String(most));
  assert(drive.startedAtMs.length >= 0.99 * 25_001 * 4, String(drive.startedAtMs.length));
});

Deno.test("RateLimit.inherit() counts what was started under another rate, as far as that one remembers it", () => {
  const rates: StartRate[] = [
    { starts: 50, perMs: 1000 },
    { starts: 80, perMs: 1000, burst: 80 },
    { starts: 100, perMs: 4000 },
    { starts: 20, perMs: 1000, burst: 30 },
    { starts: 25_001, perMs: 1000 },
  ];
  for (const first of rates) {
    for (const then of rates) {
      const drive = new Drive(first);
      drive.runBacklog(1730, () => 0);
      const before = drive.limit, changedAtMs = drive.time.nowMs;
      drive.limit = new RateLimit("rate", then, drive.time);
      drive.limit.inherit(before);
      drive.runBacklog(changedAtMs + 5000, () => 0);
      const remembered = Math.max(first.starts, first.burst ?? 1);
      const most = Math.max(then.starts, then.burst ?? 1), windowMs = then.perMs * most / then.starts;
      const earlier = drive.startedAtMs.filter((atMs) => atMs < changedAtMs).slice(-remembered);
      const later = drive.startedAtMs.filter((atMs) => atMs >= changedAtMs);
      const all = [...earlier, ...later];
      all.forEach((atMs, i) => {
        const apartMs = atMs - (all[i - most] ?? -Infinity);
        assert(
          atMs < changedAtMs || apartMs >= windowMs,
          `${apartMs} from ${first.starts} to ${then.starts}`,
        );
      });
      assert(later.length > 0, "it goes on");
    }
  }
});

Deno.test("checkRate() refuses rates that make no sense, and sameRate() compares what rates say", () => {
  for (const bad of [0, -1, NaN, Infinity]) {
    assertFails(() => checkRate("rate", bad), { name: "RangeError", message: /as the rate/ });
    assertFails(() => checkRate("rate", { starts: 1, perMs: bad }), { name: "RangeError", message: /per/ });
    assertFails(() => checkRate("rate", { starts: 1, perMs: 1, burst: bad }), {
      name: "RangeError",
      message: /together/,
    });
  }
  assertEquals(windowOf(5), { starts: 5, perMs: 1000 });
  assertEquals(
    [sameRate(5, { starts: 5, perMs: 1000 }), sameRate(5, undefined), sameRate(undefined, undefined)],
    [true, false, true],
  );
  assertEquals(sameRate({ starts: 5, perMs: 1000 }, { starts: 5, perMs: 1000, burst: 2 }), false);
});
