import type { FunctionSpec, Instance, InstanceTrace } from "../model/mod.ts";
import type { AttemptEvent, EndEvent } from "./events.ts";

/** An attempt that has ended, for its span. */
export interface TracedAttempt {
  readonly instance: Instance;
  readonly trace: InstanceTrace;
  /** The header that the call had. */
  readonly traceparent: string;
  readonly spec: FunctionSpec;
  readonly event: AttemptEvent;
}

/** An instance that has ended, for its span. */
export interface TracedInstance {
  readonly instance: Instance;
  readonly trace: InstanceTrace;
  /** When it was submitted, or due if that was later, in milliseconds since 1970. */
  readonly submittedAtMs: number;
  readonly event: EndEvent;
}

/** Where a consumer records spans of the instances that it runs; there is one only if they are recorded. */
export interface Tracer {
  /** The trace of an instance, with the decision whether it is recorded. */
  traceOf(instance: Instance): InstanceTrace;
  /** Begins the span of an attempt. @returns the header that makes it the parent of what the call reaches */
  begin(trace: InstanceTrace): string;
  /** Records the span of an attempt. */
  attempt(attempt: TracedAttempt): void;
  /** Records the span of an instance. */
  end(instance: TracedInstance): void;
}
