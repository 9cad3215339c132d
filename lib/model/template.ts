import { isObject, type Json, type JsonObject } from "./json.ts";
import { type JsonText, listText, objectText, writeJson } from "./json_text.ts";

const TEMPLATE = /^\s*\{%([\s\S]*)%\}\s*$/;

/** The JSONata of a template, which is a text that is `{% … %}` as a whole; undefined if it is none. */
export function templateOf(text: string): string | undefined {
  return TEMPLATE.exec(text)?.[1];
}

/** Whether a text is a template: `{% … %}` as a whole, around a JSONata expression. */
export function isTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** An expression, and where it stands. */
export interface Template {
  /** As in `args.files[2]`. */
  readonly path: string;
  /** JSONata. */
  readonly expression: string;
}

/**
 * The expressions of all templates in a value.
 *
 * @param path where the value stands
 */
export function templatesOf(value: Json, path = ""): Template[] {
  if (typeof value === "string") {
    const expression = templateOf(value);
    return expression === undefined ? [] : [{ path, expression }];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => templatesOf(item, `${path}[${i}]`));
  if (!isObject(value)) return [];
  return Object.entries(value as JsonObject).flatMap(([key, item]) => templatesOf(item, `${path}.${key}`));
}

/**
 * The text of a value in which the templates are replaced, one after the other.
 *
 * @param textOf evaluates an expression and returns the text of its value
 * @param path the place of the value
 */
export async function renderTemplates(
  value: Json,
  textOf: (expression: string, path: string) => JsonText | Promise<JsonText>,
  path = "",
): Promise<JsonText> {
  if (!hasTemplates(value)) return writeJson(value);
  if (typeof value === "string") return await textOf(templateOf(value)!, path);
  if (Array.isArray(value)) {
    const items: JsonText[] = [];
    for (const [i, item] of value.entries()) items.push(await renderTemplates(item, textOf, `${path}[${i}]`));
    return listText(items);
  }
  const members: [string, JsonText][] = [];
  for (const [name, part] of Object.entries(value as JsonObject)) {
    members.push([name, await renderTemplates(part, textOf, `${path}.${name}`)]);
  }
  return objectText(members);
}

const known = new WeakMap<object, boolean>();

/** Whether a value holds templates; remembered for objects, as the args of a node are rendered with each of its invocations. */
export function hasTemplates(value: Json): boolean {
  if (typeof value === "string") return isTemplate(value);
  if (typeof value !== "object" || value === null) return false;
  let has = known.get(value);
  if (has === undefined) known.set(value, has = Object.values(value).some(hasTemplates));
  return has;
}
