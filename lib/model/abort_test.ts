import { assertEquals } from "@std/assert";
import { onAbort } from "./abort.ts";

Deno.test("onAbort() calls every callback that was not taken back, once", () => {
  const controller = new AbortController();
  const called: string[] = [];
  onAbort(controller.signal, () => called.push("a"));
  const takeBack = onAbort(controller.signal, () => called.push("b"));
  onAbort(controller.signal, () => called.push("c"));
  takeBack();
  assertEquals(called, []);
  controller.abort();
  controller.abort();
  assertEquals(called, ["a", "c"]);
});

Deno.test("onAbort() calls back at once if the signal is aborted", () => {
  let called = 0;
  onAbort(AbortSignal.abort(), () => called++)();
  assertEquals(called, 1);
});
