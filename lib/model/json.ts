/** Any JSON value: what functions receive, answer, and what a queue stores. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** The values by name. */
  readonly [key: string]: Json;
}

/** Whether `value` is an object in the JSON sense: neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deeper values are refused: writing and comparing them would exhaust the stack of the program that gets them. */
export const MAX_JSON_DEPTH = 100;

/**
 * Finds the first part of a value that JSON cannot carry (a function, a bigint, a cycle, NaN, a class instance, a hole in a
 * list), or that lies more than 100 lists and objects deep.
 *
 * @returns the path of that part, for example `.user.tags[2]` ("" is the value itself), or undefined if there is none
 */
export function notJson(value: unknown, path = "", parents: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || parents.includes(value) || parents.length >= MAX_JSON_DEPTH) return path;
  const within = [...parents, value];
  if (Array.isArray(value)) {
    return firstOf(Array.from(value, (item, i) => notJson(item, `${path}[${i}]`, within)));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return path;
  return firstOf(Object.entries(value).map(([key, item]) => notJson(item, `${path}.${key}`, within)));
}

/** Whether a value lies more than 100 lists and objects deep. */
export function isTooDeep(value: Json, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth >= MAX_JSON_DEPTH) return true;
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    if (isTooDeep(part, depth + 1)) return true;
  }
  return false;
}

function firstOf(paths: (string | undefined)[]): string | undefined {
  return paths.find((path) => path !== undefined);
}
