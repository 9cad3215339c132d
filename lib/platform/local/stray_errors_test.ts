import { assertEquals, assertRejects } from "@std/assert";
import { StrayErrors } from "./stray_errors.ts";

function strayErrors() {
  const told: string[] = [];
  return { told, strays: new StrayErrors((words) => told.push(words)) };
}

Deno.test("StrayErrors.run() answers as the body does", async () => {
  const { strays, told } = strayErrors();
  assertEquals([await strays.run("a", () => 1), await strays.run("b", () => Promise.resolve(2))], [1, 2]);
  await assertRejects(() => strays.run("c", () => Promise.reject(new Error("no"))), Error, "no");
  await assertRejects(
    () =>
      strays.run("d", () => {
        throw new RangeError("at once");
      }),
    RangeError,
  );
  assertEquals([told, strays.current], [[], undefined]);
});

Deno.test("StrayErrors.take() ends the call whose body has led to the error, and no other", async () => {
  const { strays, told } = strayErrors();
  const released = Promise.withResolvers<void>(), freed = Promise.withResolvers<number>();
  const broken = strays.run("broken", async () => {
    await released.promise;
    assertEquals(strays.current, "broken");
    strays.take(new Error("out of paper"));
    return await new Promise<never>(() => {});
  });
  const other = strays.run("other", () => freed.promise);
  released.resolve();
  await assertRejects(() => broken, Error, "out of paper");
  freed.resolve(3);
  assertEquals(await other, 3);
  assertEquals(told, [
    "function broken failed by an error that its body does not await: Error: out of paper",
  ]);
});

Deno.test("StrayErrors.guarded() takes a callback's errors, and lets it do what it does", async () => {
  const { strays, told } = strayErrors();
  const seen: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  await strays.run("early", () => {
    const late = strays.guarded(() => {
      throw new Error("late");
    });
    void promise.then(late).then(over.resolve);
    strays.guarded(function (this: unknown, ...args: number[]) {
      seen.push(this, ...args);
    }).call("me", 1, 2);
    return 1;
  });
  assertEquals(seen, ["me", 1, 2]);
  resolve();
  await over.promise;
  assertEquals(told, ["function early: an error after its answer: Error: late"]);
});

Deno.test("StrayErrors.take() names the function of an error of nobody's only if it is the only one", async () => {
  const { strays, told } = strayErrors();
  strays.take("nobody");
  const hold = Promise.withResolvers<number>();
  const one = strays.run("one", () => hold.promise);
  strays.take(new Error("x"));
  const two = strays.run("two", () => hold.promise);
  strays.take(new Error("y"));
  hold.resolve(1);
  assertEquals([await one, await two], [1, 1]);
  assertEquals(told, [
    "a function: an error that its body does not await: nobody",
    "function one, or one before it: an error that its body does not await: Error: x",
    "a function: an error that its body does not await: Error: y",
  ]);
});
