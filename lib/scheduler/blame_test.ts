import { assert, assertEquals } from "@std/assert";
import { Blame } from "./blame.ts";

/** Attempts of two functions; some attempts are refused. @returns the number of refusals after which the first one is blamed */
function blamed(
  refused: (i: number) => readonly ("own" | "other")[],
  rounds = 100,
  everyMs = 10,
): number | undefined {
  const blame = new Blame();
  let refusals = 0;
  for (let i = 0; i < rounds; i++) {
    blame.started("own", 10);
    blame.started("other", 10);
    for (const name of refused(i)) {
      if (name === "own") refusals++;
      if (blame.throttled(name, { running: 10, atMs: i * everyMs }, i * everyMs)) {
        return name === "own" ? refusals : NaN;
      }
    }
  }
  return undefined;
}

Deno.test("Blame.throttled() blames a function that is refused while others are let in", () => {
  assertEquals(blamed(() => ["own"]), 6);
  assertEquals(blamed((i) => i % 3 === 0 ? ["own"] : []), 5);
});

Deno.test("Blame.throttled() blames none where all are refused alike, and none for few refusals", () => {
  assertEquals(blamed((i) => i % 2 === 0 ? ["own", "other"] : []), undefined);
  assertEquals(blamed((i) => i % 2 === 0 ? ["own"] : ["other"]), undefined);
  assertEquals(blamed((i) => i < 2 ? ["own"] : []), undefined);
});

Deno.test("Blame.throttled() forgets what is more than a minute ago", () => {
  assertEquals(blamed((i) => i % 10 === 0 ? ["own"] : [], 1000, 6010), undefined);
});

Deno.test("Blame.throttled() remembers the last trial of more, however rarely that is made", () => {
  const blame = new Blame();
  const told = [1, 2, 3, 4].map((minute) => {
    const atMs = minute * 90_000, isOwn = blame.throttled("own", { running: 10, atMs }, atMs, 60_000);
    for (const name of ["own", "other", "other", "other"]) blame.started(name, 10);
    return isOwn;
  });
  assertEquals(told, [false, false, true, true]);
});

Deno.test("Blame tells a thousand functions apart, and no more", () => {
  const blame = new Blame();
  blame.throttled("first", { running: 10, atMs: 0 }, 0);
  for (let i = 0; i < 3000; i++) blame.started(`f${i}`, 10);
  assert(
    !Array.from({ length: 10 }, (_, i) => blame.throttled("f2999", { running: 10, atMs: i }, i)).includes(
      true,
    ),
  );
});

Deno.test("Blame.throttled() does not blame a function for what others are let in with less in flight", () => {
  const blame = new Blame();
  for (let i = 0; i < 100; i++) {
    blame.started("own", 21);
    assert(!blame.throttled("own", { running: 21, atMs: i }, i));
    for (let others = 0; others < 10; others++) blame.started("other", 20);
  }
});

Deno.test("Blame.throttled() takes refusals of calls that were started together for one", () => {
  const blame = new Blame();
  for (let i = 0; i < 100; i++) blame.started(i % 4 === 0 ? "other" : "own", 10);
  for (let i = 0; i < 30; i++) assert(!blame.throttled("own", { running: 10, atMs: i < 20 ? 1 : 2 }, 50));
});
