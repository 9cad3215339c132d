import { printable } from "../text.ts";

/** Escapes a text for HTML and SVG, in text and in quoted attributes; what would not be seen, or turns text around, is replaced. */
function escapeHtml(text: string): string {
  return printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** Markup, as opposed to a text that has still to be escaped. */
export interface Markup {
  readonly html: string;
}

/** The content of an element: markup, texts (they are escaped), or nothing. */
export type Content = Markup | string | undefined | readonly Content[];

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element. Texts and attributes are escaped; attributes that are undefined or false are left out. */
export function el(name: string, attributes: Attributes = {}, ...content: Content[]): Markup {
  return { html: `<${name}${written(attributes)}>${inner(content)}</${name}>` };
}

/** An element that has no content. */
export function empty(name: string, attributes: Attributes): Markup {
  return { html: `<${name}${written(attributes)}>` };
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => value === true ? ` ${key}` : ` ${key}="${escapeHtml(String(value))}"`)
    .join("");
}

/** Markup or text as HTML. */
export function inner(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string") return escapeHtml(content);
  return isList(content) ? content.map(inner).join("") : content.html;
}

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}
