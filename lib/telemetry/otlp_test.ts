import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { spansIn } from "../../tests/e2e/otlp_receiver.ts";
import { exportRequest, partialSuccessOf } from "./otlp.ts";
import { type Span, SPAN_KINDS } from "./span.ts";

const SENDER = { resource: { "service.name": "sequoia", "process.pid": 7 }, name: "sequoia", version: "1" };

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const text = fc.string({ unit: "binary", maxLength: 40 });
const value = fc.oneof(
  text,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const spans: fc.Arbitrary<Span> = fc.record({
  traceId: digits(32),
  spanId: digits(16),
  parentSpanId: fc.option(digits(16), { nil: undefined }),
  isParentRemote: fc.boolean(),
  tracestate: fc.constantFrom(undefined, "a=1,b=2"),
  flags: fc.constantFrom("00", "01", "03"),
  name: text,
  kind: fc.constantFrom(...Object.keys(SPAN_KINDS) as (keyof typeof SPAN_KINDS)[]),
  startMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
  endMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
  attributes: fc.dictionary(
    fc.string({ maxLength: 20 }).filter((name) => name !== "__proto__"),
    fc.option(value, { nil: undefined }),
  ),
  error: fc.option(text, { nil: undefined }),
});

Deno.test("exportRequest() writes spans that a decoder by the specification reads as they were", () => {
  fc.assert(fc.property(fc.array(spans, { maxLength: 5 }), (given) => {
    const read = spansIn(exportRequest(SENDER, given));
    assertEquals(read.length, given.length);
    for (const [i, span] of given.entries()) {
      const { startMs, endMs, attributes, ...got } = read[i]!;
      assertEquals(got, {
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        traceState: span.tracestate ?? "",
        name: span.name.toWellFormed(),
        kind: SPAN_KINDS[span.kind],
        status: { code: span.error === undefined ? 0 : 2, message: (span.error ?? "").toWellFormed() },
        flags: parseInt(span.flags, 16) | 0x100 | (span.isParentRemote ? 0x200 : 0),
        resource: SENDER.resource,
        scope: "sequoia",
      });
      const endsMs = Math.max(span.startMs, span.endMs);
      assertEquals([Math.abs(startMs - span.startMs) < 0.001, Math.abs(endMs - endsMs) < 0.001], [
        true,
        true,
      ]);
      const said = Object.entries(span.attributes).filter(([, each]) => each !== undefined).map((
        [name, each],
      ) => [
        name.toWellFormed(),
        typeof each === "string" ? each.toWellFormed() : Object.is(each, -0) ? 0 : each,
      ]);
      assertEquals(attributes, Object.fromEntries(said));
    }
  }));
});

Deno.test("exportRequest() cuts long texts, with no half of a character at their ends", () => {
  const name = "x".repeat(1023) + "🌲";
  const span: Span = {
    ...{ traceId: "4b".repeat(16), spanId: "a0".repeat(8), flags: "01", name, kind: "client", startMs: 1 },
    ...{ endMs: 2, attributes: { long: "y".repeat(5000) } },
  };
  const [read] = spansIn(exportRequest(SENDER, [span]));
  assertEquals([read!.name, String(read!.attributes.long).length], ["x".repeat(1023) + "\ufffd", 1024]);
});

Deno.test("partialSuccessOf() reads what was refused, and nothing out of other answers, whatever they are", () => {
  assertEquals(partialSuccessOf(Uint8Array.of(10, 7, 8, 2, 18, 3, 98, 97, 100)), {
    rejected: 2,
    message: "bad",
  });
  assertStrictEquals(partialSuccessOf(new Uint8Array()), undefined);
  assertStrictEquals(partialSuccessOf(new TextEncoder().encode("<html>")), undefined);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
    partialSuccessOf(bytes);
  }));
});
