import { dueAt, generationOf, type Instance, type MadeOutcome, readyFrom } from "../model/mod.ts";
import type { AttemptEvent } from "./events.ts";

/** An invocation that an attempt was made of; the scheduler's invocations are such. */
export interface Attempted {
  /** Its instance. */
  readonly of: Instance;
  /** Its node's index in the chain. */
  readonly nodeIndex: number;
  /** Of a map: which item, from 0. */
  readonly item?: number | undefined;
  /** The instant at which the nodes before it had ended, in milliseconds since 1970. */
  readonly readyAtMs: number;
  /** Attempts begun, this one included. */
  readonly attempts: number;
  /** Attempts that have failed before, … */
  readonly failures?: number;
  /** … and when the delay after the last of these was over, in milliseconds since 1970. */
  readonly delayedUntilMs?: number;
}

/** The outcome of an attempt and its circumstances. */
export interface Attempt extends Pick<AttemptEvent, "startedAtMs" | "runMs" | "settled" | "platform"> {
  readonly outcome: MadeOutcome;
  readonly status: number;
  readonly cold: boolean;
  /** Its wait at the provider, in milliseconds, if it is known and there was one. */
  readonly providerQueuedMs?: number;
  /** When its instance was submitted, if the time of the record is another than that of the instance. */
  readonly submittedAtMs?: number;
  /** Whether its caller has stopped it. (Default: false) */
  readonly stopped?: boolean;
}

function failureOf(
  outcome: Exclude<MadeOutcome, { kind: "ok" }>,
): Pick<AttemptEvent, "reason" | "retryAfterMs"> {
  const { reason, retryAfterMs } = outcome;
  return retryAfterMs === undefined ? { reason } : { reason, retryAfterMs };
}

/** Nothing of one whose delay is not known here. */
function dueMsOf(
  { delayedUntilMs = -Infinity }: Attempted,
  startedAtMs: number,
): Pick<AttemptEvent, "dueMs"> {
  return delayedUntilMs === -Infinity ? {} : { dueMs: Math.max(0, startedAtMs - delayedUntilMs) };
}

/** The event that is recorded for an attempt of an invocation. */
export function attemptEvent(
  task: Attempted,
  attempt: Attempt,
): AttemptEvent {
  const { of, nodeIndex, item, readyAtMs, attempts, failures = 0 } = task;
  const {
    startedAtMs,
    runMs,
    outcome,
    settled,
    status,
    cold,
    platform,
    providerQueuedMs = 0,
    stopped = false,
  } = attempt;
  const { name: node, fn, after } = of.chain.nodes[nodeIndex]!;
  // A node that comes after no other has been ready since its instance was due, or retried if that was later, wherever it
  // has waited since; not so the node that undoes, the items of a map, and a node that was begun again at an unknown time.
  const generation = generationOf(of, nodeIndex);
  const isFirst = after.length === 0 && nodeIndex !== of.chain.onFailed && item === undefined &&
    (generation === 0 || of.retriedAtMs !== undefined);
  const dueMs = dueAt(of), firstMs = (attempt.submittedAtMs ?? dueMs) + (readyFrom(of) - dueMs); // not rounded, if these are alike
  const sinceMs = isFirst ? firstMs : readyAtMs;
  const event = {
    function: fn.name,
    chain: of.chain.name,
    instance: of.id,
    node,
    attempt: attempts,
    startedAtMs,
    runMs,
    outcome: outcome.kind,
    settled,
    status,
    queuedMs: Math.max(0, startedAtMs - sinceMs),
    cold,
    platform,
  };
  const isPlain = item === undefined && generation === 0 && failures === 0 && providerQueuedMs === 0;
  if (outcome.kind === "ok" && isPlain) return event; // as most are
  return {
    ...event,
    ...item !== undefined && { item },
    ...generation !== 0 && { generation },
    ...providerQueuedMs > 0 && { providerQueuedMs },
    ...failures > 0 && dueMsOf(task, startedAtMs),
    ...outcome.kind !== "ok" && failureOf(outcome),
    ...outcome.kind === "failed" && stopped && { stopped },
  };
}
