import { type Chain, subchainOf } from "../model/mod.ts";

/** Chains, and behind them those that only others call, each once. */
export function withCalled(chains: readonly Chain[]): Chain[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  for (const chain of chains) {
    for (const name of Object.keys(chain.subchains ?? {})) {
      if (!byName.has(name)) byName.set(name, subchainOf(chain, name));
    }
  }
  return [...byName.values()];
}
