import jsonata from "jsonata";
import { ExpressionError } from "./errors.ts";
import { wordsOf } from "./words.ts";

/** @throws {ExpressionError} `bad-expression`, if an expression cannot be read */
export async function checkExpression(text: string): Promise<void> {
  try {
    const tree = jsonata(text).ast();
    if (!text.includes("/")) return;
    const { checkRegexes } = await import("./full/linear_regexp.ts");
    checkRegexes(tree); // what RE2 cannot match shows now, not when it is run
  } catch (error) {
    throw new ExpressionError("bad-expression", text, `cannot be read: ${wordsOf(error)}`, { cause: error });
  }
}
