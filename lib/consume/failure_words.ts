import { counted, formatDuration, type JsonObject } from "../model/mod.ts";
import type { FailureGroup } from "./failure_groups.ts";

const DONE = {
  "calls-failed": "failed",
  "chains-failed": "failed",
  "chains-cancelled": "was cancelled",
  "chains-shed": "was shed",
} as const;

/** The failures of a group in one sentence. */
export function failureWords({ first, count, overMs, isMixed }: FailureGroup): string {
  const { kind, name, reason, instance } = first;
  const what = kind === "calls-failed" ? "function" : "chain";
  const times = `${counted(count, "time")}${spanWords(overMs)}`;
  const example = `${reason} (${count === 1 ? "" : "first "}instance ${instance})`;
  if (!isMixed) {
    const subject = what === "function" ? "Function" : "Chain", often = count === 1 ? "" : ` ${times}`;
    return `${subject} ${name} ${DONE[kind]}${often}: ${example}`;
  }
  const done = DONE[kind].replace("was", "were");
  return `Other ${what}s, or for other reasons, ${done} ${times}, as ${what} ${name}: ${example}`;
}

/** The same for programs. */
export function failureFields({ first, count, overMs, isMixed }: FailureGroup): JsonObject {
  const { kind, name, chain, platform, status, reason, instance, traceId, spanId } = first;
  return {
    ...kind === "calls-failed" && { function: name },
    chain,
    ...platform !== undefined && { platform },
    ...status !== undefined && { status },
    ...{ reason, instance, count, overMs: Math.round(overMs) },
    ...isMixed && { mixed: true },
    ...traceId !== undefined && spanId !== undefined && { trace_id: traceId, span_id: spanId },
  };
}

function spanWords(ms: number): string {
  return ms < 1000 ? "" : ` in ${formatDuration(Math.round(ms / 1000) * 1000)}`;
}
