import { isTemplate, type Json, type JsonObject, templateOf } from "../model/mod.ts";
import { evaluate, type Scope } from "./expression.ts";

/**
 * Puts what they evaluate to in the place of the templates, anywhere in the arguments; null for those that answer
 * nothing. Arguments without templates are returned as they are.
 *
 * @throws {ExpressionError} if one of them fails
 */
export async function render(args: JsonObject, scope: Scope): Promise<JsonObject> {
  return await renderValue(args, scope) as JsonObject;
}

async function renderValue(value: Json, scope: Scope): Promise<Json> {
  if (!hasTemplates(value)) return value;
  if (typeof value === "string") return await evaluate(templateOf(value)!, scope) ?? null;
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const item of value) items.push(await renderValue(item, scope));
    return items;
  }
  const rendered: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value as JsonObject)) {
    rendered[key] = await renderValue(item, scope);
  }
  return rendered;
}

const known = new WeakMap<object, boolean>();

/** Remembered for objects, as the args of a node are asked for with each of its invocations. */
function hasTemplates(value: Json): boolean {
  if (typeof value === "string") return isTemplate(value);
  if (typeof value !== "object" || value === null) return false;
  let has = known.get(value);
  if (has === undefined) known.set(value, has = Object.values(value).some(hasTemplates));
  return has;
}
