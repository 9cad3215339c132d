import { type Chain, type ChainNode, type Instance, type Json, templatesOf } from "../model/mod.ts";

/** Whether anything of a chain is decided when it is run: the original and version 0 of our messages have no such thing. */
export function isDecided(chain: Chain): boolean {
  const { onFailed, output, timeLimitMs, ttlMs, nodes } = chain;
  return [onFailed, output, timeLimitMs, ttlMs].some((option) => option !== undefined) ||
    nodes.some((node) => nodeDecision(node) !== undefined);
}

/** What of a node is decided when it is run, if anything, in words. */
export function nodeDecision({ when, map, calls, join, args }: ChainNode): string | undefined {
  if (when !== undefined) return "when";
  if (map !== undefined) return "map";
  if (calls !== undefined) return "calls of other chains";
  if (join !== undefined && join !== "all") return `join: "${join}"`;
  if (templatesOf(args as Json).length > 0) return "templates in args";
}

/** The least version of the schema whose reader runs an instance as it is meant. */
export function versionOf({ chain, parent }: Pick<Instance, "chain" | "parent">): number {
  if (parent !== undefined) return 1;
  let version = versions.get(chain);
  if (version === undefined) {
    const plain = !isDecided(chain) && chain.nodes.every(({ fn }) => fn.retry.on === undefined);
    versions.set(chain, version = plain ? 0 : 1);
  }
  return version;
}

const versions = new WeakMap<Chain, number>();
