/** Spans of instances and attempts, and their export by OTLP; loaded only where they are recorded. */
export { type HttpSender } from "./collector.ts";
export { type OpenedTracer, openTracer, type OpenTracerParts } from "./open.ts";
