import type { Json } from "./json.ts";

/**
 * A text that is JSON: args and outputs as they came, to the byte, but for whitespace around them. Only code that computes with
 * it reads it; all other code hands on the text, so numbers keep their digits and objects all of their keys.
 */
export type JsonText = string & { readonly "is JSON": true };

/** The text of null. */
export const NULL = "null" as JsonText;

/**
 * The text of a value.
 *
 * @throws {TypeError} if the value is not JSON
 */
export function writeJson(value: Json): JsonText {
  const text = JSON.stringify(value) as JsonText | undefined;
  if (text !== undefined) return text;
  throw new TypeError(
    `Cannot write a value of the type ${typeof value}: it is not JSON. Use null, a text, a number, a list or an object`,
  );
}

/** The value of a text: its numbers are JavaScript's (64 bits), and of equal keys the last one counts. */
export function readJson(text: JsonText): Json {
  return JSON.parse(text) as Json;
}

/** A text that was found to be JSON, without the whitespace around it, and its value. */
export interface ParsedJson {
  /** The text, as it came. */
  readonly text: JsonText;
  /** The value of the text. */
  readonly value: Json;
}

/** Finds out whether a text from outside is JSON. @returns undefined if it is not */
export function parseJson(text: string): ParsedJson | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return { text: text.trim() as JsonText, value }; // nothing but spaces, tabs and line ends may surround JSON
  } catch {
    return undefined;
  }
}

/** The text of an object. */
export function objectText(members: Iterable<readonly [name: string, value: JsonText]>): JsonText {
  let text = "";
  for (const [name, value] of members) text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${value}`;
  return (text === "" ? "{}" : `${text}}`) as JsonText;
}

/** The text of a list. */
export function listText(items: readonly JsonText[]): JsonText {
  return `[${items.join(",")}]` as JsonText;
}
