import { numbers } from "./column.ts";
import type { AttemptEvent } from "./events.ts";
import type { knownName } from "./known_name.ts";
import type { CostReport } from "./schema.ts";

/** Adds up what attempts cost, by chain and platform, as far as the log says so. */
export class Costs {
  readonly #chains = new Map<string, number>();
  readonly #platforms = new Map<string, { attempts: number; throttled: number; cost: number }>();
  readonly #nameIn: typeof knownName;

  /** @param nameIn the name under which a chain or platform is counted (Default: its own) */
  constructor(nameIn: typeof knownName = (name) => name) {
    this.#nameIn = nameIn;
  }

  add({ cost, chain, platform, outcome }: AttemptEvent): void {
    if (cost === undefined) return;
    const chainName = this.#nameIn(chain, this.#chains);
    this.#chains.set(chainName, (this.#chains.get(chainName) ?? 0) + cost);
    const name = this.#nameIn(platform, this.#platforms);
    let of = this.#platforms.get(name);
    if (of === undefined) this.#platforms.set(name, of = { attempts: 0, throttled: 0, cost: 0 });
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

/** The cost of each attempt that has one, and when it ended: 16 bytes each. */
export class CostSamples {
  readonly #atUs = numbers();
  readonly #amounts = numbers();

  /** @param atUs when the attempt ended, in microseconds */
  add({ cost }: AttemptEvent, atUs: number): void {
    if (cost === undefined) return;
    this.#atUs.push(atUs);
    this.#amounts.push(cost);
  }

  /** Tells the cost of each attempt, and when it ended. */
  each(tell: (atUs: number, amount: number) => void): void {
    const amounts = this.#amounts.view();
    this.#atUs.view().forEach((atUs, i) => tell(atUs, amounts[i]!));
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): Readonly<Record<string, T>> {
  return Object.fromEntries([...map].sort(([a], [b]) => a < b ? -1 : 1));
}
