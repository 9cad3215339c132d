import type { Chain, Instance } from "../../../model/mod.ts";
import { definitionOfSubmitted } from "../../submission.ts";

/**
 * The chains of the instances that are known: those of one definition share one object, however they were decoded, so that
 * kinds can be told apart by it. A chain is forgotten with the last of its instances.
 */
export class ChainPool {
  readonly #shared = new WeakMap<Chain, Chain>();
  readonly #hashes = new WeakMap<Chain, string>();
  readonly #byHash = new Map<string, WeakRef<Chain>>();
  readonly #gone = new FinalizationRegistry<string>((hash) => {
    if (this.#byHash.get(hash)?.deref() === undefined) this.#byHash.delete(hash);
  });

  /** The same instance, with the chain that others of its definition have. */
  shared(instance: Instance): Instance {
    const { chain } = instance;
    let shared = this.#shared.get(chain);
    if (shared === undefined) this.#shared.set(chain, shared = this.#find(instance));
    return shared === chain ? instance : { ...instance, chain: shared };
  }

  /** The shared chain of the definition that a decoded chain has, if instances with that very object were shared before. */
  known(chain: Chain): Chain | undefined {
    return this.#shared.get(chain);
  }

  /** The hash of a shared chain. */
  hashOf(chain: Chain): string {
    return this.#hashes.get(chain)!;
  }

  #find(instance: Instance): Chain {
    const { hash, chain } = definitionOfSubmitted(instance);
    const known = this.#byHash.get(hash)?.deref();
    if (known !== undefined) return known;
    this.#hashes.set(chain, hash);
    this.#byHash.set(hash, new WeakRef(chain));
    this.#gone.register(chain, hash);
    return chain;
  }
}
