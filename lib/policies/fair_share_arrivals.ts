import type { Policy } from "./policy.ts";

/** The weight of a function that does not arrive any more: next to nothing, but it is served. */
const LEAST_RATE_PER_S = 1e-6;

/**
 * Shares the slots' time between functions by how fast each has been arriving of late (the rate over its last 30 arrivals,
 * which falls when they stop), so that shares follow the load without knowing the queue. The original's fair share on functions
 * by arrival rate. Costs fairness after a burst: functions that were asked for often are served more until its rate has fallen;
 * and a look at every function each 100 ms, as weights change with time.
 */
export const fairShareArrivals: Policy = {
  group: (task) => task.function,
  weight: ({ name, demand }, { functions, nowMs }) => {
    const rate = (demand ?? functions.get(name))?.arrivalsPerS(nowMs) ?? 0;
    return Math.max(LEAST_RATE_PER_S, rate);
  },
};
