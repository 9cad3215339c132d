import type { Clock, Random } from "../model/mod.ts";
import type { Tracer } from "../record/mod.ts";
import { collectorAt, type HttpSender } from "./collector.ts";
import { SpanExporter } from "./exporter.ts";
import { traceSettings, type Variable } from "./settings.ts";
import { SpanTracer } from "./span_tracer.ts";

/** The parts of a tracer, and of the process that it is in. */
export interface OpenTracerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly variable: Variable;
  readonly http: HttpSender;
  /** The version of the program. */
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  /** Called with a sentence when spans are lost, or a setting cannot be used. */
  readonly onNote: (words: string) => void;
}

/** A tracer; disposing it sends the spans that wait. */
export interface OpenedTracer extends AsyncDisposable {
  readonly tracer: Tracer;
}

/** Opens a tracer by the variables of the environment; undefined if they ask for no spans. */
export function openTracer(parts: OpenTracerParts): OpenedTracer | undefined {
  const { clock, random, variable, http, version, host, pid, onNote } = parts;
  const settings = traceSettings(variable);
  if ("off" in settings) {
    if (settings.off !== undefined) onNote(settings.off);
    return undefined;
  }
  const { resource, sampler, bounds, notes } = settings;
  notes.forEach(onNote);
  const sender = {
    resource: {
      "service.version": version,
      "host.name": host,
      "process.pid": pid,
      "service.instance.id": `${host}-${pid}`,
      ...resource,
    },
    name: "sequoia",
    version,
  };
  const exporter = new SpanExporter({ sender, clock, bounds, onNote, post: collectorAt(http, settings) });
  return {
    tracer: new SpanTracer({ sampler, random, add: (span) => exporter.add(span) }),
    [Symbol.asyncDispose]: () => exporter[Symbol.asyncDispose](),
  };
}
