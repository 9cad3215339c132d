import { SequoiaError } from "../model/mod.ts";

/** The codes of errors about messages; stable, for scripts and tests. */
export type WireErrorCode =
  /** These bytes are no message of a chain instance. */
  | "undecodable"
  /** A newer Sequoia wrote it, and to read it as far as possible would run something else. */
  | "newer"
  /** It is larger than the reader or writer allows. */
  | "too-large"
  /** The chain cannot be said in the original's messages. */
  | "not-original";

/**
 * A message that cannot be read or written. A message that can be read, but holds no chain that can be run, is a WorkloadError.
 */
export class WireError extends SequoiaError<WireErrorCode> {
  override readonly name = "WireError";

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, { ...options, kind: code === "not-original" ? "usage" : "failure" });
  }
}
