import { SequoiaError } from "../model/mod.ts";

/** The code of an expression's error; stable. */
export type ExpressionErrorCode =
  | "bad-expression"
  | "expression-failed"
  | "expression-timeout"
  | "expression-depth"
  | "expression-size"
  | "expression-memory"
  | "not-json";

/** An expression that cannot be read, or that gave no value; the message says where in it and why. */
export class ExpressionError extends SequoiaError<ExpressionErrorCode> {
  override readonly name = "ExpressionError";

  /** @param text the expression, which the message quotes as far as it is short */
  constructor(code: ExpressionErrorCode, text: string, why: string, options?: ErrorOptions) {
    super(code, `the expression ${quote(text)} ${why}`, options);
  }
}

const QUOTED = 120;

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);
}
