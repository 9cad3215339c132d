import { createHash } from "node:crypto";
import {
  type Chain,
  checkInstance,
  checkSubmission,
  type Instance,
  isObject,
  type JsonText,
  MAX_ITEMS,
  MAX_NODES,
  type NodeRecord,
} from "../model/mod.ts";

/** A chain's definition as it is stored: once, under the hash of its content. */
export interface Definition {
  /** SHA-256 of the canonical JSON, hexadecimal. */
  readonly hash: string;
  readonly chain: Chain;
}

const definitions = new WeakMap<Chain, Definition>();

/**
 * Checks what is submitted; each chain object is checked and hashed once, as that is most of the work.
 *
 * @throws {WorkloadError} if the instance cannot be run
 */
export function definitionOfSubmitted(instance: Instance): Definition {
  let definition = definitions.get(instance.chain);
  if (definition) {
    checkSubmission(instance);
  } else {
    checkInstance(instance);
    const hash = createHash("sha256").update(canonicalJson(instance.chain)).digest("hex");
    definition = { hash, chain: instance.chain };
    definitions.set(instance.chain, definition);
  }
  return definition;
}

/** JSON whose text depends only on the value: the keys of each object in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (!isObject(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/**
 * An output as it is stored.
 *
 * @throws {TypeError} if it is not a text
 */
export function storableOutput(output: JsonText): JsonText {
  if (typeof output === "string") return output;
  throw new TypeError(
    `Cannot store an output of the type ${typeof output}: it is not JSON text. Use writeJson() first`,
  );
}

/** A text without what not every store can keep: NUL, and halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\uFFFD");
}

/**
 * Checks of records: stores pack the number of a node into 16 bits.
 *
 * @throws {RangeError} if there can be no such node or item
 */
export function checkRecord<T extends Pick<NodeRecord, "node" | "item">>(record: T): T {
  const { node, item = 0 } = record;
  if (!isBelow(node, MAX_NODES)) throw notRecordable("node", node, MAX_NODES);
  if (!isBelow(item, MAX_ITEMS)) throw notRecordable("item", item, MAX_ITEMS);
  return record;
}

function isBelow(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}

function notRecordable(what: string, value: number, end: number): RangeError {
  return new RangeError(`Cannot record the ${what} ${value}: it is not a whole number from 0 to ${end - 1}`);
}

/** A number of its own for each node and each item of one, in their order: a node as a whole stands before its items. */
export function placeOf({ node, item }: Pick<NodeRecord, "node" | "item">): number {
  return node * (MAX_ITEMS + 1) + (item === undefined ? 0 : item + 1);
}
