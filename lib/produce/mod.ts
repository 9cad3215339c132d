/** The producer: submits the instances of a load to a queue. */
export { instancesOf, type Load, plannedInstances } from "./load.ts";
export { Producer, type ProducerStats } from "./producer.ts";
export { loadOf, type LoadOptions } from "./load_of.ts";
export { ended, submit, submitLoad, type SubmitOptions } from "./submit.ts";
export { csvTimes } from "./csv_times.ts";
export type { Replay, ReplayedArrival } from "./replay.ts";
export * from "./traces/mod.ts";
