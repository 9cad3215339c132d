import type { Chain } from "../model/mod.ts";
import { figuresOf } from "./figures.ts";

/** A chain and its figures, by names, as JSON shows them. */
export type ChainOutline = ReturnType<typeof outlineOf>;

/** A chain and its figures, by names. */
export function outlineOf(chain: Chain) {
  const figures = figuresOf(chain);
  const nameOf = (i: number) => chain.nodes[i]!.name;
  return {
    chain: chain.name,
    nodes: chain.nodes.map(({ fn, after, args, ...said }, i) => ({
      ...said,
      ...(said.calls === undefined ? { function: fn.name } : {}),
      after: after.map(nameOf),
      ...(Object.keys(args).length === 0 ? {} : { args }),
      expectedMs: figures.expectedMs[i],
    })),
    onFailed: chain.onFailed === undefined ? undefined : nameOf(chain.onFailed),
    output: chain.output,
    timeLimitMs: chain.timeLimitMs,
    ttlMs: chain.ttlMs,
    criticalPath: { nodes: figures.criticalPath.map(nameOf), expectedMs: figures.criticalMs },
    widestStage: { nodes: figures.widestStage.map(nameOf), width: figures.width },
    expectedWorkMs: figures.workMs,
    undeclared: figures.undeclared,
  };
}
