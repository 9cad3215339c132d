/**
 * OTLP's request for the export of spans (https://opentelemetry.io/docs/specs/otlp/), in protobuf. Spans are written as they
 * come: each field by its number and kind, from `opentelemetry/proto/trace/v1/trace.proto` and those that it imports.
 */
import { Reader, Writer } from "protobufjs/minimal.js";
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

/** The ways in which values are written. */
const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;

function tag(field: number, kind: number): number {
  return field << 3 | kind;
}

/** The bytes of a request that exports spans. */
export function exportRequest({ resource, name, version }: Sender, spans: readonly Span[]): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(1, BYTES)).fork(); // resource_spans
  writer.uint32(tag(1, BYTES)).fork(); // resource
  writeAttributes(writer, 1, resource);
  writer.ldelim();
  writer.uint32(tag(2, BYTES)).fork(); // scope_spans
  writer.uint32(tag(1, BYTES)).fork(); // scope
  writer.uint32(tag(1, BYTES)).string(name).uint32(tag(2, BYTES)).string(version).ldelim();
  for (const span of spans) writeSpan(writer, span);
  return writer.ldelim().ldelim().finish();
}

function writeSpan(writer: Writer, span: Span): void {
  const { parentSpanId, tracestate, error } = span;
  writer.uint32(tag(2, BYTES)).fork();
  writer.uint32(tag(1, BYTES)).bytes(bytesOf(span.traceId));
  writer.uint32(tag(2, BYTES)).bytes(bytesOf(span.spanId));
  if (tracestate !== undefined) writer.uint32(tag(3, BYTES)).string(tracestate);
  if (parentSpanId !== undefined) writer.uint32(tag(4, BYTES)).bytes(bytesOf(parentSpanId));
  writer.uint32(tag(5, BYTES)).string(shortened(span.name));
  writer.uint32(tag(6, VARINT)).uint32(SPAN_KINDS[span.kind]);
  writer.uint32(tag(7, FIXED64)).fixed64(nanos(span.startMs));
  writer.uint32(tag(8, FIXED64)).fixed64(nanos(Math.max(span.startMs, span.endMs)));
  writeAttributes(writer, 9, span.attributes);
  if (error !== undefined) {
    writer.uint32(tag(15, BYTES)).fork();
    writer.uint32(tag(2, BYTES)).string(shortened(error)).uint32(tag(3, VARINT)).uint32(ERROR);
    writer.ldelim();
  }
  const remote = span.isParentRemote ? IS_REMOTE : 0;
  writer.uint32(tag(16, FIXED32)).fixed32(parseInt(span.flags, 16) | REMOTE_KNOWN | remote);
  writer.ldelim();
}

/** Nanoseconds since 1970; as a floating-point number they are exact to a quarter of a microsecond. */
function nanos(ms: number): number {
  return Math.max(0, Math.round(ms * 1e6));
}

function writeAttributes(writer: Writer, field: number, attributes: Span["attributes"]): void {
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined) continue;
    writer.uint32(tag(field, BYTES)).fork();
    writer.uint32(tag(1, BYTES)).string(shortened(name));
    writer.uint32(tag(2, BYTES)).fork();
    if (typeof value === "string") writer.uint32(tag(1, BYTES)).string(shortened(value));
    else if (typeof value === "boolean") writer.uint32(tag(2, VARINT)).bool(value);
    else if (Number.isSafeInteger(value)) writer.uint32(tag(3, VARINT)).int64(value);
    else writer.uint32(tag(4, FIXED64)).double(value);
    writer.ldelim().ldelim();
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
      if (head === tag(1, BYTES)) return partialSuccess(reader, reader.uint32() + reader.pos);
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
    if (head === tag(1, VARINT)) rejected = Number(reader.int64());
    else if (head === tag(2, BYTES)) message = reader.string();
    else reader.skipType(head & 7);
  }
  return rejected > 0 ? { rejected, message } : undefined;
}
