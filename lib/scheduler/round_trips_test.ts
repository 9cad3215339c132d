import { assert, assertEquals } from "@std/assert";
import { exponential, lognormal, sampleMs, seededRandom } from "../model/mod.ts";
import { RoundTrips, type Trip } from "./round_trips.ts";

const SIZE = 8;

/**
 * Slowdowns of rounds of calls, all of one distribution; `inFlight` of them are in flight at any time: when one is back, the
 * next is started.
 *
 * @param learns whether the rounds are learned from
 */
function* slowdowns(trips: RoundTrips, inFlight: number, time: () => number, learns: boolean) {
  const running: { readonly trip: Trip; readonly runMs: number }[] = [];
  for (let nowMs = 0;;) {
    while (running.length < inFlight) {
      const known = trips.of("f"), round = trips.start(known, running.length + 1, nowMs);
      running.push({ trip: { round, known, atMs: nowMs }, runMs: time() });
    }
    running.sort((a, b) => a.trip.atMs + a.runMs - b.trip.atMs - b.runMs);
    const { trip, runMs } = running.shift()!;
    nowMs = trip.atMs + runMs;
    trips.took(trip, runMs);
    if (!trips.isOver(nowMs)) continue;
    trips.compare(nowMs);
    yield trips.slowdown;
    if (learns) trips.learn("all");
    trips.next(SIZE);
  }
}

for (const time of [exponential("100ms"), lognormal("100ms", "300ms")]) {
  for (const usually of [SIZE, 1]) {
    Deno.test(`RoundTrips sees no slower calls in fewer or more in flight: ${time.kind}, usually ${usually}`, () => {
      const random = seededRandom(1), draw = () => sampleMs(time, random);
      const trips = new RoundTrips(SIZE);
      slowdowns(trips, usually, draw, true).take(200).toArray();
      for (const inFlight of [1, 2, SIZE]) {
        const seen = slowdowns(trips, inFlight, draw, false).take(1000).toArray();
        const mean = seen.reduce((a, b) => a + b) / seen.length;
        assert(Math.abs(mean - 1) < 0.13, `${mean} with ${inFlight} in flight`);
      }
    });
  }
}

Deno.test("RoundTrips sees calls that wait for others, whatever part of them is back", () => {
  const random = seededRandom(1), trips = new RoundTrips(SIZE), time = lognormal("100ms", "200ms");
  slowdowns(trips, SIZE, () => sampleMs(time, random), true).take(50).toArray();
  const seen = slowdowns(trips, SIZE, () => 3 * sampleMs(time, random), false).take(200).toArray();
  const mean = seen.reduce((a, b) => a + b) / seen.length;
  assert(mean > 2.2 && mean <= 3.2, `${mean}`);
});

Deno.test("RoundTrips sees slower calls beside one that is out of a function that takes no time at all", () => {
  const trips = new RoundTrips(SIZE);
  const start = (name: string, nowMs: number): Trip => {
    const known = trips.of(name);
    return { round: trips.start(known, SIZE, nowMs), known, atMs: nowMs };
  };
  const round = (atMs: number, runMs: number, isAway: boolean) => {
    const [instant, ...others] = Array.from(
      { length: SIZE },
      (_, i) => start(i === 0 ? "instant" : "f", atMs),
    );
    if (!isAway) trips.took(instant!, 0);
    for (const other of others) trips.took(other, runMs);
    trips.compare(atMs + runMs);
    return trips.slowdown;
  };
  for (let i = 0; i < 20; i++) {
    round(1000 * i, 100, false);
    trips.learn("all");
    trips.next(SIZE);
  }
  assert(Math.abs(round(20_000, 300, true) - 3) < 0.01);
});

Deno.test("RoundTrips takes off by how much this machine is late, on the way of a call and back", () => {
  const random = seededRandom(1), trips = new RoundTrips(SIZE), time = lognormal("100ms", "200ms");
  slowdowns(trips, SIZE, () => sampleMs(time, random), true).take(50).toArray();
  const late = () => {
    trips.late(150);
    return sampleMs(time, random) + 300;
  };
  const seen = slowdowns(trips, SIZE, late, false).take(200).toArray();
  const mean = seen.reduce((a, b) => a + b) / seen.length;
  assert(mean > 0.7 && mean < 1.3, `${mean}`);
});

Deno.test("RoundTrips takes in all calls that are started until an instant, and is not over before it", () => {
  const trips = new RoundTrips(SIZE);
  trips.next(1, 100);
  const known = trips.of("f"), marks = [0, 50, 99, 100].map((atMs) => trips.start(known, 1, atMs));
  assertEquals(marks.map((mark) => mark > 0), [true, true, true, false]);
  for (const [i, atMs] of [0, 50, 99].entries()) trips.took({ round: marks[i]!, known, atMs }, 1);
  assertEquals([trips.isOver(99), trips.isOver(100)], [false, true]);
});
