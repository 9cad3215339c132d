/** The words of logged data; the properties of objects in the manner of JSON. */
export function textOf(data: unknown): string {
  if (data instanceof Error) return data.stack!;
  if (typeof data === "function") return "undefined"; // as in the real package
  if (typeof data !== "object" || data === null) return String(data);
  const properties = Object.entries(data).map(([key, value]) =>
    `"${key}":${typeof value === "string" ? `"${value}"` : textOf(value)}`
  );
  return `{${properties.join(",")}}`;
}
