/**
 * The public module "sequoia/produce": submits instances of chains to a queue, one by one or as a load, and waits for their ends.
 *
 * @example Submits one instance, and three at once.
 * ```ts
 * import { burst, chain, constant, fn, workload } from "sequoia";
 * import { submit, submitLoad } from "sequoia/produce";
 * import { openQueue } from "sequoia/queue";
 *
 * const hello = chain("hello", ({ call }) => void call(fn("greet", { time: constant("5ms") })));
 * await using queue = await openQueue("memory:");
 * await submit(queue, hello, { id: "order-17", labels: { tenant: "acme" }, deadline: "5s" });
 * const { submitted } = await submitLoad(queue, { workload: workload({ chains: [{ chain: hello }] }), arrivals: burst(3) });
 * if (submitted !== 3) throw new Error("Not all were submitted");
 * ```
 *
 * @module
 */
export type { Pace } from "../model/mod.ts";
export type { LoadOptions } from "./load_of.ts";
export type { ProducerStats } from "./producer.ts";
export type { Replay, ReplayedArrival } from "./replay.ts";
export { TraceError, type TraceErrorCode } from "./traces/error.ts";
export type { ReplayOptions } from "./traces/load.ts";
export { type TraceLoad, traceLoad, type TraceLoadOptions } from "./traces/read.ts";
export type { Gaps } from "./traces/trace.ts";
export { ended, submit, submitLoad, type SubmitOptions } from "./submit.ts";
