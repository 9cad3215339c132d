/**
 * For tests: the original's decoder, written by hand from the field numbers of its function_chains.proto, so that it knows
 * nothing of ours. Like every protobuf decoder it passes over fields that it does not know.
 */

/** The original's messages, with proto3's defaults filled in. */
export interface OriginalFunction {
  url: string;
  id: number;
}
export interface OriginalNode {
  function: OriginalFunction;
  nodeID: number;
  children: OriginalNode[];
  lastNodeIDs: number[];
  chainFunctionIDs: number[];
  args: Record<string, string>;
}
export interface OriginalState {
  currentNode?: OriginalNode;
  instanceID: number;
  chainID: number;
  flags: Record<string, string>;
  invokeTime: string;
}

type Field = [number, Uint8Array | number];

export function readOriginal(bytes: Uint8Array): OriginalState {
  const state: OriginalState = { instanceID: 0, chainID: 0, flags: {}, invokeTime: "" };
  for (const [number, value] of fields(bytes)) {
    if (number === 1) state.currentNode = readNode(value as Uint8Array);
    if (number === 2) state.instanceID = value as number;
    if (number === 3) state.chainID = value as number;
    if (number === 4) addEntry(state.flags, value as Uint8Array);
    if (number === 5) state.invokeTime = utf8(value as Uint8Array);
  }
  return state;
}

function readNode(bytes: Uint8Array): OriginalNode {
  const node: OriginalNode = {
    function: { url: "", id: 0 },
    nodeID: 0,
    children: [],
    lastNodeIDs: [],
    chainFunctionIDs: [],
    args: {},
  };
  for (const [number, value] of fields(bytes)) {
    if (number === 1) node.function = readFunction(value as Uint8Array);
    if (number === 2) node.nodeID = value as number;
    if (number === 3) node.children.push(readNode(value as Uint8Array));
    if (number === 4) node.lastNodeIDs.push(...packed(value as Uint8Array));
    if (number === 5) node.chainFunctionIDs.push(...packed(value as Uint8Array));
    if (number === 6) addEntry(node.args, value as Uint8Array);
  }
  return node;
}

function readFunction(bytes: Uint8Array): OriginalFunction {
  const fn: OriginalFunction = { url: "", id: 0 };
  for (const [number, value] of fields(bytes)) {
    if (number === 1) fn.url = utf8(value as Uint8Array);
    if (number === 2) fn.id = value as number;
  }
  return fn;
}

function addEntry(map: Record<string, string>, bytes: Uint8Array): void {
  const entry = new Map(fields(bytes));
  const part = (number: number) => utf8(entry.get(number) as Uint8Array ?? new Uint8Array());
  Object.defineProperty(map, part(1), {
    value: part(2),
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function* fields(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const [tag, start] = varint(bytes, at);
    const wireType = tag & 7;
    if (wireType === 0) {
      const [value, end] = varint(bytes, start);
      yield [tag >>> 3, value];
      at = end;
    } else if (wireType === 2) {
      const [length, from] = varint(bytes, start);
      at = from + length;
      if (at > bytes.length) throw new RangeError("truncated");
      yield [tag >>> 3, bytes.subarray(from, at)];
    } else if (wireType === 1) at = start + 8;
    else if (wireType === 5) at = start + 4;
    else throw new TypeError(`wire type ${wireType}`);
  }
}

function packed(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const [value, end] = varint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** A varint as a signed number of 32 bits, and where it ends. */
function varint(bytes: Uint8Array, start: number): [number, number] {
  let value = 0n;
  for (let at = start, shift = 0n;; at++, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError("truncated");
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return [Number(BigInt.asIntN(32, value)), at + 1];
  }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
