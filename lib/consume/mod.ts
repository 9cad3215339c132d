/** The consumer: schedules what is queued and invokes it. */
export { Consumer, type ConsumerOptions } from "./consumer.ts";
export type { ConsumerStats } from "./consumer_stats.ts";
export { NOTE_EVENTS, type NoteEvent, type NoteLevel } from "./note_events.ts";
export {
  type EventTeller,
  type NoteFields,
  notesTo,
  type NoteTaker,
  queueEvent,
  tellingTo,
} from "./notes.ts";
export { type DeliveryOptions, openConsumer, type OpenConsumerOptions, type OpenedConsumer } from "./open.ts";
export { type Processes } from "./processes.ts";
export { thisProcess } from "./this_process.ts";
