/** The load generator: chains and calls without quality of service. */
export { type Condition, CONDITION_FIGURES, parseCondition } from "./condition.ts";
export { type Turning, Until } from "./until.ts";
export type { LoadFigures, RecentFigures } from "./measures.ts";
export { keepReady, makeReady } from "./ready.ts";
export { MAX_IN_FLIGHT, Spammer, type SpamStats } from "./spammer.ts";
export { measuredProfile } from "./probe/measured_profile.ts";
export { PlatformLab } from "./probe/platform_lab.ts";
export { type Findings, longestProbeMs, probe, type Property } from "./probe/probe.ts";
export { type Verdict, verdictsOf } from "./probe/verdicts.ts";
