/** Simulation: the scheduler and the provider model in virtual time. */
export type { Arrival } from "./arrival.ts";
export { plannedArrivals } from "./planned.ts";
export type { SimulationRecorder } from "./scheduled_run.ts";
export { seededSimulation } from "./seeded.ts";
export { simulate, type SimulatedPlatform, type SimulateOptions, type SimulationEnd } from "./simulate.ts";
export { Simulation, type SimulationOptions, type TimedLimits } from "./simulation.ts";
export { type Estimate, estimate, isConfident } from "./confidence.ts";
export { recordedArrivals, type Recording } from "./recorded.ts";
export { ChainTimes, fitDelay, fitLimit } from "./fit.ts";
export type { FittedLimit } from "./recorded_calls.ts";
