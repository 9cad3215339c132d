import { numbers } from "./column.ts";
import type { AttemptEvent } from "./events.ts";
import type { CostReport } from "./schema.ts";

/** Adds up what attempts cost, as far as the log says so: 16 bytes for each that does. */
export class Costs {
  readonly #chains = new Map<string, number>();
  readonly #platforms = new Map<string, { attempts: number; throttled: number; cost: number }>();

  readonly #atUs = numbers();
  readonly #amounts = numbers();

  /** @param atUs when the attempt ended, in microseconds */
  add({ cost, chain, platform, outcome }: AttemptEvent, atUs: number): void {
    if (cost === undefined) return;
    this.#atUs.push(atUs);
    this.#amounts.push(cost);
    this.#chains.set(chain, (this.#chains.get(chain) ?? 0) + cost);
    let of = this.#platforms.get(platform);
    if (of === undefined) this.#platforms.set(platform, of = { attempts: 0, throttled: 0, cost: 0 });
    of.attempts++;
    if (outcome === "throttled") of.throttled++;
    of.cost += cost;
  }

  /** Tells the cost of each attempt, and when it ended. */
  each(tell: (atUs: number, amount: number) => void): void {
    const amounts = this.#amounts.view();
    this.#atUs.view().forEach((atUs, i) => tell(atUs, amounts[i]!));
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
