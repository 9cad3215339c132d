import type { ErrorKind } from "../../lib/model/mod.ts";
import { jsonLine } from "./log_form.ts";

/** The command line cannot be understood; the program ends with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly kind: ErrorKind = "usage";
}

/** A command ran and its result is a failure (as an instance that failed); the program ends with 1. */
export class FailedError extends Error {
  override readonly name = "FailedError";
  readonly kind: ErrorKind = "failure";
}

/** A command ran and what it checked does not hold (`report --fail-if`); the program ends with 3. */
export class CheckError extends Error {
  override readonly name = "CheckError";
  readonly kind: ErrorKind = "failure";
}

/**
 * The kind of an error; undefined: nobody expected it, so its message is not written for users. Read from the field of
 * `SequoiaError`, as the class itself would be loaded with every command.
 */
function kindOf(error: unknown): ErrorKind | undefined {
  if (!(error instanceof Error)) return undefined;
  const { kind } = error as { readonly kind?: unknown };
  return kind === "usage" || kind === "failure" ? kind : undefined;
}

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

/** Why a file that the command line names cannot be read, and what to do where that is plain: to follow "Cannot read FILE:". */
export function whyUnread(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such file. Check the path";
  if (cause instanceof Deno.errors.IsADirectory) return "it is a folder. Name a file in it";
  return cause instanceof Error ? cause.message : String(cause);
}

/** The exit code after an error: 2 if the user must write something else, 3 if a check does not hold, 1 otherwise. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CheckError) return 3;
  return kindOf(error) === "usage" ? 2 : 1;
}

/** One line for the user; for an `Error` that nobody expected, it begins with `Unexpected`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const line = error.message.replaceAll(/\s*\n\s*/g, " ");
  return kindOf(error) !== undefined
    ? line
    : `Unexpected: ${line} (${error.name}). Run again with --log-level debug to see where`;
}

/** The line of a JSON log that tells why the program ends; with the error's stable code, if it has one. */
export function jsonLineOf(error: unknown, atMs: number): string {
  const { code } = error as { readonly code?: unknown };
  return jsonLine("ERROR", atMs, messageOf(error), {
    event: "failed",
    ...typeof code === "string" && { code },
  });
}
