import type { Policy } from "./policy.ts";

/**
 * Classes by the instances' priority, the lowest number first, and within a class the order of becoming ready. Fast for the
 * urgent classes; without ageing the low ones starve under overload.
 *
 * @param ageingMs after this many milliseconds an invocation counts as one class higher, so none waits for ever: it is served
 * as if it had become ready by its class × `ageingMs` later, which does not change while it waits. Left out: no ageing
 */
export function priorityQueues(ageingMs?: number): Policy {
  return ageingMs === undefined
    ? { rank: (task) => [task.priority, task.readyAtMs] }
    : { rank: (task) => task.priority * ageingMs + task.readyAtMs };
}
