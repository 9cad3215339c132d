import type { Chain } from "./chain.ts";
import { templateOf, templatesOf } from "./template.ts";

/** An expression of a chain, or of a chain that it calls, and where it stands. */
export interface ChainExpression {
  /** The chain's name. */
  readonly chain: string;
  /** The node's name; absent if the expression belongs to the chain as a whole. */
  readonly node?: string;
  /** `when`, `map`, `output`, or a path as in `args.files[2]`. */
  readonly field: string;
  /** JSONata. */
  readonly expression: string;
  /** The nodes whose outputs `inputs` has there. */
  readonly inputs: readonly string[];
}

/** All expressions of a chain and of the chains that it calls. */
export function expressionsOf(chain: Chain): ChainExpression[] {
  return [chain, ...Object.values(chain.subchains ?? {})].flatMap(ownExpressions);
}

function ownExpressions({ name: chain, nodes, onFailed, output = "" }: Chain): ChainExpression[] {
  const found: ChainExpression[] = [];
  const all = nodes.slice(0, onFailed).map(({ name }) => name);
  for (const [i, { name: node, after, when, map, args }] of nodes.entries()) {
    const common = { chain, node, inputs: i === onFailed ? all : after.map((before) => nodes[before]!.name) };
    if (when !== undefined) found.push({ ...common, field: "when", expression: when });
    if (map !== undefined) found.push({ ...common, field: "map", expression: map.items });
    for (const { path: field, expression } of templatesOf(args, "args")) {
      found.push({ ...common, field, expression });
    }
  }
  const expression = templateOf(output);
  if (expression !== undefined) found.push({ chain, field: "output", expression, inputs: all });
  return found;
}
