/** The traces of what is held, for the spans that are recorded, and for the events of what has failed. */
import { attemptTraceparent, type InstanceTrace, type MadeOutcome, traceOf } from "../model/mod.ts";
import type { AttemptEvent, ChainOutcome, EndEvent, Tracer } from "../record/mod.ts";
import type { Invocation } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";

/** The trace of an instance, with the decision whether it is recorded. */
export function traceOfHeld(held: HeldInstance, tracer: Tracer): InstanceTrace {
  return held.trace ??= tracer.traceOf(held.instance);
}

/** Begins the span of an attempt. @returns the header of its call; undefined if no spans are recorded */
export function begunSpan(held: HeldInstance, tracer: Tracer | undefined): string | undefined {
  return tracer?.begin(traceOfHeld(held, tracer));
}

/**
 * The ids that the event of an attempt has.
 *
 * @param traceparent the header of its call, if spans are recorded; without them, one of what has failed is worked out again
 */
export function spanOfAttempt(
  { of, nodeIndex: node, item, attempts: attempt }: Invocation,
  { kind }: MadeOutcome,
  traceparent: string | undefined,
): Pick<AttemptEvent, "traceId" | "spanId"> | undefined {
  if (traceparent === undefined && kind === "ok") return undefined;
  const header = traceparent ?? attemptTraceparent(of, { node, item, attempt });
  return { traceId: header.slice(3, 35), spanId: header.slice(36, 52) };
}

/** The ids that the event of an instance's end has. */
export function spanOfInstance(
  held: HeldInstance,
  outcome: ChainOutcome,
  tracer: Tracer | undefined,
): Pick<EndEvent, "traceId" | "spanId"> {
  if (tracer === undefined && outcome === "completed") return {};
  const { traceId, spanId } = tracer === undefined ? traceOf(held.instance) : traceOfHeld(held, tracer);
  return { traceId, spanId };
}
