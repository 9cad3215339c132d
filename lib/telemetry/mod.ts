/** Spans of instances and attempts, and their export by OTLP; loaded only where they are recorded. */
export { type OpenedTracer, openTracer } from "./open.ts";
