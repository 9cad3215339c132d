/** The settings of tracing, from the variables of the environment that OpenTelemetry has for them. */
import type { BatchBounds } from "./exporter.ts";
import { DEFAULT_SAMPLER, parseSampler, type Sampler } from "./sampler.ts";
import type { AttributeValue } from "./span.ts";

/** Where spans go, and which. */
export interface TraceSettings {
  /** The URL that takes them, by POST. */
  readonly url: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isCompressed: boolean;
  readonly sampler: Sampler;
  readonly bounds: BatchBounds;
  /** The attributes of the process. */
  readonly resource: Readonly<Record<string, AttributeValue>>;
  /** A sentence for each variable that cannot be used. */
  readonly notes: readonly string[];
}

/** The value of a variable of the environment; undefined if it is unset or empty. */
export type Variable = (name: string) => string | undefined;

const DEFAULT_ENDPOINT = "http://localhost:4318";

/**
 * Reads the settings. What cannot be used is told, and counts as unset.
 *
 * @returns undefined if no spans are to be recorded, or if they cannot be sent in the way that is asked for, and why
 */
export function traceSettings(variable: Variable): TraceSettings | { readonly off: string | undefined } {
  if (variable("OTEL_DENO") !== "true" || isTrue(variable("OTEL_SDK_DISABLED"))) return { off: undefined };
  if (variable("OTEL_TRACES_EXPORTER") === "none") return { off: undefined };
  const [protocolName, protocol = "http/protobuf"] = specific(variable, "PROTOCOL");
  if (protocol !== "http/protobuf") {
    return {
      off:
        `${protocolName}: spans of chains go by http/protobuf only, not by ${protocol}: none are recorded. Write ` +
        "http/protobuf, and the port that the collector has for it, which is 4318 by default",
    };
  }
  const notes: string[] = [];
  const url = endpointOf(variable, notes);
  return {
    url,
    headers: headersOf(variable, notes),
    isCompressed: specific(variable, "COMPRESSION")[1] === "gzip",
    sampler: samplerOf(variable, notes),
    bounds: boundsOf(variable, notes),
    resource: resourceOf(variable, notes),
    notes,
  };
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === "true";
}

/** The variable for traces, or else the one for all signals, and its value. */
function specific(variable: Variable, name: string): [name: string, value: string | undefined] {
  const own = `OTEL_EXPORTER_OTLP_TRACES_${name}`, common = `OTEL_EXPORTER_OTLP_${name}`;
  const value = variable(own);
  return value === undefined ? [common, variable(common)] : [own, value];
}

function endpointOf(variable: Variable, notes: string[]): string {
  const [name, given] = specific(variable, "ENDPOINT");
  const isOwn = name.includes("TRACES"), text = given ?? DEFAULT_ENDPOINT;
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    notes.push(`${name}: Cannot use "${text}" as the URL of a collector. Write ${DEFAULT_ENDPOINT}`);
    return `${DEFAULT_ENDPOINT}/v1/traces`;
  }
  return isOwn ? url.href : `${text.replace(/\/+$/, "")}/v1/traces`;
}

function headersOf(variable: Variable, notes: string[]): Record<string, string> {
  const [name, text = ""] = specific(variable, "HEADERS");
  const headers = Object.entries(pairsOf(name, text, notes)).map((
    [header, value],
  ) => [header.toLowerCase(), value]);
  return Object.fromEntries(headers);
}

/** Pairs as W3C's baggage writes them: `a=1,b=two%20words`. */
function pairsOf(name: string, text: string, notes: string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const part of text.split(",").map((each) => each.trim()).filter((each) => each !== "")) {
    const at = part.indexOf("=");
    try {
      if (at < 1) throw new SyntaxError("no name");
      const value = decodeURIComponent(part.slice(at + 1).trim());
      if (/[\r\n\0]/.test(value)) throw new SyntaxError("a line break");
      pairs.push([decodeURIComponent(part.slice(0, at).trim()), value]);
    } catch {
      notes.push(`${name}: Cannot read one of its parts. Write NAME=VALUE,NAME=VALUE with %XX for signs`);
    }
  }
  return Object.fromEntries(pairs);
}

function samplerOf(variable: Variable, notes: string[]): Sampler {
  const name = variable("OTEL_TRACES_SAMPLER");
  if (name === undefined) return DEFAULT_SAMPLER;
  try {
    return parseSampler(name.trim(), variable("OTEL_TRACES_SAMPLER_ARG"));
  } catch (error) {
    notes.push(`OTEL_TRACES_SAMPLER: ${(error as Error).message}`);
    return DEFAULT_SAMPLER;
  }
}

/** By the batch span processor's defaults, but for the most that wait: a thousand calls a second are 10,000 spans in 5 s. */
function boundsOf(variable: Variable, notes: string[]): BatchBounds {
  const count = (name: string, usual: number) => {
    const text = variable(name), value = Number(text ?? usual);
    if (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31) return value;
    notes.push(`${name}: Cannot use "${text}". Write a whole number above 0`);
    return usual;
  };
  const mostWaiting = count("OTEL_BSP_MAX_QUEUE_SIZE", 20_000);
  const [timeout] = specific(variable, "TIMEOUT");
  return {
    mostWaiting,
    batch: Math.min(count("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512), mostWaiting),
    delayMs: count("OTEL_BSP_SCHEDULE_DELAY", 5000),
    timeoutMs: count(timeout, 10_000),
  };
}

function resourceOf(variable: Variable, notes: string[]): Record<string, string> {
  const given = pairsOf("OTEL_RESOURCE_ATTRIBUTES", variable("OTEL_RESOURCE_ATTRIBUTES") ?? "", notes);
  const service = variable("OTEL_SERVICE_NAME");
  return { "service.name": "sequoia", ...given, ...service !== undefined && { "service.name": service } };
}
