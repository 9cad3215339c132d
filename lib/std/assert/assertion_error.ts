/** Thrown by an assertion that does not hold. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

/** `: message`, or a full stop. */
export function suffix(message: string | undefined): string {
  return message ? `: ${message}` : ".";
}
