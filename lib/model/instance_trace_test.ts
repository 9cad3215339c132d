import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { calledInstance } from "./called.ts";
import { chain } from "./chain_builder.ts";
import { fn } from "./function.ts";
import { type Instance, NO_ARGS, NO_LABELS } from "./instance.ts";
import { attemptTraceparent, traceOf } from "./instance_trace.ts";

const inner = chain("inner", ({ call }) => void call(fn("work")));
const outer = chain("outer", ({ call }) => void call(inner, { after: call(fn("list")) }));
const plain: Instance = {
  ...{ id: "o1", chain: outer, labels: NO_LABELS, submittedAtMs: 0, priority: 0, weight: 1 },
  deadlineMs: Infinity,
};
const caller = { traceparent: `00-${"4b".repeat(16)}-${"a0".repeat(8)}-00`, tracestate: "a=1" };

Deno.test("traceOf() goes on with the trace of a submission, in a span of its own", () => {
  const { traceId, spanId, parentSpanId, flags } = traceOf({ ...plain, ...caller });
  assertEquals([traceId, parentSpanId, flags], ["4b".repeat(16), "a0".repeat(8), "00"]);
  assertMatch(spanId, /^[0-9a-f]{16}$/);
  assertNotEquals(spanId, parentSpanId);
});

Deno.test("traceOf() gives each instance without one a trace that follows from its id", () => {
  const trace = traceOf(plain);
  assertMatch(trace.traceId, /^[0-9a-f]{32}$/);
  assertEquals([trace.parentSpanId, trace.flags], [undefined, "01"]);
  assertEquals(traceOf({ ...plain }), trace);
  assertNotEquals(traceOf({ ...plain, id: "o2" }).traceId, trace.traceId);
});

Deno.test("traceOf() gives 100,000 instances 100,000 traces, spread evenly whichever byte a sampler looks at", () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => traceOf({ id: `order-${i}` }));
  assertEquals(new Set(ids.map(({ traceId }) => traceId)).size, ids.length);
  assertEquals(new Set(ids.map(({ spanId }) => spanId)).size, ids.length);
  for (const at of [16, 18, 22, 24, 26, 28, 30]) {
    const low = ids.filter(({ traceId }) => parseInt(traceId.slice(at, at + 2), 16) < 64).length;
    assert(Math.abs(low - 25_000) < 1000, `${low} of 100,000 have a byte ${at / 2} below a quarter`);
  }
});

Deno.test("attemptTraceparent() gives each attempt, item and generation a span of its own, in the trace of its instance", () => {
  const calls = [0, 1].flatMap((node) =>
    [undefined, 0, 1].flatMap((item) => [1, 2].map((attempt) => ({ node, item, attempt })))
  );
  for (const instance of [plain, { ...plain, ...caller }, { ...plain, generations: [1, 1] }]) {
    const headers = calls.map((call) => attemptTraceparent(instance, call));
    const { traceId, spanId, flags } = traceOf(instance);
    for (const header of headers) assertMatch(header, new RegExp(`^00-${traceId}-[0-9a-f]{16}-${flags}$`));
    assertEquals(new Set([...headers.map((header) => header.slice(36, 52)), spanId]).size, calls.length + 1);
  }
  const [first, again] = [plain, { ...plain, generations: [1, 0] }].map((instance) =>
    attemptTraceparent(instance, { node: 0, attempt: 1 })
  );
  assertNotEquals(first, again);
});

Deno.test("calledInstance() stays in the trace of its caller, below its span, and keeps what the trace carries", () => {
  for (const instance of [plain, { ...plain, ...caller }]) {
    const called = calledInstance(instance, { node: 1 }, NO_ARGS, 5);
    const { traceId, spanId, flags } = traceOf(instance);
    assertEquals(called.traceparent, `00-${traceId}-${spanId}-${flags}`);
    assertEquals(called.tracestate, instance.tracestate);
    assertEquals(traceOf(called).traceId, traceId);
    assertEquals(traceOf(called).parentSpanId, spanId);
  }
  const decided = calledInstance(plain, { node: 1 }, NO_ARGS, 5, "00");
  assertEquals(traceOf(decided).flags, "00");
});
