/** The state of a whole queue now, for pages, terminals and metrics. */
export type { Hold, LiveConsumer, LiveRow, LiveView, WindowPercentiles } from "./live_view.ts";
export { WorkTally } from "./counting/tally.ts";
export { observed, viewOf } from "./fold.ts";
export { holdWords, isUsedUp, NO_CONSUMER, type OpenNode, standingOf } from "./holds.ts";
export { lookAt } from "./source.ts";
export { LiveQueue } from "./live_queue.ts";
export { METRICS } from "./metrics/metrics.ts";
export { TEXT_TYPE } from "./metrics/text.ts";
export { PROTOBUF_CONTENT, PROTOBUF_TYPE } from "./metrics/protobuf.ts";
