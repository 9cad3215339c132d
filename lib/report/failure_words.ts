import { formatDuration } from "../model/mod.ts";
import type { Failure } from "./schema.ts";
import { printable } from "./text.ts";

/** A cause of failures in words. */
export interface FailureWords {
  /** The things that failed, and the way they did: "chains dropped". */
  readonly what: string;
  readonly reason: string;
  /** When, of what, and an instance to look at. */
  readonly where: string;
}

/** Words for a cause of failures. */
export function failureWords(
  { of, kind, reason, count, firstMs, lastMs, names, instance }: Failure,
): FailureWords {
  const when = count === 1
    ? `at ${formatDuration(firstMs)}`
    : `from ${formatDuration(firstMs)} to ${formatDuration(lastMs)}`;
  const example = count === 1 ? `instance ${instance}` : `first in instance ${instance}`;
  return {
    what: `${of}${count === 1 ? "" : "s"} ${kind}`,
    reason: printable(reason),
    where: printable(`${when}; ${names.join(", ")}; ${example}`),
  };
}
