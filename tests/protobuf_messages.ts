/** Descriptors of protobuf messages that tests decode with, written from the specifications. */

/** Fields by name: number, type, and whether there may be several. */
export type Fields = Record<string, readonly [id: number, type: string, rule?: "repeated"]>;

/**
 * A message of protobufjs's JSON descriptors.
 *
 * @param oneof a name for fields that exclude each other
 */
export function message(fields: Fields, oneof?: { readonly name: string; readonly of: string[] }) {
  const all = Object.entries(fields).map((
    [name, [id, type, rule]],
  ) => [name, { id, type, ...rule && { rule } }]);
  return {
    fields: Object.fromEntries(all),
    ...oneof && { oneofs: { [oneof.name]: { oneof: oneof.of } } },
  };
}
