import { SequoiaError } from "../model/mod.ts";

/** The codes of errors of servers; stable, for scripts and tests. */
export type ServeErrorCode = "cannot-listen" | "keys-needed" | "bad-keys";

/** A server that cannot listen, or may not. */
export class ServeError extends SequoiaError<ServeErrorCode> {
  /** The name of the class. */
  override readonly name = "ServeError";
}
