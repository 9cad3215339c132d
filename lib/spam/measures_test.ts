import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Measures } from "./measures.ts";

Deno.test("Measures counts latency and lateness from the intended start", () => {
  const measures = new Measures();
  for (
    const [intendedAtMs, startedAtMs, sentAtMs, endedAtMs] of [[0, 5, 7, 100], [10, 10, 11, 60]] as const
  ) {
    measures.start(startedAtMs);
    measures.end({ intendedAtMs, startedAtMs, sentAtMs, endedAtMs, isOk: true });
  }
  measures.start(20);
  measures.end({ intendedAtMs: 20, startedAtMs: 20, endedAtMs: 5000, isOk: false });
  const { latency_ms, start_error_ms, batch_spread_ms, startsPerS } = measures.figures();
  assertEquals([latency_ms.max, start_error_ms.max, batch_spread_ms.max], [100, 7, null]);
  assertAlmostEquals(latency_ms.mean!, 75);
  assertAlmostEquals(startsPerS!, 2 / 15 * 1000);
});

Deno.test("Measures tells for each batch how long it took to leave", () => {
  const measures = new Measures();
  for (const [intendedAtMs, spreadMs] of [[0, 8], [1000, 30]] as const) {
    const calls = [0, 1, 2].map((i) => {
      const batch = measures.join(intendedAtMs, 1);
      return { batch, startedAtMs: intendedAtMs + 1, sentAtMs: intendedAtMs + 1 + i * spreadMs / 2 };
    });
    for (const { batch, ...at } of calls) {
      measures.end({ ...at, intendedAtMs, endedAtMs: intendedAtMs + 900, isOk: true }, batch);
    }
  }
  measures.end(
    { intendedAtMs: 2000, startedAtMs: 2500, endedAtMs: 2600, isOk: true },
    measures.join(2000, 1),
  );
  const { p50, max } = measures.figures().batch_spread_ms;
  assertAlmostEquals(p50!, 8, 0.01);
  assertEquals(max, 30);
});

Deno.test("Measures shows the last whole seconds, and the present one before there are any", () => {
  const measures = new Measures();
  const call = (atMs: number, latencyMs: number) => {
    measures.start(atMs);
    measures.end({ intendedAtMs: atMs, startedAtMs: atMs, endedAtMs: atMs + latencyMs, isOk: true });
  };
  assertEquals(measures.recent(0), { startsPerS: 0, latency_ms: measures.figures().latency_ms });
  for (let i = 0; i < 10; i++) call(i * 10, 20);
  assertEquals(measures.recent(500).startsPerS, 10);
  const late = new Measures();
  for (let i = 0; i < 10; i++) late.start(900 + i * 10);
  assertEquals(late.recent(1100).startsPerS, 100);
  for (let second = 1; second <= 20; second++) {
    for (let i = 0; i < 50; i++) call(second * 1000 + i * 10, second);
  }
  const { startsPerS, latency_ms } = measures.recent(21_000);
  assertEquals(startsPerS, 50);
  assertEquals([Math.round(latency_ms.p50!), Math.round(latency_ms.max!)], [18, 20]);
  assertEquals(measures.recent(100_000).startsPerS, 0);
});
