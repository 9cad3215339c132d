import { isObject } from "../../model/mod.ts";

/** The fields of an object in JSON; none of a text that is something else. */
export function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
