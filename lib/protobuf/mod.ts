/** Messages in protobuf that others define, as OTLP and Prometheus do, field by field; the model's own are in `wire`. */
export { FieldWriter } from "./field_writer.ts";
export { tagOf, WIRE_TYPE } from "./wire_types.ts";
