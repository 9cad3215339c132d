import { SequoiaError } from "../../model/mod.ts";

/** The code of a trace's error; stable. */
export type TraceErrorCode = "unknown-trace" | "bad-trace" | "large-trace" | "no-calls";

/** A trace that cannot be read; the message says file, line and column, and what to do. */
export class TraceError extends SequoiaError<TraceErrorCode> {
  /** The name of the class. */
  override readonly name = "TraceError";

  /** The message says where, and what to do. */
  constructor(code: TraceErrorCode, message: string, options: ErrorOptions = {}) {
    super(code, message, { ...options, kind: "usage" });
  }
}
