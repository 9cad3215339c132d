import { Reader } from "protobufjs/minimal.js";
import { MAX_NODES } from "../model/mod.ts";
import { WireError } from "./errors.ts";
import { MAX_MESSAGE_PARTS } from "./limits.ts";

/** The parts of a message that hold others or come in numbers, by field number. A `leaf` is counted and passed over. */
type Kind =
  | "state"
  | "subchain"
  | "node"
  | "function"
  | "retry"
  | "causes"
  | "headers"
  | "callback"
  | "time"
  | "leaf"
  | "numbers";
const PARTS: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  state: {
    1: "node",
    4: "leaf",
    22: "function",
    23: "node",
    29: "subchain",
    31: "leaf",
    32: "numbers",
    36: "callback",
  },
  subchain: { 2: "function", 3: "node" },
  node: { 1: "leaf", 3: "node", 4: "numbers", 5: "numbers", 6: "leaf", 20: "numbers", 23: "leaf" },
  function: { 6: "retry", 7: "time", 11: "headers", 12: "leaf" },
  retry: { 6: "causes" },
  causes: { 1: "leaf" },
  headers: { 1: "leaf" },
  callback: { 2: "leaf" },
  time: { 2: "numbers" },
  leaf: {},
  numbers: {},
};

/** Messages within each other that the generated decoder can take: it gives up at 100, and counts a node's parts too. */
const MAX_DEPTH = 98;

/**
 * Walks through a message before it is decoded, without building anything, so that a hostile one can neither exhaust the
 * memory with millions of empty parts nor the stack with nodes in nodes in nodes.
 *
 * @throws {WireError} if it is too large, or cut short
 */
export function measure(bytes: Uint8Array): void {
  const reader = Reader.create(bytes);
  const open: { end: number; kind: Kind }[] = [{ end: bytes.length, kind: "state" }];
  let nodes = 0, functions = 0, parts = 0;
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (reader.pos >= top.end) {
      if (reader.pos > top.end) throw new RangeError("a field ends behind its message");
      open.pop();
      continue;
    }
    const tag = reader.tag();
    const kind = (tag & 7) === 2 ? PARTS[top.kind][tag >>> 3] : undefined;
    parts++;
    if (kind === undefined) reader.skipType(tag & 7, 0, tag >>> 3);
    else {
      const end = reader.size() + reader.pos;
      if (end > top.end) throw new RangeError("a part ends behind its message");
      if (kind === "node") nodes++;
      if (kind === "function") functions++;
      if (kind === "numbers") parts += end - reader.pos;
      if (kind === "numbers" || kind === "leaf") reader.pos = end;
      else open.push({ end, kind });
    }
    if (parts > MAX_MESSAGE_PARTS) throw tooLarge("too many parts");
    if (nodes > MAX_NODES || functions > MAX_NODES) throw tooLarge(`more than ${MAX_NODES} nodes`);
    if (open.length > MAX_DEPTH) throw tooLarge(`more than ${MAX_DEPTH - 1} nodes within each other`);
  }
}

function tooLarge(what: string): WireError {
  return new WireError("too-large", `Cannot read the message: it has ${what}. Split the chain`);
}

/** The fields of ChainState that make up the chain, and are the same in all its instances. */
const CHAIN_FIELDS: ReadonlySet<number> = new Set([1, 17, 22, 23, 25, 26, 27, 28, 29]);

/**
 * Where the fields that make up the chain end, if they all stand first, as both Sequoia and the original write them.
 *
 * @returns an offset; 0 if the message is not written so
 */
export function chainEnd(bytes: Uint8Array): number {
  const reader = Reader.create(bytes);
  let end = 0;
  while (reader.pos < bytes.length) {
    const start = reader.pos;
    const tag = reader.tag();
    reader.skipType(tag & 7, 0, tag >>> 3);
    if (!CHAIN_FIELDS.has(tag >>> 3)) continue;
    if (start !== end) return 0;
    end = reader.pos;
  }
  return end;
}
