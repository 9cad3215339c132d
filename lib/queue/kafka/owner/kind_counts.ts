import type { Chain } from "../../../model/mod.ts";
import type { MessageKind } from "../log/messages.ts";

/** Counts of something, by kind. */
export class KindCounts {
  readonly #kinds = new Map<Chain, Map<string, number>>();
  #total = 0;
  #size = 0;

  /** Of all kinds together. */
  get total(): number {
    return this.#total;
  }

  /** Of how many kinds there are some. */
  get size(): number {
    return this.#size;
  }

  of({ chain, labels }: MessageKind): number {
    return this.#kinds.get(chain)?.get(labels) ?? 0;
  }

  /** There is one more, or one less. */
  change({ chain, labels }: MessageKind, by: 1 | -1): void {
    const kinds = this.#kinds.get(chain) ?? new Map<string, number>(), { size } = kinds;
    const count = (kinds.get(labels) ?? 0) + by;
    if (count > 0) kinds.set(labels, count);
    else kinds.delete(labels);
    this.#total += by;
    this.#size += kinds.size - size;
    if (kinds.size > 0) this.#kinds.set(chain, kinds);
    else this.#kinds.delete(chain);
  }
}
