import {
  audienceNamed,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT_MS,
  type Distribution,
  type FailureCause,
  type FunctionAuth,
  type FunctionSpec,
  type RetryRule,
  stripUndefined,
} from "../model/mod.ts";
import type { FunctionSpec as FunctionMessage } from "./messages.ts";

type Message = FunctionMessage.$Properties;

/** A function's data as a message. Numbers are written even if they are the defaults, as these may change. */
export function functionMessage(fn: FunctionSpec): Message {
  return {
    ...stripUndefined({
      url: fn.url,
      id: fn.id,
      priority: fn.priority,
      time: fn.time && timeMessage(fn.time),
      headers: fn.headers && { entries: { ...fn.headers } },
    }),
    name: fn.name,
    method: fn.method === "POST" ? "" : fn.method,
    timeoutMs: fn.timeoutMs,
    retry: retryMessage(fn.retry),
    payload: fn.payload === "event" ? "" : fn.payload,
    atMostOnce: fn.atMostOnce,
    ...fn.urls === undefined ? {} : { urls: { ...fn.urls } },
    ...fn.served && { served: true },
    ...fn.accepts === undefined ? {} : { accepts: fn.accepts },
    ...fn.background === undefined ? {} : { background: fn.background },
    ...fn.auth === undefined ? {} : authMessage(fn.auth),
  };
}

/** A function out of its message: not yet checked, so any text may stand where a word is expected. */
export function functionOf(message: Message): FunctionSpec {
  return stripUndefined({
    name: message.name ?? "",
    url: message.url ?? undefined,
    urls: Object.keys(message.urls ?? {}).length > 0 ? { ...message.urls } : undefined,
    served: message.served || undefined,
    id: message.id ?? undefined,
    method: (message.method || "POST") as FunctionSpec["method"],
    timeoutMs: message.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retry: stripUndefined({
      attempts: message.retry?.attempts || (message.atMostOnce ? 1 : DEFAULT_RETRY.attempts),
      firstDelayMs: message.retry?.firstDelayMs ?? DEFAULT_RETRY.firstDelayMs,
      factor: message.retry?.factor ?? DEFAULT_RETRY.factor,
      maxDelayMs: message.retry?.maxDelayMs ?? DEFAULT_RETRY.maxDelayMs,
      jitter: message.retry?.jitter ?? undefined,
      on: message.retry?.on ? (message.retry.on.causes ?? []) as FailureCause[] : undefined,
    }),
    time: message.time ? timeOf(message.time) : undefined,
    payload: (message.payload || "event") as FunctionSpec["payload"],
    priority: message.priority ?? undefined,
    atMostOnce: message.atMostOnce ?? false,
    background: message.background ?? undefined,
    accepts: (message.accepts || undefined) as FunctionSpec["accepts"],
    headers: message.headers ? { ...message.headers.entries } : undefined,
    auth: authOf(message),
  });
}

function authMessage(auth: FunctionAuth): Pick<Message, "auth" | "audience"> {
  const audience = audienceNamed(auth);
  return { auth: "google", ...audience === undefined ? {} : { audience } };
}

function authOf({ auth, audience }: Message): FunctionAuth | undefined {
  if (!auth) return undefined;
  if (auth !== "google") return auth as FunctionAuth; // refused by the check
  return audience === undefined || audience === null ? auth : { google: { audience } };
}

function retryMessage({ on, ...rule }: RetryRule): NonNullable<Message["retry"]> {
  return on === undefined ? rule : { ...rule, on: { causes: [...on] } };
}

function timeMessage(time: Distribution): NonNullable<Message["time"]> {
  switch (time.kind) {
    case "constant":
      return { kind: time.kind, ms: [time.ms] };
    case "uniform":
      return { kind: time.kind, ms: [time.minMs, time.maxMs] };
    case "exponential":
      return { kind: time.kind, ms: [time.meanMs] };
    case "lognormal":
      return { kind: time.kind, ms: [time.medianMs, time.p99Ms] };
    case "quantiles":
      return { kind: time.kind, ms: time.quantiles.flat() };
  }
}

function timeOf({ kind, ms }: NonNullable<Message["time"]>): Distribution {
  const first = ms?.[0] ?? NaN, second = ms?.[1] ?? NaN; // what is missing fails the check, as NaN is no duration
  switch (kind) {
    case "constant":
      return { kind, ms: first };
    case "uniform":
      return { kind, minMs: first, maxMs: second };
    case "exponential":
      return { kind, meanMs: first };
    case "lognormal":
      return { kind, medianMs: first, p99Ms: second };
    case "quantiles":
      return { kind, quantiles: pairsOf(ms ?? []) };
    default: // refused by the check, which knows what to write
      return { kind } as unknown as Distribution;
  }
}

/** An odd number is no pair, which the check refuses. */
function pairsOf(numbers: readonly number[]): (readonly [number, number])[] {
  return Array.from({ length: Math.ceil(numbers.length / 2) }, (_, i) => [
    numbers[2 * i]!,
    numbers[2 * i + 1] ?? NaN,
  ]);
}
