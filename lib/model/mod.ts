/** The model: chains, functions, workloads, their times and arrivals, as plain data with its validation. */
export * from "./abort.ts";
export * from "./arrivals.ts";
export * from "./chain.ts";
export * from "./chain_shape.ts";
export * from "./clock.ts";
export * from "./distribution.ts";
export * from "./durations.ts";
export * from "./errors.ts";
export * from "./function.ts";
export * from "./ideal_path.ts";
export * from "./instance.ts";
export * from "./json.ts";
export * from "./nearest.ts";
export * from "./outcome.ts";
export * from "./random.ts";
export * from "./workload.ts";
