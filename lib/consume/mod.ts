/** The consumer: schedules what is queued and invokes it. */
export type { ClockNews } from "./own_time.ts";
export { Consumer, type ConsumerOptions, type ConsumerStats } from "./consumer.ts";
export type { PolicyMaker } from "./in_force.ts";
export { openConsumer, type OpenConsumerOptions, type OpenedConsumer } from "./open.ts";
export { linuxProcesses, type Processes } from "./processes.ts";
export { thisProcess } from "./this_process.ts";
