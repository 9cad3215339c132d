/** The scheduler core: no clock, no I/O, no promises. */
export { DEFAULT_LIMIT, type FixedLimits, type Limits } from "./limits.ts";
export type { LabelLimit } from "./value_limits.ts";
export { checkFloors, type FloorShortage, floorShortageWords, withPossibleFloors } from "./floors.ts";
export { mayStartAhead } from "./ahead.ts";
export { type RatePace, type StartRate, toleranceMs } from "./rate_limit.ts";
export { aheadMs, type LeaseGrant, type LeaseReport, type RateLease } from "./rate_lease.ts";
export type { LimitPart, LimitUse } from "./limit_part.ts";
export { type LimitShare, shareOfLimits, wholesWithin } from "./limit_share.ts";
export type { PlatformOption } from "./platform_pool.ts";
export type {
  Decision,
  Delay,
  Ending,
  LoadObserver,
  NodeCall,
  Obstacle,
  SchedulerStats,
  Settlement,
  Submission,
  SubmissionTime,
  Verdict,
} from "./contract.ts";
export type { SchedulerOptions } from "./options.ts";
export { follow, type SettlementHandlers } from "./follow.ts";
export type { Invocation, Phase } from "./invocation.ts";
export type { ShareUnit } from "./service.ts";
export type { HeldRetries } from "./retries.ts";
export type { AskedWait } from "./way_start.ts";
export { Scheduler } from "./scheduler.ts";
export type { UnservedFunction } from "./unserved.ts";
