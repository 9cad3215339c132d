/** The original's messages with other URLs, rewritten by field numbers only, so that every other byte stays as it was. */

/** The changes of fields that hold bytes, by their numbers; all others stay as they are. */
type Rules = { [field: number]: Rules | ((bytes: Uint8Array) => Uint8Array) };

/** The same message of the original, with its functions elsewhere. @param urlOf where, by the URL that the message says */
export function withUrls(message: Uint8Array, urlOf: (url: string) => string): Uint8Array {
  const url = (bytes: Uint8Array) => new TextEncoder().encode(urlOf(new TextDecoder().decode(bytes)));
  const node: Rules = { 1: { 1: url } }; // ChainNode.function, LambdaFunction.url
  node[3] = node; // ChainNode.children
  return rewrite(message, { 1: node }); // ChainState.currentNode
}

function rewrite(message: Uint8Array, rules: Rules): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < message.length;) {
    const [tag, start] = varint(message, at);
    const [value, end] = varint(message, start);
    const rule = rules[tag >>> 3];
    if ((tag & 7) === 0) parts.push(...message.subarray(at, at = end));
    else if ((tag & 7) !== 2) throw new TypeError(`wire type ${tag & 7}`);
    else {
      const bytes = message.subarray(end, at = end + value);
      const changed = rule === undefined
        ? bytes
        : typeof rule === "function"
        ? rule(bytes)
        : rewrite(bytes, rule);
      parts.push(...varintBytes(tag), ...varintBytes(changed.length), ...changed);
    }
  }
  return Uint8Array.from(parts);
}

/** A varint of at most 32 bits, and where it ends. */
function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0;
  for (let at = start, factor = 1;; at++, factor *= 128) {
    const byte = bytes[at]!;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at + 1];
  }
}

function varintBytes(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...varintBytes(value >>> 7)];
}
