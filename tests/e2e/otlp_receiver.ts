/**
 * A collector of traces for tests: it takes what programs export by OTLP over HTTP, and decodes the protobuf by a descriptor of
 * its own, written from the specification (opentelemetry-proto, `trace.proto`, `common.proto`, `resource.proto`).
 */
import protobuf from "protobufjs/light.js";
import { message } from "../protobuf_messages.ts";

const VALUES = [
  "stringValue",
  "boolValue",
  "intValue",
  "doubleValue",
  "arrayValue",
  "kvlistValue",
  "bytesValue",
];

const root = protobuf.Root.fromJSON({
  nested: {
    Request: message({ resourceSpans: [1, "ResourceSpans", "repeated"] }),
    ResourceSpans: message({ resource: [1, "Resource"], scopeSpans: [2, "ScopeSpans", "repeated"] }),
    Resource: message({ attributes: [1, "KeyValue", "repeated"] }),
    ScopeSpans: message({ scope: [1, "Scope"], spans: [2, "Span", "repeated"] }),
    Scope: message({ name: [1, "string"], version: [2, "string"] }),
    Span: message({
      ...{
        traceId: [1, "bytes"],
        spanId: [2, "bytes"],
        traceState: [3, "string"],
        parentSpanId: [4, "bytes"],
      },
      ...{ name: [5, "string"], kind: [6, "int32"], startTimeUnixNano: [7, "fixed64"] },
      ...{ endTimeUnixNano: [8, "fixed64"], attributes: [9, "KeyValue", "repeated"] },
      ...{ events: [11, "Event", "repeated"], status: [15, "Status"], flags: [16, "fixed32"] },
    }),
    Event: message({ timeUnixNano: [1, "fixed64"], name: [2, "string"] }),
    Status: message({ message: [2, "string"], code: [3, "int32"] }),
    KeyValue: message({ key: [1, "string"], value: [2, "AnyValue"] }),
    AnyValue: message({
      ...{
        stringValue: [1, "string"],
        boolValue: [2, "bool"],
        intValue: [3, "int64"],
        doubleValue: [4, "double"],
      },
      ...{ arrayValue: [5, "bytes"], kvlistValue: [6, "bytes"], bytesValue: [7, "bytes"] },
    }, { name: "value", of: VALUES }),
  },
});

/** A span as it was received. */
export interface ReceivedSpan {
  /** Hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty, if it is the first of its trace. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  /** 1: internal, 2: server, 3: client, 4: producer, 5: consumer. */
  readonly kind: number;
  /** In milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** 0: unset, 2: it has failed. */
  readonly status: { readonly code: number; readonly message: string };
  readonly flags: number;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly scope: string;
}

// deno-lint-ignore no-explicit-any -- the shape is the descriptor's
type Decoded = any;

const hex = (bytes: Uint8Array) => new Uint8Array(bytes).toHex();
const ms = (nanos: unknown) => Number(nanos) / 1e6;

function attributesOf(list: Decoded[] | undefined): ReceivedSpan["attributes"] {
  return Object.fromEntries((list ?? []).map(({ key, value }) => {
    const read = value[value.value];
    return [key, value.value === "intValue" ? Number(read) : read];
  }));
}

/** The spans of a request. */
export function spansIn(body: Uint8Array): ReceivedSpan[] {
  const { resourceSpans }: Decoded = root.lookupType("Request").decode(body);
  return resourceSpans.flatMap(({ resource, scopeSpans }: Decoded) =>
    scopeSpans.flatMap(({ scope, spans }: Decoded) =>
      spans.map((span: Decoded): ReceivedSpan => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        traceState: span.traceState,
        name: span.name,
        kind: span.kind,
        startMs: ms(span.startTimeUnixNano),
        endMs: ms(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? "" },
        flags: span.flags,
        resource: attributesOf(resource?.attributes),
        scope: scope.name,
      }))
    )
  );
}

/** A collector that listens until the end of the scope. */
export function collector(answer: () => Response = () => new Response(new Uint8Array())) {
  const all: ReceivedSpan[] = [], requests: Headers[] = [], faults: unknown[] = [];
  let told = () => {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const bytes = await request.bytes();
    if (new URL(request.url).pathname !== "/v1/traces") return new Response(new Uint8Array()); // the runtime's own
    requests.push(request.headers);
    const answered = answer();
    if (answered.ok) {
      try {
        const isCompressed = request.headers.get("content-encoding") === "gzip";
        const stream = new Blob([bytes]).stream();
        const body = isCompressed ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
        all.push(...spansIn(await new Response(body).bytes()));
      } catch (error) {
        faults.push(error);
      }
    }
    told();
    return answered;
  });
  return {
    /** The variables of the environment that send spans here, at once. */
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "20",
    },
    /** All spans of Sequoia, as they came; the runtime exports its own. */
    spans: () => {
      if (faults.length > 0) throw faults[0];
      return all.filter(({ scope }) => scope === "sequoia");
    },
    /** Those of the runtime. */
    runtimeSpans: () => all.filter(({ scope }) => scope !== "sequoia"),
    /** The headers of the requests. */
    requests,
    /** Resolves when the spans that have come are as wanted. */
    async until(isSo: (spans: readonly ReceivedSpan[]) => boolean): Promise<void> {
      while (!isSo(this.spans())) await new Promise<void>((resolve) => told = resolve);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await server.shutdown();
    },
  };
}
