/** The spans of attempts and instances, by the semantic conventions of OpenTelemetry where there are such. */
import type { FunctionSpec, Instance } from "../model/mod.ts";
import type { AttemptEvent, TracedAttempt, TracedInstance } from "../record/mod.ts";
import type { AttributeValue, Span } from "./span.ts";

type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Waits that are shorter have no span, in milliseconds. */
const LEAST_QUEUED_MS = 1;
/** Most labels of an instance that its span has. */
const MOST_LABELS = 16;

/**
 * The spans of an attempt: that of the call, under the id that its header had, and before it that of the time for which it was
 * ready and waited.
 *
 * @param queuedId the id of the second
 */
export function attemptSpans(attempt: TracedAttempt, queuedId: () => string): Span[] {
  const { instance: { tracestate }, trace, traceparent, event } = attempt;
  const { traceId, spanId: parentSpanId, flags } = trace;
  const common = { traceId, parentSpanId, tracestate, flags };
  const where = placeAttributes(event);
  const call: Span = {
    ...common,
    spanId: traceparent.slice(36, 52),
    name: event.function,
    kind: "client",
    startMs: event.startedAtMs,
    endMs: event.startedAtMs + event.runMs,
    attributes: { ...where, ...attemptAttributes(event), ...functionAttributes(attempt.spec, event) },
    error: isError(event) ? event.reason ?? "" : undefined,
  };
  if (event.queuedMs < LEAST_QUEUED_MS) return [call];
  return [{
    ...common,
    spanId: queuedId(),
    name: `queued ${event.function}`,
    kind: "internal",
    startMs: event.startedAtMs - event.queuedMs,
    endMs: event.startedAtMs,
    attributes: where,
  }, call];
}

function placeAttributes({ chain, instance, node, item, generation, attempt }: AttemptEvent): Attributes {
  return {
    "sequoia.chain": chain,
    "sequoia.instance": instance,
    "sequoia.node": node,
    "sequoia.item": item,
    "sequoia.generation": generation,
    "sequoia.attempt": attempt,
  };
}

function attemptAttributes(event: AttemptEvent): Attributes {
  const { queuedMs, cold, platform, cost, attempt, status } = event;
  return {
    "sequoia.outcome": event.stopped ? "cancelled" : event.outcome,
    "sequoia.queued_ms": queuedMs,
    "sequoia.cold": cold || undefined,
    "sequoia.platform": platform,
    "sequoia.cost": cost,
    "http.response.status_code": status > 0 ? status : undefined,
    "http.request.resend_count": attempt > 1 ? attempt - 1 : undefined,
    "error.type": errorTypeOf(event),
  };
}

/** Whether a call has come to nothing, and it was not this consumer that stopped it. */
function isError({ outcome, stopped = false }: AttemptEvent): boolean {
  return (outcome === "failed" && !stopped) || outcome === "throttled";
}

/** The status of a refusal; without one the code that its reason begins with. */
function errorTypeOf(event: AttemptEvent): string | undefined {
  if (!isError(event)) return undefined;
  const { status, reason } = event;
  return status >= 400 ? String(status) : codeOf(reason);
}

/** The code that a reason begins with, as in `time-limit: …`, if it does. */
function codeOf(reason = ""): string {
  return /^[a-z][a-z-]{1,40}(?=:)/.exec(reason)?.[0] ?? "_OTHER";
}

const ofFunctions = new WeakMap<FunctionSpec, Attributes>();

/** The function that was called, and its place. */
function functionAttributes(spec: FunctionSpec, { platform }: AttemptEvent): Attributes {
  if (spec.urls !== undefined) return urlAttributes(spec, spec.urls[platform]);
  let known = ofFunctions.get(spec);
  if (known === undefined) ofFunctions.set(spec, known = urlAttributes(spec, spec.url));
  return known;
}

/** Of a URL neither the login nor the query, which may hold secrets. */
function urlAttributes({ name, method }: FunctionSpec, url = ""): Attributes {
  const target = URL.parse(url);
  if (target === null) return { "faas.invoked_name": name };
  if (target.protocol === "http:" || target.protocol === "https:") {
    const { protocol, hostname, port, pathname } = target;
    return {
      "faas.invoked_name": name,
      "http.request.method": method,
      "url.full": `${protocol}//${hostname}${port && `:${port}`}${pathname}`,
      "server.address": hostname.replace(/^\[|\]$/g, ""),
      "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    };
  }
  const [region, ...invoked] = target.pathname.split(":");
  return target.protocol === "lambda:" && invoked.length > 0
    ? { "faas.invoked_name": invoked[0]!, "faas.invoked_provider": "aws", "faas.invoked_region": region }
    : { "faas.invoked_name": name };
}

/** The span of an instance: from its submission to its end, below whoever submitted or called it. */
export function instanceSpan({ instance, trace, submittedAtMs, event }: TracedInstance): Span {
  const { traceId, spanId, parentSpanId, flags } = trace;
  const { chain, outcome, endedAtMs, reason } = event;
  const isError = outcome !== "completed" && outcome !== "cancelled"; // somebody has asked for the latter
  return {
    ...{ traceId, spanId, parentSpanId, flags, tracestate: instance.tracestate },
    isParentRemote: instance.parent === undefined && parentSpanId !== undefined,
    name: `process ${chain}`,
    kind: "consumer",
    startMs: submittedAtMs,
    endMs: endedAtMs,
    attributes: {
      "messaging.system": "sequoia",
      "messaging.operation.name": "process",
      "messaging.operation.type": "process",
      "messaging.destination.name": chain,
      "messaging.message.id": instance.id,
      "sequoia.chain": chain,
      "sequoia.instance": instance.id,
      "sequoia.outcome": outcome,
      "sequoia.node": instance.parent?.node,
      "sequoia.item": instance.parent?.item,
      ...labelAttributes(instance),
      "sequoia.reason": isError ? undefined : reason,
      "error.type": isError ? (outcome === "failed" ? codeOf(reason) : outcome) : undefined,
    },
    error: isError ? reason ?? "" : undefined,
  };
}

function labelAttributes({ labels }: Instance): Attributes {
  const some = Object.entries(labels).slice(0, MOST_LABELS);
  return Object.fromEntries(some.map(([name, value]) => [`sequoia.label.${name}`, value]));
}
