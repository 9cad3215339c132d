import type { Chain, ChainNode } from "./chain.ts";
import { WorkloadError } from "./errors.ts";
import { templatesOf } from "./template.ts";

/**
 * Checks that functions can trigger each other through a whole chain: that nothing in it has to be decided, or computed,
 * between one function and the next.
 *
 * @throws {WorkloadError} naming the node that needs a scheduler, and why
 */
export function checkTriggered({ name: chain, nodes, onFailed }: Chain): void {
  nodes.forEach((node, i) => {
    const need = i === onFailed ? "undoes what a chain that has failed had done" : needOf(node);
    if (need === undefined) return;
    throw new WorkloadError(
      "bad-chain",
      `it ${need}, but functions that trigger each other cannot decide. Run the chain with sequoia consume`,
      { chain, node: node.name },
    );
  });
}

function needOf({ when, map, calls, args }: ChainNode): string | undefined {
  if (when !== undefined) return "has a condition";
  if (map !== undefined) return "is a map";
  if (calls !== undefined) return `calls the chain "${calls}"`;
  const [template] = templatesOf(args, "args");
  return template && `has an expression in ${template.path}`;
}
