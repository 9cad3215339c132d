/** The urgency of a note: `warn` keeps work waiting, or may; `error` is refused, or has failed for good. */
export type NoteLevel = "info" | "warn" | "error";

/** The name of an event that a consumer tells its operator; stable, for those who filter logs by it. */
export type NoteEvent =
  | "started"
  | "heartbeat"
  | "ended"
  | "calls-failed"
  | "chains-failed"
  | "chains-cancelled"
  | "chains-shed"
  | "setting-changed"
  | "setting-refused"
  | "policy-note"
  | "paused"
  | "resumed"
  | "consumers-joined"
  | "consumers-left"
  | "consumers-lost"
  | "function-unserved"
  | "function-served"
  | "calls-refused"
  | "calls-let-in"
  | "only-delayed"
  | "retries-held"
  | "retries-let-go"
  | "wait-asked"
  | "floors-short"
  | "clock-set"
  | "clocks-differ"
  | "queue-waiting"
  | "queue-reached"
  | "queue-note"
  | "platform-started"
  | "platform-note"
  | "callback-note"
  | "option-note"
  | "run-log-note"
  | "trace-note";

/** Something that a consumer tells its operator. */
interface Told {
  readonly level: NoteLevel;
  /** When it is told, for the manual. */
  readonly doc: string;
  /** The fields that it has beside its words, for the manual. (Default: none) */
  readonly fields?: string;
}

/** The fields of failures that were grouped. */
const OF_GROUPS =
  "chain, platform, reason, instance, trace_id, span_id: of the first; count, overMs; mixed: of several names and reasons";

/** The fields of consumers that come and go: at most 20 of them by host and process. */
const OF_CONSUMERS = "count, consumers (host and process), all (there now, this one included)";

/** All events that a consumer tells, by their names. */
export const NOTE_EVENTS: Readonly<Record<NoteEvent, Told>> = {
  "started": {
    level: "info",
    doc: "the consumer begins",
    fields: "queue, policy, limit (unless there is none), version, host, pid",
  },
  "heartbeat": {
    level: "info",
    doc:
      "every 30 s where no terminal shows the same, or by --heartbeat: the consumer lives, and how it gets on",
    fields: "running, limit, ready, retrying (calls that wait to be tried again), queued, " +
      "obstacles (what keeps work from starting): at present; " +
      "calls, completed, failed, cancelled, shed, throttled, retried, callsPerS: since the last one, overMs ago",
  },
  "ended": {
    level: "info",
    doc: "the consumer has ended",
    fields: "completed, failed, cancelled, shed, throttled, retried: since it began",
  },
  "calls-failed": {
    level: "warn",
    doc: "calls of a function have failed; others may follow",
    fields: `function, status (0: no answer), ${OF_GROUPS}`,
  },
  "chains-failed": { level: "error", doc: "chains have failed, and are dead letters", fields: OF_GROUPS },
  "chains-cancelled": { level: "info", doc: "chains were cancelled", fields: OF_GROUPS },
  "chains-shed": {
    level: "warn",
    doc: "chains were refused before their start, as they could not meet their deadlines any more",
    fields: OF_GROUPS,
  },
  "setting-changed": {
    level: "info",
    doc: "a policy or limits that the queue sets are in force, or no more",
  },
  "setting-refused": {
    level: "error",
    doc:
      "a setting cannot be in force here, or a policy has failed; the consumer goes on with the last good ones",
    fields: "code, of policies",
  },
  "policy-note": {
    level: "warn",
    doc:
      "a policy in a file leaves errors behind that nobody awaits; the consumer goes on, under the same policy",
  },
  "paused": {
    level: "info",
    doc: "the queue pauses something; also when the consumer begins",
    fields: "count, pauses",
  },
  "resumed": { level: "info", doc: "that is over", fields: "count, pauses" },
  "consumers-joined": {
    level: "info",
    doc: "other consumers take from the queue; also those that are there when the consumer begins",
    fields: OF_CONSUMERS,
  },
  "consumers-left": { level: "info", doc: "other consumers have ended", fields: OF_CONSUMERS },
  "consumers-lost": {
    level: "warn",
    doc: "other consumers have gone silent: killed, stopped or cut off",
    fields: OF_CONSUMERS,
  },
  "function-unserved": { level: "warn", doc: "nobody serves a function: its calls wait", fields: "function" },
  "function-served": { level: "info", doc: "that is over", fields: "function" },
  "calls-refused": {
    level: "warn",
    doc: "no call of a function has been let in for a minute",
    fields: "function, reason",
  },
  "calls-let-in": {
    level: "info",
    doc: "that is over, or the function is not called any more",
    fields: "function",
  },
  "only-delayed": {
    level: "info",
    doc: "with --until-empty: nothing but what is delayed is left; told once",
    fields: "count, dueInMs",
  },
  "retries-held": {
    level: "warn",
    doc: "retries have waited for a second, as their budget is used up",
    fields: "function, platform, waiting",
  },
  "retries-let-go": { level: "info", doc: "that is over", fields: "function, platform" },
  "wait-asked": {
    level: "warn",
    doc: "a platform asks callers to wait for long",
    fields: "platform, function, askedMs",
  },
  "floors-short": {
    level: "warn",
    doc: "floors reserve more than the platform runs at once",
    fields: "reserved, limit",
  },
  "clock-set": { level: "warn", doc: "the system's clock was set, or the machine slept", fields: "byMs" },
  "clocks-differ": { level: "warn", doc: "a producer's clock is another one; told once", fields: "byMs" },
  "queue-waiting": {
    level: "warn",
    doc: "the queue is locked, its disk full, or no broker answers: calls wait",
  },
  "queue-reached": { level: "info", doc: "that is over" },
  "queue-note": { level: "warn", doc: "something else about the queue is to be looked at" },
  "platform-started": { level: "info", doc: "no local platform was there; the consumer has started one" },
  "platform-note": {
    level: "warn",
    doc: "something about calls is to be looked at, as too few file descriptors",
  },
  "callback-note": {
    level: "warn",
    doc: "callbacks failed and are tried again, or were given up",
  },
  "option-note": {
    level: "warn",
    doc: "an option may be a mistake, as a limit of a function that is never called",
  },
  "run-log-note": { level: "warn", doc: "events of the run log are lost, or it is written elsewhere" },
  "trace-note": {
    level: "warn",
    doc:
      "spans are lost, as the collector of traces does not take them, or a setting of tracing cannot be used",
  },
};
