import {
  type Chain,
  type ChainNode,
  type FunctionSpec,
  type Instance,
  type Json,
  templatesOf,
  urlSchemeOf,
} from "../model/mod.ts";

/** Whether anything of a chain is decided when it is run: the original and version 0 of our messages have no such thing. */
function isDecided(chain: Chain): boolean {
  const { onFailed, output, timeLimitMs, ttlMs, nodes } = chain;
  return [onFailed, output, timeLimitMs, ttlMs].some((option) => option !== undefined) ||
    nodes.some((node) => nodeDecision(node) !== undefined);
}

/** The decision that is taken when a node is run, in words; undefined if there is none. */
export function nodeDecision({ when, map, calls, join, args }: ChainNode): string | undefined {
  if (when !== undefined) return "when";
  if (map !== undefined) return "map";
  if (calls !== undefined) return "calls of other chains";
  if (join !== undefined && join !== "all") return `join: "${join}"`;
  if (templatesOf(args as Json).length > 0) return "templates in args";
}

/**
 * The option that neither the original's messages nor version 1 of ours can hold, as it changes where or in which way a
 * function is called.
 */
export function elsewhere({ url, urls, background, auth }: FunctionSpec): string | undefined {
  if (urls !== undefined) return "urls";
  if (background !== undefined) return "background";
  if (auth !== undefined) return "auth";
  const scheme = url === undefined ? undefined : urlSchemeOf(url);
  if (scheme !== undefined) return `${scheme.what}s`;
}

/** Whether a chain can stand in a message so that the original runs it, too. */
export function isPlain(chain: Chain): boolean {
  return !isDecided(chain) && chain.nodes.every(({ fn }) => elsewhere(fn) === undefined);
}

/** The least version of the schema whose reader runs an instance as it is meant. */
export function versionOf(
  { chain, parent, generations, callback }: Pick<Instance, "chain" | "parent" | "generations" | "callback">,
): number {
  if (callback !== undefined) return 6;
  let version = versions.get(chain);
  if (version === undefined) versions.set(chain, version = versionOfChain(chain));
  return Math.max(version, parent === undefined ? 0 : 1, generations === undefined ? 0 : 4);
}

const versions = new WeakMap<Chain, number>();

function versionOfChain(chain: Chain): number {
  const all = [chain, ...Object.values(chain.subchains ?? {})];
  const functions = all.flatMap(({ nodes }) => nodes.map(({ fn }) => fn));
  if (functions.some(({ auth }) => auth !== undefined)) return 5;
  if (functions.some(({ served }) => served)) return 3;
  if (functions.some((fn) => elsewhere(fn) !== undefined)) return 2;
  return isDecided(chain) || functions.some(({ retry }) => retry.on !== undefined) ? 1 : 0;
}
