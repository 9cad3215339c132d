import {
  hex,
  type Instance,
  type InstanceTrace,
  isSampled,
  type Random,
  traceOf,
  traceparentOf,
} from "../model/mod.ts";
import type { TracedAttempt, TracedInstance, Tracer } from "../record/mod.ts";
import { sampled, type Sampler } from "./sampler.ts";
import type { Span } from "./span.ts";
import { attemptSpans, instanceSpan } from "./spans.ts";

/** The parts of a tracer. */
export interface TracerParts {
  readonly sampler: Sampler;
  readonly random: Random;
  /** Takes spans that have ended. */
  readonly add: (span: Span) => void;
}

/**
 * Makes spans of the attempts and instances that a consumer runs.
 *
 * The runtime's own tracer chooses the ids of spans, and one that was begun can be ended by the same process only. The span of an
 * instance has to be written by whichever consumer ends it, and those of its attempts name it before that: so ids are ours.
 */
export class SpanTracer implements Tracer {
  readonly #parts: TracerParts;
  /** Half of each id, which tells the spans of this process from all others, … */
  readonly #own: string;
  /** … and the other half. */
  #next: number;

  constructor(parts: TracerParts) {
    this.#parts = parts;
    this.#own = hex(parts.random.next() * 2 ** 32);
    this.#next = parts.random.next() * 2 ** 32 | 0;
  }

  traceOf(instance: Instance): InstanceTrace {
    return sampled(traceOf(instance), this.#parts.sampler);
  }

  begin(trace: InstanceTrace): string {
    return traceparentOf(trace, this.#newId());
  }

  attempt(attempt: TracedAttempt): void {
    if (!isSampled(attempt.trace.flags)) return;
    for (const span of attemptSpans(attempt, () => this.#newId())) this.#parts.add(span);
  }

  end(instance: TracedInstance): void {
    if (isSampled(instance.trace.flags)) this.#parts.add(instanceSpan(instance));
  }

  /** An odd step comes to each number once before it comes to the first again. */
  #newId(): string {
    this.#next = this.#next + 0x9e3779b1 | 0;
    return this.#own + hex(this.#next);
  }
}
