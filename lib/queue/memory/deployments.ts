import {
  checkDeployable,
  checkRoom,
  compareNames,
  type DeployedChain,
  type Deployment,
  deploymentOf,
} from "../deployed.ts";

/** The chains that are deployed to a queue in memory: at most as many as {@linkcode checkRoom} lets in. */
export class MemoryDeployments {
  readonly #byName = new Map<string, DeployedChain>();

  /** Deploys some chains together. */
  deploy(chains: readonly DeployedChain[]): Deployment[] {
    checkDeployable(chains);
    const deployments = chains.map((chain) => deploymentOf(chain, this.get(chain.name)?.version));
    checkRoom("the queue in memory", this.#byName.size, deployments);
    chains.forEach((chain, i) => {
      if (deployments[i]!.outcome !== "unchanged") this.#byName.set(chain.name, chain);
    });
    return deployments;
  }

  get(name: string): DeployedChain | undefined {
    return this.#byName.get(name);
  }

  /** By name. */
  all(): DeployedChain[] {
    return [...this.#byName.values()].sort((a, b) => compareNames(a.name, b.name));
  }

  /** @returns whether it was there */
  remove(name: string): boolean {
    return this.#byName.delete(name);
  }
}
