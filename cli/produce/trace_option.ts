import type { Logger } from "@std/log";
import { type TraceContext, traceContextOf } from "../../lib/model/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { variable } from "../shell/environment.ts";
import { one, optionGroup, type Values } from "../shell/options.ts";

/** The option that says whose trace instances go on with. */
export const TRACE_OPTION = optionGroup("for instances", {
  traceparent: one(
    "TRACE",
    "the trace that every instance goes on with, as W3C writes it: 00-TRACE-SPAN-01 (default: the variable " +
      "TRACEPARENT, with TRACESTATE)",
    traceparent,
  ),
});

/** Has the instances of a load go on with the trace of the option, or of whoever has started this program. */
export function withTrace(load: Load, values: Values<typeof TRACE_OPTION>, log: Logger): Load {
  const trace = values.traceparent ?? traceOfEnvironment(log);
  return trace === undefined ? load : { ...load, trace };
}

function traceOfEnvironment(log: Logger): TraceContext | undefined {
  const given = variable("TRACEPARENT");
  if (given === undefined) return undefined;
  const trace = traceContextOf(given, variable("TRACESTATE"));
  if (trace.traceparent !== undefined) return trace;
  log.warn(`TRACEPARENT: Cannot read "${given}" as a trace, so each instance begins its own. ${FORM}`);
}

function traceparent(text: string): TraceContext {
  const trace = traceContextOf(text, variable("TRACESTATE"));
  if (trace.traceparent !== undefined) return trace;
  throw new SyntaxError(`Cannot read "${text}" as a trace. ${FORM}`);
}

const FORM =
  "Write 00-, 32 hexadecimal digits of the trace, 16 of the span, and 01 or 00 for whether it is recorded";
