import { assertEquals, assertRejects } from "@std/assert";
import { FreshLook } from "./fresh_look.ts";

/** A look that ends when it is told to. */
function scene() {
  const ends: PromiseWithResolvers<void>[] = [];
  const look = new FreshLook(() => {
    ends.push(Promise.withResolvers());
    return ends.at(-1)!.promise;
  });
  return { look, ends };
}

Deno.test("FreshLook begins one look behind the one that has begun, for all that come meanwhile", async () => {
  const { look, ends } = scene();
  const first = look.take(), others = [look.take(), look.take()];
  assertEquals(ends.length, 1);
  ends[0]!.resolve();
  await first;
  while (ends.length < 2) await Promise.resolve();
  ends[1]!.resolve();
  await Promise.all(others);
  assertEquals(ends.length, 2);
});

Deno.test("FreshLook tells a failure to those who share the look, and looks again for those behind", async () => {
  const { look, ends } = scene();
  const first = look.take(), next = look.take();
  ends[0]!.reject(new Error("away"));
  await assertRejects(() => first, Error, "away");
  while (ends.length < 2) await Promise.resolve();
  ends[1]!.resolve();
  await next;
});
