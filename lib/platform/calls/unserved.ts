import type { Answer } from "../platform.ts";

/** A function that cannot be called now, as nobody serves it, or a token for it is missing. The message says what to do. */
export class UnservedError extends Error {
  override readonly name = "UnservedError";
}

/** The end of a call that was not made: the function waits. */
export function unserved({ message }: UnservedError): Answer {
  return { outcome: { kind: "unserved", reason: message }, status: 0, cold: false };
}

/** Whether an error, or its cause, tells that nobody listens where a connection was to go. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Deno.errors.ConnectionRefused) return true;
  if ((error as { readonly code?: unknown }).code === "ECONNREFUSED") return true;
  if (/connection refused|\(os error (111|61|10061)\)/i.test(error.message)) return true; // fetch has no code for it
  return isRefused(error.cause);
}
