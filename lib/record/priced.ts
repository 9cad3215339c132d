import type { AttemptEvent, Recorder } from "./events.ts";

/** What a platform costs, in any currency. */
export interface Price {
  readonly perCall: number;
  /** Of run time. */
  readonly perMs: number;
}

/**
 * Adds to each attempt what it cost: the price of a call, and of as long as it was in flight. What was throttled costs
 * nothing; what failed or was not answered does, as it may have run.
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
