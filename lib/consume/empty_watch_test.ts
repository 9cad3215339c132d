import { assertEquals } from "@std/assert";
import { type DelayedWait, EmptyWatch } from "./empty_watch.ts";

Deno.test("EmptyWatch.run() asks the queue only while nothing is held here, and again at once after a hint", async () => {
  const steps: string[] = [], end = new AbortController();
  let held = 1, queued = 1, delayed = 1;
  const clock = {
    nowMs: () => 0,
    wallMs: () => 500,
    async until(_atMs: number, signal: AbortSignal): Promise<void> {
      steps.push("waits");
      if (steps.length === 1) return; // the pause is over by itself
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
        if (signal.aborted) resolve();
        else queueMicrotask(hint);
      });
    },
  };
  const queue = {
    depth: () => {
      steps.push("asks");
      return Promise.resolve({
        delayed,
        nextDueAtMs: 2500,
        queued,
        running: 0,
        completed: 0,
        failed: 0,
        cancelled: 0,
      });
    },
  };
  const empty = () => (steps.push("empty"), end.abort());
  const onlyDelayed = ({ count, dueInMs }: DelayedWait) => steps.push(`waits for ${count} in ${dueInMs} ms`);
  const watch = new EmptyWatch({ queue, clock, held: () => held, empty, onlyDelayed });
  const hint = () => {
    if (queued === 0) delayed = 0;
    if (held === 0) queued = 0;
    held = 0;
    watch.hint();
  };
  await watch.run(end.signal);
  assertEquals(steps, [
    "waits",
    "waits",
    "asks",
    "waits",
    "asks",
    "waits for 1 in 2000 ms",
    "waits",
    "asks",
    "empty",
    "waits",
  ]);
});
