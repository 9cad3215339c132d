/** Shared by tests of traces: functions that keep the trace of each call, and the check that each call has one span. */
import { assertEquals } from "@std/assert";
import type { ReceivedSpan } from "./otlp_receiver.ts";

/** Kinds of spans by OTLP: of calls, and of instances. */
export const CLIENT = 3, CONSUMER = 5;

/** A call that a function has received. */
export interface Received {
  readonly function: string;
  readonly traceparent: string;
  readonly tracestate: string | null;
}

/** A server of functions by their paths. */
export function functionServer(answer: (name: string, nth: number) => Response | Promise<Response>) {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const name = new URL(request.url).pathname.slice(1), { headers } = request;
    const nth = received.filter((each) => each.function === name).length + 1;
    received.push({
      function: name,
      traceparent: headers.get("traceparent")!,
      tracestate: headers.get("tracestate"),
    });
    await request.body?.cancel();
    return await answer(name, nth);
  });
  return {
    at: `http://127.0.0.1:${server.addr.port}`,
    received,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Holds that two lists have the same texts, in whatever order. */
export function assertSame(actual: readonly string[], expected: readonly string[], words: string): void {
  assertEquals(actual.toSorted(), expected.toSorted(), words);
}

/** The spans of a name. */
export const named = (spans: readonly ReceivedSpan[], name: string) =>
  spans.filter((span) => span.name === name);
/** The id of the span in a header. */
export const spanIdOf = (traceparent: string) => traceparent.slice(36, 52);

/** The only span of a name. */
export function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = named(spans, name);
  assertEquals(found.length, 1, `${found.length} spans are named ${name}`);
  return found[0]!;
}

/** Every call that functions have received has one span, under the id that its header had. */
export function assertOneSpanEach(spans: readonly ReceivedSpan[], received: readonly Received[]): void {
  const calls = spans.filter(({ kind }) => kind === CLIENT);
  assertSame(
    calls.map(({ name, traceId, spanId }) => `${name} ${traceId} ${spanId}`),
    received.map(({ function: name, traceparent }) =>
      `${name} ${traceparent.slice(3, 35)} ${spanIdOf(traceparent)}`
    ),
    "spans of calls, and the headers that the functions have received",
  );
  assertEquals(new Set(spans.map(({ spanId }) => spanId)).size, spans.length, "ids of spans repeat");
}
