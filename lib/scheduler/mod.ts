/** The scheduler core: no clock, no I/O, no promises. */
export type { Limits } from "./limits.ts";
export type { Ending } from "./instance_run.ts";
export type { ChainPlan } from "./chain_plan.ts";
export type { Invocation, Phase } from "./invocation.ts";
export {
  Scheduler,
  type SchedulerOptions,
  type SchedulerStats,
  type Settlement,
  type Verdict,
} from "./scheduler.ts";
