/** What a chain decides at run time: JSONata expressions and templates, evaluated within bounds. */
export { checkExpressions } from "./check_chain.ts";
export { ExpressionError, type ExpressionErrorCode } from "./errors.ts";
export {
  checkExpression,
  evaluate,
  isTrue,
  type NamingScope,
  readableInputs,
  type Scope,
} from "./expression.ts";
