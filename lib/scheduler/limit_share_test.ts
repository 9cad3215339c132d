import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkFloors, withPossibleFloors } from "./floors.ts";
import { type LimitShare, shareOfLimits } from "./limit_share.ts";
import type { Limits } from "./limits.ts";

const EVERY_KIND: Limits = {
  global: 10,
  functions: { f: 4, g: 1 },
  chains: { c: 7 },
  labels: { tenant: 9 },
  floors: { functions: { f: 3 }, chains: { c: 5 }, labels: { tenant: { acme: 4, other: 1 } } },
  platforms: { edge: 100, cloud: Infinity },
  rate: 4,
  functionRates: { f: 2 },
};

Deno.test("shareOfLimits() takes its part of each limit and rate", () => {
  assertEquals(shareOfLimits(EVERY_KIND, { from: 3 / 8, to: 5 / 8 }), {
    global: 3,
    functions: { f: 1, g: 1 },
    chains: { c: 2 },
    labels: { tenant: 2 },
    floors: { functions: {}, chains: { c: 2 }, labels: { tenant: { acme: 1 } } },
    platforms: { edge: 25, cloud: Infinity },
    rate: 1,
    functionRates: { f: 0.5 },
  });
});

Deno.test("shareOfLimits() leaves whole what is not divided: all of it, what is found out, what is not limited", () => {
  assertEquals(shareOfLimits(EVERY_KIND, { from: 0, to: 1 }), EVERY_KIND);
  assertEquals(shareOfLimits({ global: "auto" }, { from: 0, to: 0.5 }), { global: "auto" });
  assertEquals(shareOfLimits({}, { from: 0, to: 0.5 }), {});
});

Deno.test("shareOfLimits() gives limits that a scheduler takes, also of nothing", () => {
  assertEquals(shareOfLimits({ global: 10, functions: { f: 2 }, rate: 4 }, { from: 0.5, to: 0.5 }), {
    global: 1,
    functions: { f: 1 },
    rate: 4,
  });
});

/** [0, 1) cut at whole multiples of 1 ÷ P, with nothing between the parts. */
const cuts = fc.integer({ min: 1, max: 1000 }).chain((partitions) =>
  fc.array(fc.integer({ min: 0, max: partitions }), { maxLength: 20 }).map((inner): LimitShare[] => {
    const bounds = [...new Set([0, ...inner, partitions])].sort((a, b) => a - b);
    return bounds.slice(1).map((bound, i) => ({ from: bounds[i]! / partitions, to: bound / partitions }));
  })
);

Deno.test("shareOfLimits() divides a limit so that the parts add up to it, if each has one, and are fair", () => {
  fc.assert(fc.property(cuts, fc.integer({ min: 1, max: 1_000_000 }), (shares, limit) => {
    const parts = shares.map((share) => shareOfLimits({ global: limit, rate: limit }, share));
    const maxima = parts.map(({ global }) => global as number);
    assert(maxima.every((max, i) => Math.abs(max - limit * (shares[i]!.to - shares[i]!.from)) <= 1));
    const least = shares.every(({ from, to }) => limit * (to - from) >= 1);
    if (least) assertEquals(sum(maxima), limit);
    else assert(sum(maxima) >= limit);
    const rates = parts.map(({ rate }) => rate as number);
    const small = rates.filter((rate) => rate < 1).length;
    if (least) assertEquals(sum(rates), limit);
    else {assert(
        Math.abs(sum(rates) - limit) <= small,
        "each part below one moves what is cut off by less than one",
      );}
    rates.forEach((rate, i) => assert(Math.abs(rate - limit * (shares[i]!.to - shares[i]!.from)) < 1));
  }));
});

Deno.test("shareOfLimits() divides floors so that the parts add up to them, where the part of the limit has room", () => {
  const floors = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(cuts, floors, fc.nat(300), (shares, floors, more) => {
    const values = Object.fromEntries(floors.map((floor, i) => [`v${i}`, floor]));
    const limits = { global: sum(floors) + more, chains: values, floors: { chains: values } };
    const parts = shares.map((share) => shareOfLimits(limits, share));
    for (const part of parts) checkFloors(part);
    for (const [value, floor] of Object.entries(values)) {
      const given = parts.map((part) => part.floors!.chains![value] ?? 0);
      assert(sum(given) <= floor);
      given.forEach((part, i) => {
        const exact = floor * (shares[i]!.to - shares[i]!.from);
        const reserved = sum(Object.values(parts[i]!.floors!.chains!));
        assert(part < exact + 1 && (part > exact - 1 || reserved === parts[i]!.global));
      });
    }
  }));
});

Deno.test("withPossibleFloors() lowers floors to ceilings, and to the limit in proportion", () => {
  const chains = { a: 30, b: 20, c: 1 };
  const of = (global: number, ceilings = {}) =>
    withPossibleFloors({ global, chains: ceilings, floors: { chains } }).floors?.chains;
  assertEquals(of(100), chains);
  assertEquals(of(51), chains);
  assertEquals(of(17), { a: 10, b: 7 });
  assertEquals(of(10), { a: 6, b: 4 });
  assertEquals(of(1), { a: 1 });
  assertEquals(of(25, { a: 4, "*": 25 }), { a: 4, b: 20, c: 1 });
});

Deno.test("shareOfLimits() divides the starts of a window and what of them comes together", () => {
  const rate = { starts: 300, perMs: 60_000, burst: 20 };
  assertEquals(shareOfLimits({ rate }, { from: 3 / 8, to: 5 / 8 }), {
    rate: { starts: 75, perMs: 60_000, burst: 5 },
  });
  assertEquals(shareOfLimits({ functionRates: { f: { starts: 1, perMs: 60_000 } } }, { from: 0, to: 0.25 }), {
    functionRates: { f: { starts: 0.25, perMs: 60_000 } },
  });
  assertEquals(shareOfLimits({ rate: 2.5 }, { from: 0, to: 0.5 }), { rate: 1.25 });
});

Deno.test("shareOfLimits() gives each partition one of a limit that is their number", () => {
  for (let partitions = 1; partitions <= 200; partitions++) {
    for (let k = 0; k < partitions; k++) {
      const share = { from: k / partitions, to: (k + 1) / partitions };
      assertEquals(shareOfLimits({ global: 3 * partitions }, share).global, 3, `${k} of ${partitions}`);
    }
  }
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all + n, 0);
}
