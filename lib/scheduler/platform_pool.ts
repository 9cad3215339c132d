import { type PlatformView, type Policy, PolicyError } from "../policies/mod.ts";
import type { Invocation } from "./invocation.ts";
import { Limit } from "./tree.ts";

/** A platform that functions may run on, beside others. */
export interface PlatformOption {
  /** Its name; its limit goes by it. */
  readonly name: string;
  /** What it costs, in any unit, for policies that go by it. (Default: 0) */
  readonly price?: number;
}

/** What is in flight on one platform. */
class PlatformLoad implements PlatformView {
  running = 0;

  constructor(readonly name: string, readonly limit: number, readonly price: number) {}

  get used(): number {
    return this.running / this.limit;
  }
}

/**
 * The platforms that functions without a URL of their own may run on: full while all of them are. A start picks the one,
 * as the policy says.
 */
export class PlatformPool extends Limit {
  readonly #loads: ReadonlyMap<string, PlatformLoad>;
  readonly #place: Policy["place"];

  /** @param limits of the platforms, by name; Infinity for those that have none */
  constructor(
    platforms: readonly PlatformOption[],
    limits: Readonly<Record<string, number>>,
    place: Policy["place"],
  ) {
    super("platforms");
    this.#place = place;
    this.#loads = new Map(
      platforms.map(({ name, price = 0 }) => [name, new PlatformLoad(name, limits[name] ?? Infinity, price)]),
    );
  }

  override get full(): boolean {
    for (const { running, limit } of this.#loads.values()) if (running < limit) return false;
    return true;
  }

  override start(task: Invocation): void {
    const open = [...this.#loads.values()].filter(({ running, limit }) => running < limit);
    task.platform = this.#place?.(task, open) ?? leastUsed(open).name;
    if (open.some(({ name }) => name === task.platform)) return;
    throw new PolicyError(
      "bad-answer",
      `Cannot schedule: the policy's place answered ${task.platform} instead of ${
        open.map(({ name }) => name).join(" or ")
      }`,
    );
  }

  override enter({ platform }: Invocation): void {
    this.#loads.get(platform!)!.running++;
  }

  override leave({ platform }: Invocation): void {
    this.#loads.get(platform!)!.running--;
  }
}

function leastUsed(loads: readonly PlatformLoad[]): PlatformLoad {
  return loads.reduce((least, other) =>
    other.used < least.used || (other.used === least.used && other.running < least.running) ? other : least
  );
}
