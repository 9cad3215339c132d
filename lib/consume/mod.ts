/** The consumer: schedules what is queued and invokes it. */
export { Consumer, type ConsumerOptions, type ConsumerStats } from "./consumer.ts";
