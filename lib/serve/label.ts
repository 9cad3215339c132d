/** A label, as a key is bound to it, and as queries name it. */
export interface Label {
  readonly name: string;
  readonly value: string;
}

/** A label as a text: `tenant=acme`. */
export const LABEL_TEXT = /^[^=]+=[^]*$/;

/** Reads a text that {@linkcode LABEL_TEXT} matches. */
export function labelOf(text: string): Label {
  const at = text.indexOf("=");
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Labels with the one to which a caller is bound; undefined if they have another value of it. */
export function withBound(
  labels: Readonly<Record<string, string>>,
  { name, value }: Label,
): Record<string, string> | undefined {
  return Object.hasOwn(labels, name) && labels[name] !== value ? undefined : { ...labels, [name]: value };
}
