import type { Chain } from "../model/mod.ts";

/** Chains larger than this in bytes are not kept, so that no more than 4 MiB are. */
const MAX_BYTES = 64 * 1024;
const MAX_CHAINS = 64;

interface Known {
  readonly bytes: Uint8Array;
  readonly chainId: number;
  readonly chain: Chain;
}

/**
 * The chains that were decoded last, so that the many instances of a chain share one object: a backlog of a million then
 * fits in memory, and decoding is as quick as comparing bytes.
 */
export class KnownChains {
  readonly #known: Known[] = [];

  /** The chain that stood in these very bytes. */
  find(bytes: Uint8Array, chainId: number): Chain | undefined {
    const at = this.#known.findIndex((known) => known.chainId === chainId && equal(known.bytes, bytes));
    if (at < 0) return undefined;
    const known = this.#known[at]!;
    if (at > 0) this.#known.unshift(...this.#known.splice(at, 1));
    return known.chain;
  }

  add(bytes: Uint8Array, chainId: number, chain: Chain): void {
    if (bytes.length === 0 || bytes.length > MAX_BYTES) return;
    this.#known.unshift({ bytes: bytes.slice(), chainId, chain });
    this.#known.length = Math.min(this.#known.length, MAX_CHAINS);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
