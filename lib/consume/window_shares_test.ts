import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { chain, fn, type Instance, instanceMaker, seededRandom } from "../model/mod.ts";
import { WindowShares } from "./window_shares.ts";

const make = instanceMaker(seededRandom(1));
const chains = [0, 1, 2].map((i) => chain(`c${i}`, ({ call }) => void call(fn("f"))));

/** Any kind: a chain and a tenant. */
const kinds = fc.record({ chain: fc.constantFrom(...chains), tenant: fc.constantFrom("", "a", "b", "c") })
  .map(({ chain, tenant }): Instance => make({ chain, labels: tenant === "" ? {} : { tenant } }, 0));

Deno.test("WindowShares leaves room for others, whatever waits and in whatever order it comes", () => {
  fc.assert(
    fc.property(fc.array(kinds, { maxLength: 30 }), fc.integer({ min: 64, max: 2000 }), (order, window) => {
      const shares = new WindowShares();
      let held = 0;
      for (const kind of order) { // each has more than there is room for, and none of it begins
        while (held < window && !shares.isFull(kind, held, window - held)) {
          shares.add(kind);
          held++;
        }
      }
      const distinct = new Set(order.map(({ chain, labels }) => chain.name + labels.tenant)).size;
      const stranger = make({ chain: chain("new", ({ call }) => void call(fn("f"))) }, 0);
      const least = Math.floor(window / 2 * 0.75 ** distinct) - distinct * (1 + window / 128);
      assert(window - held >= least, `${window - held} of ${window} are left by ${distinct} kinds`);
      if (window - held > 0) assert(!shares.isFull(stranger, held, window - held));
    }),
  );
});

Deno.test("WindowShares.full() names the kinds that fill their share, while it waits, before it has begun or after", () => {
  const shares = new WindowShares();
  const [a, b] = [make({ chain: chains[0]!, labels: { tenant: "a" } }, 0), make({ chain: chains[1]! }, 0)];
  const begun = Array.from({ length: 60 }, () => shares.add(a));
  shares.add(b);
  assertEquals(shares.full(61, 100).kinds, [], "more than half is free");
  assertEquals(shares.full(61, 39).kinds.map(({ chain, labels }) => [chain.name, labels]), [["c0", {
    tenant: "a",
  }]]);
  assert(shares.isFull(make({ chain: chains[0]!, labels: { tenant: "a" } }, 0), 61, 39));
  assert(!shares.isFull(b, 61, 39));
  for (const place of begun.slice(0, 51)) place.starts();
  assertEquals(shares.full(61, 39).kinds, []);
  for (const place of begun.slice(0, 51)) place.ends();
  assertEquals(shares.full(61, 39).kinds.length, 1, "they wait again");
  for (const place of begun) place.leaves();
  assertEquals(shares.full(61, 39).kinds, []);
});

Deno.test("WindowShares leaves room for other chains, however many kinds there are of one", () => {
  const shares = new WindowShares();
  const WINDOW = 1000;
  let held = 0;
  for (let i = 0; i < 10 * WINDOW && held < WINDOW; i++) {
    const kind = make({ chain: chains[0]!, labels: { tenant: `${i}` } }, 0);
    if (shares.isFull(kind, held, WINDOW - held)) break;
    shares.add(kind);
    held++;
  }
  const full = shares.full(held, WINDOW - held);
  assertEquals([held, full.kinds], [751, [{ chain: chains[0]! }]]);
  assert(!shares.isFull(make({ chain: chains[1]! }, 0), held, WINDOW - held));
  assert(full.areFull(held, WINDOW - held));
  assert(!full.areFull(held, WINDOW - held + 2));
});
