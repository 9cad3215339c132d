/** A field or a parameter that cannot be used. */
export interface FieldError {
  /** Where it is: `#/priority`. */
  readonly at: string;
  /** Advice: a value that can be used. */
  readonly detail: string;
}

/** The parts of a {@linkcode SequoiaError}. */
export interface SequoiaErrorOptions extends ErrorOptions {
  readonly status?: number;
  readonly errors?: readonly FieldError[];
}

/** A request that failed. The code is stable; the message is for people. */
export class SequoiaError extends Error {
  override readonly name = "SequoiaError";
  /**
   * The code of the problem that the server answered with; `unreachable` if no answer came, `bad-answer` if it was none of
   * `sequoia serve`, `wait-timeout` if the instance had not ended in time, `bad-signature` of a callback.
   */
  readonly code: string;
  /** The status of the answer; 0 if none came. */
  readonly status: number;
  /** The fields and parameters that cannot be used. */
  readonly errors: readonly FieldError[];

  constructor(code: string, message: string, options: SequoiaErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.status = options.status ?? 0;
    this.errors = options.errors ?? [];
  }
}
