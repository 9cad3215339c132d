import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { traceOf } from "../model/mod.ts";
import { DEFAULT_SAMPLER, parseSampler, sampled } from "./sampler.ts";

const fresh = (flags = "01") => ({ traceId: "4b".repeat(16), spanId: "a0".repeat(8), flags });
const called = (flags: string) => ({ ...fresh(flags), parentSpanId: "b1".repeat(8) });

Deno.test("sampled() lets whoever submits decide, and the ratio only what nobody has decided", () => {
  assertEquals(sampled(called("00"), DEFAULT_SAMPLER).flags, "00");
  assertEquals(sampled(called("03"), parseSampler("parentbased_always_off", undefined)).flags, "03");
  assertEquals(sampled(fresh(), parseSampler("parentbased_always_off", undefined)).flags, "00");
  assertEquals(sampled(called("00"), parseSampler("always_on", undefined)).flags, "01");
  assertEquals(sampled(called("03"), parseSampler("always_off", undefined)).flags, "02");
});

Deno.test("sampled() takes about the asked part of all traces, and the same ones each time", () => {
  const traces = Array.from({ length: 20_000 }, (_, i) => traceOf({ id: `order-${i}` }));
  for (const ratio of ["0.01", "0.25", "0.9"]) {
    const sampler = parseSampler("traceidratio", ratio);
    const taken = traces.filter((trace) => sampled(trace, sampler).flags === "01");
    assert(Math.abs(taken.length / traces.length - Number(ratio)) < 0.015, `${taken.length} with ${ratio}`);
    for (const trace of taken) assertStrictEquals(sampled(trace, sampler), trace);
  }
  assertEquals(sampled(fresh(), parseSampler("traceidratio", undefined)).flags, "01");
});

Deno.test("sampled() decides by the lower half of the trace's id, as Deno does", () => {
  const half = parseSampler("traceidratio", "0.5");
  const flagsOf = (low: string) => sampled({ ...fresh(), traceId: "f".repeat(16) + low }, half).flags;
  assertEquals([flagsOf("7fffffffffffff00"), flagsOf("8000000000000000")], ["01", "00"]);
});

Deno.test("parseSampler() refuses what it does not know", () => {
  assertThrows(() => parseSampler("jaeger_remote", undefined), SyntaxError, "always_on");
  for (const bad of ["", "x", "-1", "1.5"]) {
    assertThrows(() => parseSampler("traceidratio", bad), SyntaxError, "from 0 to 1");
  }
});
