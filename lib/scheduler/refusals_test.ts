import { assertEquals } from "@std/assert";
import { LastLetIn, Refusals } from "./refusals.ts";

Deno.test("Refusals.add() tells the third in a row of a function, of calls that were not started together", () => {
  const refusals = new Refusals();
  assertEquals([refusals.add("f", 0, 10), refusals.add("f", 5, 11), refusals.add("f", 9, 12)], [
    false,
    false,
    false,
  ]);
  assertEquals([refusals.add("f", 10, 20), refusals.add("g", 20, 30), refusals.add("f", 30, 40)], [
    false,
    false,
    true,
  ]);
  refusals.end("f");
  assertEquals([refusals.add("f", 50, 60), refusals.isEmpty], [false, false]);
  for (const name of ["f", "g"]) refusals.end(name);
  assertEquals(refusals.isEmpty, true);
});

Deno.test("Refusals tells no more than a thousand functions apart", () => {
  const refusals = new Refusals();
  for (let i = 0; i < 1001; i++) for (let n = 0; n < 3; n++) refusals.add(`f${i}`, n, n);
  assertEquals([refusals.add("f0", 9, 9), refusals.add("f1000", 9, 9)], [true, false]);
});

Deno.test("Refusals tells functions apart though a thousand others were refused that are gone", () => {
  const refusals = new Refusals();
  for (let i = 0; i < 1000; i++) refusals.add(`gone${i}`, i, i);
  const later = 1_000_000;
  const told = [0, 1, 2].map((n) => refusals.add("f", later + n, later + n));
  assertEquals(told, [false, false, true]);
});

Deno.test("LastLetIn.ofOthers() tells when a call of another function was started, whichever was let in last", () => {
  const last = new LastLetIn();
  assertEquals(last.ofOthers("f"), -Infinity);
  last.add("f", 10);
  assertEquals([last.ofOthers("f"), last.ofOthers("g")], [-Infinity, 10]);
  last.add("g", 20);
  last.add("g", 15);
  assertEquals([last.ofOthers("f"), last.ofOthers("g")], [20, 10]);
});
