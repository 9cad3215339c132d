/** Whose an error is: `usage` of who wrote the command line or a file, who must write something else; `failure` of what ran. */
export type ErrorKind = "usage" | "failure";

/** The origin of an error. */
export interface SequoiaErrorOptions extends ErrorOptions {
  /** Whose it is. (Default: "failure") */
  readonly kind?: ErrorKind;
}

/**
 * An error that callers are expected to catch: its message is a sentence for users that says what happened, where, and what
 * to do; its code is stable, for scripts and tests.
 */
export class SequoiaError<Code extends string = string> extends Error {
  /** The kind of fault; stable. */
  readonly code: Code;
  /** Whose it is. */
  readonly kind: ErrorKind;

  /** The message says what happened, where, and what to do. */
  constructor(code: Code, message: string, { kind = "failure", ...options }: SequoiaErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.kind = kind;
  }
}
