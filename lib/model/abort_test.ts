import { assertEquals } from "@std/assert";
import { onAbort, Stop } from "./abort.ts";

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

Deno.test("onAbort() listens to a Stop as to a signal, and to nothing that was taken back", () => {
  const stop = new Stop();
  const called: string[] = [];
  const [first, second] = ["first", "second"].map((name) => onAbort(stop, () => called.push(name)));
  onAbort(stop, () => called.push("third"));
  first!();
  first!();
  stop.abort();
  stop.abort();
  second!();
  assertEquals([called.toSorted(), stop.aborted], [["second", "third"], true]);
  onAbort(stop, () => called.push("late"));
  assertEquals(called.at(-1), "late");
});
