import { assert, assertEquals } from "@std/assert";
import { Pace } from "./changes.ts";

const BOUNDS = { firstMs: 5, soonMs: 20, lastMs: 50 };

Deno.test("pauses between looks are short at first, and long once nothing has come for seconds", () => {
  const pace = new Pace(BOUNDS);
  const pauses = Array.from({ length: 200 }, () => pace.next());
  assertEquals(pauses.slice(0, 5), [5, 7.5, 11.25, 16.875, 20]);
  assert(pauses.every((ms, i) => i === 0 || ms >= pauses[i - 1]!), "they never become shorter by themselves");
  const soon = pauses.filter((ms) => ms < 30);
  assert(soon.reduce((a, b) => a + b) > 400, "half a second later they are short still");
  assertEquals(pauses.at(-1), 50);
  pace.quicken();
  assertEquals(pace.next(), 5);
});
