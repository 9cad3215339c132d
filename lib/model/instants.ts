const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Reads an instant as RFC 3339 writes it: `2026-12-01T09:00:00Z`, `2026-12-01T09:00+01:00`; without a zone in the time of this
 * machine.
 *
 * @returns milliseconds since 1970
 * @throws {SyntaxError} if the text is no instant
 */
export function parseInstant(text: string): number {
  const [, date, time, zone = ""] = INSTANT.exec(text.trim()) ?? [];
  const atMs = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(atMs) || !isDate(date!)) {
    throw new SyntaxError(
      `Cannot read "${text}" as an instant. Write a date and a time, for example 2026-12-01T09:00:00Z`,
    );
  }
  return atMs;
}

/** Dates are read that are none: February 30. */
function isDate(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}
