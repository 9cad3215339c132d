import type { Chain, Clock } from "../model/mod.ts";
import { shapeOf } from "../model/mod.ts";
import type { Platform } from "../platform/mod.ts";

/** The lead with which a batch's connections are opened, in milliseconds; half the interval if that is less. */
const LEAD_MS = 1000;

/** The calls to make ready for, and the tools for it. */
export interface Readiness {
  readonly platform: Platform;
  readonly chains: readonly Chain[];
  /** The number of instances of each chain that start at once. */
  readonly size: number;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Makes the platform ready for chains that start together.
 *
 * @throws {PlatformError} if the platform cannot be used
 */
export async function makeReady({ platform, chains, size, signal }: Readiness): Promise<void> {
  if (platform.prepare === undefined) return;
  const called = chains.filter((chain) => !platform.native?.takes(chain)); // the others it calls by itself
  const specs = new Set(called.flatMap((chain) => shapeOf(chain).roots.map((root) => chain.nodes[root]!.fn)));
  for (const spec of specs) await platform.prepare(spec, size, signal);
}

/** Makes it ready again before each batch but the first, as servers close connections that nobody uses. */
export async function keepReady(readiness: Readiness, everyMs: number): Promise<void> {
  const { clock, signal } = readiness;
  const leadMs = Math.min(LEAD_MS, everyMs / 2);
  for (let atMs = clock.nowMs() + everyMs - leadMs;; atMs += everyMs) {
    await clock.until(atMs, signal);
    if (signal.aborted) return;
    await makeReady(readiness);
  }
}
