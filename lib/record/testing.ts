import type { AttemptEvent, EndEvent, RunInfo, SubmitEvent } from "./events.ts";
import { RUN_SCHEMA } from "./events.ts";

/** For tests: when their runs start, in milliseconds since 1970. */
export const START_MS = Date.UTC(2026, 0, 1);

/** For tests: what a run is. */
export const INFO: RunInfo = {
  schema: RUN_SCHEMA,
  command: "consume",
  policy: "fair-share",
  limits: { global: 2 },
  platform: "local",
  version: "0.1.0",
  seed: "7",
  startedAtMs: START_MS,
};

/** For tests: an attempt that went well, `startedAtMs` counted from {@linkcode START_MS}. */
export function attempt(event: Partial<AttemptEvent> = {}): AttemptEvent {
  return {
    function: "f",
    chain: "a",
    instance: "a1",
    node: "f",
    attempt: 1,
    runMs: 100,
    outcome: "ok",
    settled: true,
    status: 200,
    queuedMs: 0,
    cold: false,
    platform: "local",
    ...event,
    startedAtMs: START_MS + (event.startedAtMs ?? 0),
  };
}

/** For tests: a submission, `submittedAtMs` counted from {@linkcode START_MS}. */
export function submit(event: Partial<SubmitEvent> = {}): SubmitEvent {
  return {
    chain: "a",
    instance: "a1",
    labels: {},
    weight: 1,
    ...event,
    submittedAtMs: START_MS + (event.submittedAtMs ?? 0),
  };
}

/** For tests: an end, `endedAtMs` counted from {@linkcode START_MS}. */
export function end(event: Partial<EndEvent> = {}): EndEvent {
  return {
    chain: "a",
    instance: "a1",
    outcome: "completed",
    ...event,
    endedAtMs: START_MS + (event.endedAtMs ?? 0),
  };
}
