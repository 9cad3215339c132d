import { isObject, type Json } from "./json.ts";

const TEMPLATE = /^\s*\{%([\s\S]*)%\}\s*$/;

/** The JSONata of a template, which is a text that is `{% … %}` as a whole; undefined if it is none. */
export function templateOf(text: string): string | undefined {
  return TEMPLATE.exec(text)?.[1];
}

/** Whether a text is a template: `{% … %}` as a whole, around a JSONata expression. */
export function isTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

/** The expressions of all templates in a value. */
export function templatesOf(value: Json): string[] {
  if (typeof value === "string") return [templateOf(value)].filter((text) => text !== undefined);
  if (Array.isArray(value)) return value.flatMap(templatesOf);
  return isObject(value) ? Object.values(value as Record<string, Json>).flatMap(templatesOf) : [];
}
