import { Writer } from "protobufjs/minimal.js";
import { tagOf, WIRE_TYPE, type WireType } from "./wire_types.ts";

/**
 * Writes messages field by field, each by its number and its type in the definition of the message. Fields with the default
 * value of their type are written like others.
 */
export class FieldWriter {
  readonly #writer = Writer.create();

  /** Begins a message within the one that is being written. @param field undefined: it stands alone, after its length */
  begin(field?: number): this {
    if (field !== undefined) this.#tag(field, WIRE_TYPE.delimited);
    this.#writer.fork();
    return this;
  }

  /** Ends the message that was begun last. */
  end(): this {
    this.#writer.ldelim();
    return this;
  }

  string(field: number, text: string): this {
    this.#tag(field, WIRE_TYPE.delimited).string(text);
    return this;
  }

  bytes(field: number, bytes: Uint8Array): this {
    this.#tag(field, WIRE_TYPE.delimited).bytes(bytes);
    return this;
  }

  bool(field: number, value: boolean): this {
    this.#tag(field, WIRE_TYPE.varint).bool(value);
    return this;
  }

  /** Also the number of a value of an enumeration. */
  uint32(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.varint).uint32(value);
    return this;
  }

  /** @param value a safe integer, as for the other 64-bit types */
  uint64(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.varint).uint64(value);
    return this;
  }

  int64(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.varint).int64(value);
    return this;
  }

  sint32(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.varint).sint32(value);
    return this;
  }

  sint64(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.varint).sint64(value);
    return this;
  }

  fixed32(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.fixed32).fixed32(value);
    return this;
  }

  /** @param value rounded to what a floating-point number can hold, if it is greater than 2^53 */
  fixed64(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.fixed64).fixed64(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#tag(field, WIRE_TYPE.fixed64).double(value);
    return this;
  }

  /** All that was written; every message that was begun has ended. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#writer.finish());
  }

  #tag(field: number, type: WireType): Writer {
    return this.#writer.uint32(tagOf(field, type));
  }
}
