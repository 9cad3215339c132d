import type { Json } from "../model/mod.ts";

/**
 * Whether a value counts as true: JSONata's `$boolean`. Nothing, null, false, 0, "", an empty list or object and a list of
 * nothing but such values are false.
 */
export function isTrue(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
