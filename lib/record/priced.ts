import type { AttemptEvent, Recorder } from "./events.ts";

/** The price of a platform, in any currency. */
export interface Price {
  readonly perCall: number;
  /** Of run time. */
  readonly perMs: number;
}

/**
 * Adds its cost to each attempt: the price of a call, and of the time that it was in flight. A throttled attempt costs nothing;
 * one that failed or was not answered does, as it may have run.
 *
 * @param prices of platforms by name; attempts on others get no cost
 */
export function priced(recorder: Recorder, prices: ReadonlyMap<string, Price>): Recorder {
  return {
    attempt: (event) => recorder.attempt(withCost(event, prices.get(event.platform))),
    functionRun: (event) => recorder.functionRun(event),
    submit: (event) => recorder.submit(event),
    end: (event) => recorder.end(event),
    counter: (event) => recorder.counter(event),
  };
}

function withCost(event: AttemptEvent, price: Price | undefined): AttemptEvent {
  if (price === undefined) return event;
  const cost = event.outcome === "throttled" ? 0 : price.perCall + price.perMs * event.runMs;
  return { ...event, cost };
}
