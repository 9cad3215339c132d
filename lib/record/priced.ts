import { type AttemptEvent, handingOn, type Recorder } from "./events.ts";

/** A platform and its prices, in any currency. */
export interface PricedPlatform {
  readonly name: string;
  /** Of a call. */
  readonly price: number;
  /** Of a millisecond of run time. */
  readonly pricePerMs: number;
}

/**
 * Adds its cost to each attempt: the price of a call, and of the time that it was in flight. A throttled attempt costs nothing;
 * one that failed or was not answered does, as it may have run.
 *
 * @param platforms attempts on others get no cost, nor does any if none of them has a price
 */
export function priced(recorder: Recorder, platforms: readonly PricedPlatform[]): Recorder {
  if (platforms.every(({ price, pricePerMs }) => price === 0 && pricePerMs === 0)) return recorder;
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  return handingOn(recorder, {
    attempt: (event) => recorder.attempt(withCost(event, byName.get(event.platform))),
  });
}

function withCost(event: AttemptEvent, platform: PricedPlatform | undefined): AttemptEvent {
  if (platform === undefined) return event;
  const cost = event.outcome === "throttled" ? 0 : platform.price + platform.pricePerMs * event.runMs;
  return { ...event, cost };
}
