import type { WayStart } from "./way_out.ts";

/** An attempt in flight, or the last one. */
export interface Charge {
  readonly startedAtMs: number;
  /** The service that it is expected to be: milliseconds, or 1 call. Undefined: the policy made no groups then. */
  cost: number | undefined;
  /** Its place among the attempts in flight of all groups. */
  at: number;
  /** The start of the attempt on its way out, while it is in flight. */
  start: WayStart | undefined;
  /** Where it was started, if several platforms are attached. */
  platform: string | undefined;
  /** Whether its call has not left yet. */
  isToLeave: boolean;
}

/** The charge of an attempt that starts; whoever counts it fills in the rest. */
export function newCharge(startedAtMs: number): Charge {
  return { startedAtMs, cost: undefined, at: -1, start: undefined, platform: undefined, isToLeave: true };
}
