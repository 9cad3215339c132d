import type { JsonText } from "./json_text.ts";

/** JSON that stands in other JSON as it came, in one line. */
export class RawJson {
  readonly text: string;

  constructor(text: JsonText) {
    this.text = text.replace(/[\r\n]+/g, " "); // within its texts they are escaped
  }
}

/** As it came, if there is any. */
export function raw(text: JsonText | undefined): RawJson | undefined {
  return text === undefined ? undefined : new RawJson(text);
}

/**
 * JSON of a value in which some is as it came. Undefined members are left out.
 *
 * @param indent spaces that each level stands further to the right, in lines of their own; 0 for one line
 */
export function printJson(value: unknown, indent = 0): string {
  return write(value, indent, "");
}

function write(value: unknown, indent: number, margin: string): string {
  if (value instanceof RawJson) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = margin + " ".repeat(indent);
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, indent, inner))
    : Object.entries(value).filter(([, part]) => part !== undefined).map(([name, part]) =>
      `${JSON.stringify(name)}:${indent > 0 ? " " : ""}${write(part, indent, inner)}`
    );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (parts.length === 0) return `${open}${close}`;
  if (indent === 0) return `${open}${parts.join(",")}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}
