/**
 * The public module "sequoia/consume": a consumer within your program, which runs what is queued by a policy, within limits.
 *
 * @example A function, a chain that calls it, and a consumer that ends with its queue.
 * ```ts
 * import { chain, fn } from "sequoia";
 * import { openConsumer } from "sequoia/consume";
 * import { submit } from "sequoia/produce";
 * import { openQueue } from "sequoia/queue";
 *
 * await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => Response.json("hello"));
 * const greet = fn("greet", { url: `http://127.0.0.1:${server.addr.port}/greet` });
 * await using queue = await openQueue("memory:");
 * await submit(queue, chain("hello", ({ call }) => void call(greet)), { id: "order-17" });
 * await using consumer = await openConsumer({ queue, policy: "fair-share", limit: 50, untilEmpty: true });
 * const { completed } = await consumer.run();
 * const view = await queue.get("order-17");
 * if (completed !== 1 || view?.output !== '{"greet":"hello"}') throw new Error("It has not completed");
 * ```
 *
 * @module
 */
export type { ConsumerStats } from "./consumer_stats.ts";
export type { NoteEvent, NoteLevel } from "./note_events.ts";
export type { NoteFields, NoteTaker } from "./notes.ts";
export type { RefusedFunction } from "./refused_functions.ts";
export { type DeliveryOptions, openConsumer, type OpenConsumerOptions, type OpenedConsumer } from "./open.ts";
