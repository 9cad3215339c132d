import { type Chain, expressionsOf, WorkloadError } from "../model/mod.ts";
import { checkExpression } from "./expression.ts";

/**
 * Checks that all expressions of a chain, and of the chains that it calls, can be read.
 *
 * @throws {WorkloadError} `bad-expression`, naming chain, node, field, expression, position and what is wrong
 */
export async function checkExpressions(chain: Chain): Promise<void> {
  for (const { chain: name, node, field, expression } of expressionsOf(chain)) {
    try {
      await checkExpression(expression);
    } catch (cause) {
      throw new WorkloadError(
        "bad-expression",
        `${field}: ${(cause as Error).message}. Write JSONata, as on https://docs.jsonata.org`,
        { chain: name, ...(node === undefined ? {} : { node }) },
        { cause },
      );
    }
  }
}
