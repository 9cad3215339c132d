/** The decisions of a chain at run time: JSONata expressions and templates, evaluated within bounds. */
export { checkExpressions } from "./check_chain.ts";
export { checkExpression } from "./check_expression.ts";
export { ExpressionError } from "./errors.ts";
export { EVALUATOR } from "./evaluator/child.ts";
export { EvaluationStopped } from "./evaluator/lane.ts";
export { Expressions, type Soon } from "./expressions.ts";
export { serveEvaluations } from "./evaluator/program.ts";
export { isTrue } from "./is_true.ts";
export { type Constants, type NamingScope, type Scope } from "./scope.ts";
