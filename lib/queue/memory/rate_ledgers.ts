import type { RateLedgers } from "../rate_ledgers.ts";

/** The ledgers of rates of a queue in memory. */
export class MemoryRateLedgers implements RateLedgers {
  /** As many as there are rates. */
  readonly #texts = new Map<string, string>();

  async change(
    names: readonly string[],
    change: (texts: readonly (string | undefined)[]) => readonly string[],
  ): Promise<void> {
    const texts = change(names.map((name) => this.#texts.get(name)));
    for (const [i, name] of names.entries()) this.#texts.set(name, texts[i]!);
    await Promise.resolve();
  }
}
