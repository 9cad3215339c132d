/** `: message`, or a full stop. */
export function suffix(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}

/** A value in words: whole, one property a line, keys in order, so that lines can be compared. */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    getters: true,
    strAbbreviateSize: Infinity,
  });
}
