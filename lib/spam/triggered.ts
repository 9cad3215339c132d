import { type Chain, type ChainNode, templatesOf, WorkloadError } from "../model/mod.ts";

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
      `it ${need}, but in spam functions only trigger each other, and nobody decides. Run the chain with sequoia consume`,
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
