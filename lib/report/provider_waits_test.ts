import { assertEquals } from "@std/assert";
import { callKind } from "./kinds.ts";
import { ProviderWaits } from "./provider_waits.ts";
import { attempt } from "./testing.ts";

const OK = callKind(attempt("a1", 0, 1)), FAILED = callKind(attempt("a1", 0, 1, { outcome: "failed" }));

Deno.test("ProviderWaits adds what is known of an attempt, and what the function of one that went well told", () => {
  const waits = new ProviderWaits(), times = Float64Array.of(1, 2, 3, NaN);
  waits.know(0, 10);
  waits.know(1, 0);
  waits.addTo(
    times,
    { invocation: Float64Array.of(7, 8, 8, 9), kind: Uint8Array.of(OK, FAILED, OK, OK) },
    { invocation: Float64Array.of(8, 9, 7), providerMs: Float64Array.of(100, 5, NaN) },
  );
  assertEquals(times, Float64Array.of(11, 2, 103, NaN));
});

Deno.test("ProviderWaits counts a wait once that is known and that the function told, too", () => {
  const waits = new ProviderWaits(), times = Float64Array.of(1, 2);
  waits.know(0, 10);
  const calls = { invocation: Float64Array.of(7, 8), kind: Uint8Array.of(OK, OK) };
  waits.addTo(times, calls, { invocation: Float64Array.of(7, 8), providerMs: Float64Array.of(9.8, 5) });
  assertEquals(times, Float64Array.of(11, 7));
});
