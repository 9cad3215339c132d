import type { AttemptEvent } from "./events.ts";
import type { CostReport } from "./schema.ts";

/** Adds up what attempts cost, as far as the log says so. */
export class Costs {
  readonly #chains = new Map<string, number>();
  readonly #platforms = new Map<string, { attempts: number; throttled: number; cost: number }>();

  add({ cost, chain, platform, outcome }: AttemptEvent): void {
    if (cost === undefined) return;
    this.#chains.set(chain, (this.#chains.get(chain) ?? 0) + cost);
    let of = this.#platforms.get(platform);
    if (of === undefined) this.#platforms.set(platform, of = { attempts: 0, throttled: 0, cost: 0 });
    of.attempts++;
    if (outcome === "throttled") of.throttled++;
    of.cost += cost;
  }

  /** Undefined if no attempt has a price. */
  report(): CostReport | undefined {
    if (this.#platforms.size === 0) return undefined;
    const total = [...this.#platforms.values()].reduce((sum, { cost }) => sum + cost, 0);
    return { total, byPlatform: sorted(this.#platforms), byChain: sorted(this.#chains) };
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...map].sort(([a], [b]) => a < b ? -1 : 1));
}
