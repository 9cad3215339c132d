/**
 * OTLP's request for the export of spans (https://opentelemetry.io/docs/specs/otlp/), in protobuf. The
 * numbers and types of fields are those of `opentelemetry/proto/trace/v1/trace.proto` and the files that it imports.
 */
import { Reader } from "protobufjs/minimal.js";
import { FieldWriter, tagOf, WIRE_TYPE } from "../protobuf/mod.ts";
import { type AttributeValue, type Span, SPAN_KINDS } from "./span.ts";

/** Who sends spans: the attributes of the process, and the program with its version. */
export interface Sender {
  readonly resource: Readonly<Record<string, AttributeValue>>;
  readonly name: string;
  readonly version: string;
}

/** The longest text of an attribute or a status, in characters: a reason may be long. */
const MOST_CHARACTERS = 1024;

const ERROR = 2;
/** Bits of a span's flags: it is known whether its parent is of another process, and whether it is. */
const REMOTE_KNOWN = 0x100, IS_REMOTE = 0x200;

/** The bytes of a request that exports spans. */
export function exportRequest({ resource, name, version }: Sender, spans: readonly Span[]): Uint8Array {
  const writer = new FieldWriter();
  writer.begin(1); // resource_spans
  writer.begin(1); // resource
  writeAttributes(writer, 1, resource);
  writer.end();
  writer.begin(2); // scope_spans
  writer.begin(1).string(1, name).string(2, version).end(); // scope
  for (const span of spans) writeSpan(writer, span);
  return writer.end().end().finish();
}

function writeSpan(writer: FieldWriter, span: Span): void {
  const { parentSpanId, tracestate, error } = span;
  writer.begin(2);
  writer.bytes(1, bytesOf(span.traceId)).bytes(2, bytesOf(span.spanId));
  if (tracestate !== undefined) writer.string(3, tracestate);
  if (parentSpanId !== undefined) writer.bytes(4, bytesOf(parentSpanId));
  writer.string(5, shortened(span.name)).uint32(6, SPAN_KINDS[span.kind]);
  writer.fixed64(7, nanos(span.startMs)).fixed64(8, nanos(Math.max(span.startMs, span.endMs)));
  writeAttributes(writer, 9, span.attributes);
  if (error !== undefined) writer.begin(15).string(2, shortened(error)).uint32(3, ERROR).end();
  const remote = span.isParentRemote ? IS_REMOTE : 0;
  writer.fixed32(16, parseInt(span.flags, 16) | REMOTE_KNOWN | remote);
  writer.end();
}

/** Nanoseconds since 1970; as a floating-point number they are exact to a quarter of a microsecond. */
function nanos(ms: number): number {
  return Math.max(0, Math.round(ms * 1e6));
}

function writeAttributes(writer: FieldWriter, field: number, attributes: Span["attributes"]): void {
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined) continue;
    writer.begin(field).string(1, shortened(name)).begin(2);
    if (typeof value === "string") writer.string(1, shortened(value));
    else if (typeof value === "boolean") writer.bool(2, value);
    else if (Number.isSafeInteger(value)) writer.int64(3, value);
    else writer.double(4, value);
    writer.end().end();
  }
}

/** A text within its bound; halves of surrogate pairs, which may be cut too, are replaced. */
function shortened(text: string): string {
  return (text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS) : text).toWellFormed();
}

/** The bytes that hexadecimal digits stand for. */
function bytesOf(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits);
}

/** The answer of a collector that has taken a part of an export. */
export interface PartialSuccess {
  /** Spans that it has refused. */
  readonly rejected: number;
  /** Why; may be empty. */
  readonly message: string;
}

/** Reads the answer to an export; undefined if all spans were taken, or if it cannot be read. */
export function partialSuccessOf(answer: Uint8Array): PartialSuccess | undefined {
  try {
    const reader = Reader.create(answer);
    while (reader.pos < reader.len) {
      const head = reader.uint32();
      if (head === tagOf(1, WIRE_TYPE.delimited)) return partialSuccess(reader, reader.uint32() + reader.pos);
      reader.skipType(head & 7);
    }
  } catch {
    // no answer of OTLP: the status says that it was taken
  }
}

function partialSuccess(reader: Reader, end: number): PartialSuccess | undefined {
  let rejected = 0, message = "";
  while (reader.pos < end) {
    const head = reader.uint32();
    if (head === tagOf(1, WIRE_TYPE.varint)) rejected = Number(reader.int64());
    else if (head === tagOf(2, WIRE_TYPE.delimited)) message = reader.string();
    else reader.skipType(head & 7);
  }
  return rejected > 0 ? { rejected, message } : undefined;
}
