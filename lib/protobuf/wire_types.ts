/** The encodings of values, by their numbers (https://protobuf.dev/programming-guides/encoding/#structure). */
export const WIRE_TYPE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** The number of an encoding. */
export type WireType = typeof WIRE_TYPE[keyof typeof WIRE_TYPE];

/** The number that stands before a value: its field, and its encoding. */
export function tagOf(field: number, type: WireType): number {
  return field << 3 | type;
}
