/** The parts of `lib/`, as `tests/imports_test.ts` holds them and ARCHITECTURE.md draws them. */

/** One part: a folder under `lib/`. */
export interface Part {
  /** Its purpose, in a few words. */
  readonly what: string;
  /** The other parts that it may import, beside the stand-ins in `std`. */
  readonly imports: readonly string[];
}

/** All parts by name, those first that import nothing. */
export const PARTS: Readonly<Record<string, Part>> = {
  model: {
    what: "chains, functions, workloads, times, arrivals: plain data and its validation",
    imports: [],
  },
  web: { what: "hosts and addresses, and which HTTP callers a server of ours answers", imports: [] },
  expression: { what: "JSONata within bounds: conditions, maps, templates", imports: ["model"] },
  draw: { what: "chains as trees and flowcharts, with their critical paths", imports: ["model"] },
  policies: { what: "one file per policy, and the registry", imports: ["model"] },
  scheduler: { what: "what runs next: no clock, no I/O, no promises", imports: ["policies", "model"] },
  wire: { what: "messages in protobuf; `original/`: those of the first system", imports: ["model"] },
  protobuf: { what: "messages in protobuf that others define: those of OTLP and Prometheus", imports: [] },
  queue: { what: "the Queue interface and its drivers: memory, SQLite, Kafka", imports: ["model", "wire"] },
  provider: {
    what: "how a function provider behaves: containers, limits, collapse; no clock",
    imports: ["model"],
  },
  platform: {
    what: "how functions are called: HTTP, Lambda, OpenWhisk, the local platform",
    imports: ["provider", "web", "model"],
  },
  record: { what: "the run log, written and read; `original/`: the first system's", imports: ["model"] },
  collect: { what: "receives what wrapped functions report of their own runs", imports: ["record", "model"] },
  report: { what: "figures from run logs: terminal, HTML, JSON, CSV", imports: ["record", "model"] },
  live: {
    what: "the state of a whole queue now, for pages, terminals and metrics",
    imports: ["queue", "protobuf", "model"],
  },
  telemetry: {
    what: "spans of attempts and instances, and their export by OTLP",
    imports: ["record", "protobuf", "model"],
  },
  callbacks: {
    what: "tells the ends of instances to URLs, signed, at least once",
    imports: ["queue", "platform", "model"],
  },
  consume: {
    what: "the consumer: takes instances, calls functions, records progress",
    imports: [
      "callbacks",
      "queue",
      "live",
      "platform",
      "record",
      "collect",
      "scheduler",
      "policies",
      "expression",
      "model",
    ],
  },
  steer: { what: "actions on a queue that return data", imports: ["queue", "scheduler", "model"] },
  serve: {
    what: "the front door of a queue: HTTP API, metrics, live page",
    imports: ["live", "report", "record", "policies", "steer", "queue", "web", "model"],
  },
  produce: {
    what: "the producer: submits instances at their times",
    imports: ["queue", "record", "model"],
  },
  spam: {
    what: "loads and probes a platform without Sequoia",
    imports: ["provider", "platform", "record", "report", "collect", "model"],
  },
  simulate: {
    what: "the scheduler and the provider model in virtual time",
    imports: ["produce", "provider", "record", "scheduler", "policies", "model"],
  },
  wrap: { what: "has functions report their own runs: an npm package of its own", imports: [] },
  std: { what: "stand-ins for jsr:@std packages", imports: [] },
};
