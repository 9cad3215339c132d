import { isObject, type Json, type JsonObject } from "./json.ts";

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
