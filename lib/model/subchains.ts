import type { Chain } from "./chain.ts";
import { unknownChain } from "./check_chain.ts";

/**
 * Gives each chain the chains that its nodes call by name, and those that these call, so that a program that has never seen the
 * others can run it. Chains that call none stay what they are.
 *
 * @throws {WorkloadError} if a chain is called that is not among them
 */
export function linkChains(chains: readonly Chain[]): Chain[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  return chains.map((chain) => {
    const called = new Map<string, Chain>();
    const reached = [chain];
    for (const { name, nodes, subchains = {} } of reached) { // grows on the way
      for (const { name: node, calls } of nodes) {
        if (calls === undefined || called.has(calls)) continue;
        const inner = chain.subchains?.[calls] ?? subchains[calls] ?? byName.get(calls);
        if (inner === undefined) throw unknownChain(calls, [...byName.keys()], { chain: name, node });
        called.set(calls, bare(inner));
        reached.push(inner);
      }
    }
    return called.size === 0 ? chain : { ...chain, subchains: Object.fromEntries(called) };
  });
}

/** The chains that an inner one calls stand with the outermost, each once. */
function bare(chain: Chain): Chain {
  const { subchains, ...own } = chain;
  return subchains === undefined ? chain : own;
}

const linked = new WeakMap<Chain, Map<string, Chain>>();

/** The chain that a node of `chain` calls, with those that it calls; the same object each time. */
export function subchainOf(chain: Chain, name: string): Chain {
  let byName = linked.get(chain);
  if (byName === undefined) linked.set(chain, byName = new Map());
  let inner = byName.get(name);
  if (inner === undefined) {
    const found = chain.subchains![name]!;
    const callsNone = found.nodes.every(({ calls }) => calls === undefined);
    inner = callsNone ? found : { ...found, subchains: chain.subchains! };
    byName.set(name, inner);
  }
  return inner;
}
