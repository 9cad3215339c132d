import { type Json, type JsonObject, type JsonText, objectText, readJson, writeJson } from "../model/mod.ts";

/** The names that an expression can use: each part as its JSON. */
export interface Scope {
  /** The outputs of the predecessors by node name; null for those that were skipped or failed. */
  readonly inputs: Readonly<Record<string, JsonText>>;
  /** Those of them that are no JSON: an expression that needs one fails with `not-json`. (Default: none) */
  readonly unreadable?: readonly string[];
  /** The instance's arguments. */
  readonly args: JsonText;
  /** The instance itself. */
  readonly instance: {
    readonly id: string;
    readonly chain: string;
    readonly labels: Readonly<Record<string, string>>;
    /** ISO 8601. */
    readonly submitted: string;
  };
  /** Of an invocation of a map: the item, and its place in the list from 0. */
  readonly item?: JsonText;
  readonly index?: number;
  /** Of the node that undoes: why the instance has failed or was cancelled. */
  readonly reason?: string;
}

/** The names for an expression that gives an instance its id before it is submitted. */
export interface NamingScope {
  readonly args: JsonText;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of its chain. */
  readonly chain: string;
  /** Its place in the load, from 0. */
  readonly index: number;
}

/** Makes an evaluation repeatable: the same text, scope and constants give the same value, whenever and wherever. */
export interface Constants {
  /** Seeds `$random` and `$shuffle`. */
  readonly seed: string;
  /** The instant of `$now` and `$millis`, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** The JSON of all that a scope names. */
export function scopeText(scope: Scope | NamingScope): JsonText {
  if (!("inputs" in scope)) {
    const { args, ...rest } = scope;
    return joined([["args", args]], rest);
  }
  const { inputs, unreadable: _, args, item, ...rest } = scope;
  const parts: [string, JsonText][] = [["inputs", objectText(Object.entries(inputs))], ["args", args]];
  if (item !== undefined) parts.push(["item", item]);
  return joined(parts, rest);
}

function joined(parts: [string, JsonText][], rest: object): JsonText {
  const values = Object.entries(rest).filter(([, value]) => value !== undefined);
  return objectText([...parts, ...values.map(([name, value]) => [name, writeJson(value)] as const)]);
}

/** Parts that are longer together, in characters, are not read where an expression is evaluated at once: about 4 ms. */
const LONGEST_READ = 524_288;

/** Reads a text; one that was read before may be remembered. */
export type Read = (text: JsonText) => Json;

/**
 * A scope as an object whose parts are read when they are asked for. A part that is unreadable, or too long, throws.
 */
export function lazyScope(scope: Scope | NamingScope, read: Read = readJson): JsonObject {
  let left = LONGEST_READ;
  const readPart = (text: JsonText) => {
    left -= text.length;
    if (left < 0) throw new RangeError("Cannot read so much at once. Ask an evaluator");
    return read(text);
  };
  let args: Json | undefined;
  const base = {
    ...scope,
    get args() {
      return args ??= readPart(scope.args);
    },
  };
  if ("inputs" in scope) {
    let inputs: JsonObject | undefined;
    lazily(base, "inputs", () => inputs ??= lazyInputs(scope, readPart));
    if (scope.item !== undefined) {
      let item: Json | undefined;
      const text = scope.item;
      lazily(base, "item", () => item ??= readPart(text));
    }
  }
  return base as unknown as JsonObject;
}

function lazyInputs({ inputs, unreadable }: Scope, readPart: Read): JsonObject {
  const values = {};
  for (const [name, text] of Object.entries(inputs)) {
    let value: Json | undefined;
    lazily(values, name, () => {
      if (unreadable?.includes(name)) throw new TypeError("Cannot read what is no JSON");
      return value ??= readPart(text);
    });
  }
  return values;
}

function lazily(object: object, name: string, get: () => Json): void {
  Object.defineProperty(object, name, { get, enumerable: true });
}
