import { type Chain, expressionsOf, nearest, WorkloadError, type WorkloadPlace } from "../model/mod.ts";
import { checkExpression } from "./check_expression.ts";
import { inputNames } from "./input_names.ts";

/**
 * Checks that all expressions of a chain, and of the chains that it calls, can be read, and that what they read of `inputs`
 * is there.
 *
 * @throws {WorkloadError} `bad-expression` or `unknown-predecessor`, naming chain, node, field, expression and what is wrong
 */
export async function checkExpressions(chain: Chain): Promise<void> {
  for (const { chain: name, node, field, expression, inputs } of expressionsOf(chain)) {
    const place = { chain: name, ...(node === undefined ? {} : { node }) };
    try {
      await checkExpression(expression);
    } catch (cause) {
      throw new WorkloadError(
        "bad-expression",
        `${field}: ${(cause as Error).message}. Write JSONata, as on https://docs.jsonata.org`,
        place,
        { cause },
      );
    }
    for (const input of inputNames(expression)) {
      if (!inputs.includes(input)) throw unknownInput(field, input, inputs, place);
    }
  }
}

function unknownInput(
  field: string,
  input: string,
  inputs: readonly string[],
  place: WorkloadPlace,
): WorkloadError {
  const near = nearest(input, inputs);
  const hint = near === undefined ? "" : `Did you mean "${near}"? `;
  const known = inputs.length === 0
    ? "It comes after no node"
    : `inputs has ${inputs.slice(0, 20).join(", ")}`;
  return new WorkloadError(
    "unknown-predecessor",
    `${field}: inputs.${input} names no node whose output is known there. ${hint}${known}`,
    place,
  );
}
