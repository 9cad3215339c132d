/** Escapes a text for SVG, and takes out what XML cannot carry. */
function escaped(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Markup, as opposed to a text that has still to be escaped. */
export interface Markup {
  readonly html: string;
}

/** The content of an element: markup, texts (they are escaped), or nothing. */
export type Content = Markup | string | undefined | readonly Content[];

/** An element. Texts and attributes are escaped; attributes that are undefined are left out. */
export function el(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...content: Content[]
): Markup {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escaped(String(value))}"`);
  return { html: `<${name}${written.join("")}>${inner(content)}</${name}>` };
}

function inner(content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string") return escaped(content);
  return isList(content) ? content.map(inner).join("") : content.html;
}

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** A line through points, as the `d` of a path; a new one begins behind each undefined. */
export function pathThrough(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let path = "", pen = "M";
  for (const point of points) {
    if (point === undefined) pen = "M";
    else {
      path += `${pen}${short(point[0])} ${short(point[1])}`;
      pen = "L";
    }
  }
  return path;
}

/** Tenths of a pixel are not seen. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
