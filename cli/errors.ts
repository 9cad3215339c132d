/** The command line cannot be understood; the program ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command ran and its result is a failure (a threshold was missed, an instance failed); the program ends with 1. */
export class FailedError extends Error {
  override readonly name = "FailedError";
}

/** Codes of errors that the user mends in the command line or in a file of their own. */
const USAGE_CODES = new Set([
  "unknown-policy",
  "bad-policy",
  "unknown-profile",
  "bad-profile",
  "bad-address",
  "not-original",
]);
/** Errors whose message is written for users. */
const EXPECTED = new Set([
  "UsageError",
  "FailedError",
  "WorkloadError",
  "PolicyError",
  "CollectError",
  "PlatformError",
  "QueueError",
  "RunLogError",
  "SimulateError",
  "WireError",
]);

/**
 * The error that came first, and those of what was closed after it: at the end of a scope the language hides the first error
 * behind the last one (https://tc39.es/proposal-explicit-resource-management/).
 */
export function inOrder(error: unknown): readonly [first: unknown, ...closing: unknown[]] {
  const closing: unknown[] = [];
  let first = error;
  for (; first instanceof SuppressedError; first = first.suppressed) closing.unshift(...inOrder(first.error));
  return [first, ...closing];
}

/** What the program exits with after an error: 2 if the user must write something else, 1 otherwise. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return 1;
  if (error.name === "UsageError" || error.name === "WorkloadError") return 2;
  return USAGE_CODES.has((error as { code?: string }).code ?? "") ? 2 : 1;
}

/** One line for the user; an error that nobody expected is said to be one. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const line = error.message.replaceAll(/\s*\n\s*/g, " ");
  return EXPECTED.has(error.name)
    ? line
    : `Unexpected: ${line} (${error.name}). Run again with --log-level debug to see where`;
}

/** The line of a JSON log that says why the program ends; with the error's stable code, if it has one. */
export function jsonLineOf(error: unknown, atMs: number): string {
  const { code } = error as { readonly code?: unknown };
  return JSON.stringify({
    level: "ERROR",
    datetime: atMs,
    message: messageOf(error),
    ...typeof code === "string" && { code },
  });
}
