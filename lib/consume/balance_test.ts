import { assertEquals } from "@std/assert";
import { fairHolding, idleSlots, spread, surplus } from "./balance.ts";

const NOTHING = { instances: 0, running: 0, ready: 0, inVain: 0, isCrowded: false };

Deno.test("fairHolding() gives each the part that its capacity is, and together all that is queued", () => {
  const limits = [1, 30, 100];
  const held = limits.map((limit) => {
    const others = limits.filter((other) => other !== limit).map((limit) => ({ limit }));
    return fairHolding({ ...NOTHING, limit, running: limit, ready: limit }, others, 1310);
  });
  assertEquals(held, [10, 300, 1000]);
});

Deno.test("fairHolding() lets a consumer fill its slots and have as much ready, whatever others say", () => {
  const others = [{ limit: 1000 }];
  assertEquals(fairHolding({ ...NOTHING, limit: 10 }, others, 0), 20);
  assertEquals(
    fairHolding({ ...NOTHING, instances: 15, limit: 10, running: 10, ready: 5, isCrowded: true }, others, 15),
    20,
  );
  assertEquals(
    fairHolding(
      { ...NOTHING, instances: 30, limit: 10, running: 10, ready: 20, isCrowded: true },
      others,
      30,
    ),
    30,
  );
});

Deno.test("fairHolding() divides equally among those without limits", () => {
  assertEquals(fairHolding({ ...NOTHING, limit: Infinity, running: 20_000 }, [{}], 50_000), 25_000);
});

Deno.test("fairHolding() takes nothing ahead where a rate holds back, and nothing at all where all waits in vain", () => {
  const others = [{ limit: 100 }];
  const rated = { ...NOTHING, instances: 7, limit: 100, ready: 7, isCrowded: true };
  assertEquals([fairHolding(rated, others, 0), fairHolding(rated, others, 200)], [7, 100]);
  assertEquals(fairHolding({ ...NOTHING, instances: 100, limit: 100, inVain: 100 }, others, 1000), 200);
  assertEquals(fairHolding({ ...NOTHING, instances: 200, limit: 100, inVain: 200 }, others, 1000), 200);
});

Deno.test("idleSlots() counts what waits in vain as in flight", () => {
  const some = { ...NOTHING, limit: 10, running: 3 };
  assertEquals([some, { ...some, inVain: 2 }, { ...some, inVain: 20 }].map(idleSlots), [7, 5, 0]);
  assertEquals(idleSlots({ ...some, isCrowded: true }), 0, "a rate holds back");
});

Deno.test("surplus() hands over in proportion to idle slots, and nothing to those that are busy", () => {
  assertEquals(surplus({ limit: 1 }, [{ limit: 100, idle: 99 }], 200), 198);
  assertEquals(surplus({ limit: 100 }, [{ limit: 1, idle: 1 }], 101), 1);
  assertEquals(surplus({ limit: 1 }, [{ limit: 100 }, { limit: 5, idle: 0 }], 200), 0);
  assertEquals(
    surplus({ limit: 1 }, [{ limit: 100, idle: 100 }], 1),
    1,
    "rather there at once than here next",
  );
});

Deno.test("spread() takes of the first and of the last alike", () => {
  const list = Array.from({ length: 10 }, (_, i) => i);
  assertEquals(spread(list, 0), []);
  assertEquals(spread(list, 4), [2, 4, 7, 9]);
  assertEquals(spread(list, 10), list);
});
