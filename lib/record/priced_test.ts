import { assertEquals } from "@std/assert";
import type { AttemptEvent } from "./events.ts";
import { noRecorder, type Recorder } from "./mod.ts";
import { priced } from "./priced.ts";

Deno.test("priced() adds what an attempt cost where there is a price, and nothing for throttles", () => {
  const seen: (number | undefined)[] = [];
  const inner: Recorder = { ...noRecorder, attempt: ({ cost }) => void seen.push(cost) };
  const recorder = priced(inner, [
    { name: "aws", price: 2, pricePerMs: 0.5 },
    { name: "free", price: 0, pricePerMs: 0 },
  ]);
  const event = { platform: "aws", runMs: 10, outcome: "ok" } as AttemptEvent;
  recorder.attempt(event);
  recorder.attempt({ ...event, outcome: "failed" });
  recorder.attempt({ ...event, outcome: "throttled" });
  recorder.attempt({ ...event, platform: "free" });
  recorder.attempt({ ...event, platform: "http" });
  assertEquals(seen, [7, 7, 0, 0, undefined]);
});
