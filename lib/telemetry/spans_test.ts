import { assertEquals } from "@std/assert";
import { instanceOf, single } from "../../tests/scheduler/builders.ts";
import { fn, traceOf } from "../model/mod.ts";
import type { AttemptEvent, EndEvent } from "../record/mod.ts";
import { attemptSpans, instanceSpan } from "./spans.ts";

const instance = instanceOf(single("f"), "o1", {
  traceparent: `00-${"4b".repeat(16)}-${"a0".repeat(8)}-01`,
  labels: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`l${i}`, "v"])),
});
const trace = traceOf(instance), own = "c1".repeat(8);
const traceparent = `00-${trace.traceId}-${own}-01`;
const event: AttemptEvent = {
  ...{ function: "f", chain: "single", instance: "o1", node: "f", attempt: 1, startedAtMs: 1000, runMs: 20 },
  ...{ outcome: "ok", settled: true, status: 200, queuedMs: 0.5, cold: false, platform: "http" },
};

function spansOf(url: string | undefined, more: Partial<AttemptEvent> = {}) {
  const spec = fn("f", url === undefined ? { time: "1ms" } : { url });
  return attemptSpans(
    { instance, trace, traceparent, spec, event: { ...event, ...more } },
    () => "d".repeat(16),
  );
}

Deno.test("attemptSpans() makes one span of a call that has not waited, and two of one that has", () => {
  const [call, ...none] = spansOf(undefined);
  assertEquals(none, []);
  assertEquals([call!.spanId, call!.parentSpanId, call!.startMs, call!.endMs], [
    own,
    trace.spanId,
    1000,
    1020,
  ]);
  const [queued, after] = spansOf(undefined, { queuedMs: 300 });
  assertEquals([queued!.startMs, queued!.endMs, queued!.name], [700, 1000, "queued f"]);
  assertEquals([queued!.spanId, queued!.parentSpanId], ["d".repeat(16), trace.spanId]);
  assertEquals(after!.spanId, own);
});

Deno.test("attemptSpans() tells where a function is, but neither a login nor a query", () => {
  const of = (url?: string, more: Partial<AttemptEvent> = {}) => {
    const { attributes } = spansOf(url, more).at(-1)!;
    const names = [
      "faas.invoked_provider",
      "faas.invoked_region",
      "faas.invoked_name",
      "url.full",
      "server.port",
    ];
    return names.map((name) => attributes[name]);
  };
  assertEquals(of(), [undefined, undefined, "f", undefined, undefined]);
  assertEquals(of("lambda:eu-central-1:resize:live"), [
    "aws",
    "eu-central-1",
    "resize",
    undefined,
    undefined,
  ]);
  assertEquals(of("https://a.example/f?key=secret"), [undefined, undefined, "f", "https://a.example/f", 443]);
  assertEquals(of("http://[::1]:8080/f"), [undefined, undefined, "f", "http://[::1]:8080/f", 8080]);
});

Deno.test("attemptSpans() calls what failed or was refused an error, but not what was stopped", () => {
  const of = (more: Partial<AttemptEvent>) => {
    const { attributes, error } = spansOf(undefined, more)[0]!;
    return [attributes["sequoia.outcome"], attributes["error.type"], error];
  };
  assertEquals(of({}), ["ok", undefined, undefined]);
  assertEquals(of({ outcome: "failed", status: 503, reason: "why" }), ["failed", "503", "why"]);
  assertEquals(of({ outcome: "throttled", status: 429, reason: "full" }), ["throttled", "429", "full"]);
  assertEquals(of({ outcome: "failed", status: 0, reason: "time-out: none came" }), [
    ...["failed", "time-out", "time-out: none came"],
  ]);
  assertEquals(of({ outcome: "failed", status: 0, reason: "no answer" }), ["failed", "_OTHER", "no answer"]);
  assertEquals(of({ outcome: "failed", status: 0, reason: "x", stopped: true }), [
    "cancelled",
    undefined,
    undefined,
  ]);
});

Deno.test("instanceSpan() goes from the submission to the end, below whoever submitted it, with some labels", () => {
  const end: EndEvent = {
    chain: "single",
    instance: "o1",
    endedAtMs: 900,
    outcome: "failed",
    reason: "ttl: late",
  };
  const span = instanceSpan({ instance, trace, submittedAtMs: 100, event: end });
  assertEquals([span.spanId, span.parentSpanId, span.isParentRemote], [trace.spanId, "a0".repeat(8), true]);
  assertEquals([span.startMs, span.endMs, span.error, span.attributes["error.type"]], [
    100,
    900,
    "ttl: late",
    "ttl",
  ]);
  assertEquals(Object.keys(span.attributes).filter((name) => name.startsWith("sequoia.label.")).length, 16);
  const cancelled = instanceSpan({
    instance,
    trace,
    submittedAtMs: 100,
    event: { ...end, outcome: "cancelled" },
  });
  assertEquals([cancelled.error, cancelled.attributes["sequoia.reason"]], [undefined, "ttl: late"]);
});
