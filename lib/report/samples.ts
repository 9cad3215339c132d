import type {
  AttemptEvent,
  CounterEvent,
  EndEvent,
  FunctionRunEvent,
  Recorder,
  RunEvent,
  RunInfo,
  SubmitEvent,
} from "./events.ts";
import { flags, indices, Names, numbers } from "./column.ts";
import { Costs } from "./costs.ts";
import { invocationNumber } from "./distinct.ts";
import { callKind, type DeadlineState, type InstanceKind, instanceKind } from "./kinds.ts";
import { Span } from "./span.ts";

/** An instance that has not both been submitted and ended. */
interface OpenInstance {
  readonly chain: number;
  submit?: SubmitEvent;
  end?: EndEvent;
  attempted: boolean;
}

/**
 * The data of a run that a report needs, as columns: the fold of its events, in any order.
 *
 * Times of attempts and counters are whole microseconds from the start of the run, so that one that starts when another ends
 * does not overlap it, whatever the fractions. Takes 39 bytes for an attempt, 24 for its function's own times, 20 for an ended
 * instance and some hundred for an open one.
 */
export class Samples implements Recorder {
  readonly chains = new Names();
  readonly functions = new Names();
  readonly attempts = {
    chain: indices(),
    function: indices(),
    startUs: numbers(),
    endUs: numbers(),
    queuedMs: numbers(),
    invocation: numbers(),
    kind: flags(),
  };
  /** The times that functions told of their own runs, in attempts that went well; NaN where the clocks did not agree. */
  readonly functionRuns = {
    chain: indices(),
    function: indices(),
    ms: numbers(),
    providerMs: numbers(),
  };
  readonly instances = {
    chain: indices(),
    kind: flags(),
    ms: numbers(),
    slowdown: numbers(),
  };
  readonly counters = {
    atUs: numbers(),
    ready: numbers(),
    running: numbers(),
    limit: numbers(),
    throttled: numbers(),
  };
  /** Instances that waited from the time given to the end of the log, without one attempt. */
  readonly starved = { chain: indices(), fromUs: numbers() };
  /** The share that each chain should have, relative to the others, by its number: what its last submission said. */
  readonly weights: number[] = [];

  /** The description of the run; undefined if no event holds it. */
  run: RunInfo | undefined;
  readonly span = new Span();
  readonly costs = new Costs();

  readonly #open = new Map<string, OpenInstance>();
  /** The instances of attempts that came before their submission, or without one. */
  readonly #strays = numbers();

  add(event: RunEvent): void {
    switch (event.type) {
      case "run":
        this.run = event;
        this.span.startAt(event.startedAtMs);
        return;
      case "attempt":
        return this.attempt(event);
      case "functionRun":
        return this.functionRun(event);
      case "submit":
        return this.submit(event);
      case "end":
        return this.end(event);
      case "counter":
        return this.counter(event);
    }
  }

  /** Counts the instances that have not ended. Call it once, after the last event. */
  finish(): this {
    const strays = new Set(this.#open.size > 0 ? this.#strays.view() : []);
    for (const [instance, { chain, submit, end, attempted }] of this.#open) {
      if (end !== undefined) this.#instance(chain, end.outcome, "open", NaN, NaN);
      else if (submit !== undefined) {
        this.#unfinished(chain, submit, attempted || strays.has(invocationNumber(instance, "")));
      }
    }
    this.#open.clear();
    return this;
  }

  #unfinished(chain: number, submit: SubmitEvent, attempted: boolean): void {
    const fromUs = this.span.us(submit.submittedAtMs);
    const late = (submit.deadlineMs ?? Infinity) < (this.span.logEndUs - fromUs) / 1000;
    this.#instance(chain, "unfinished", late ? "missed" : "open", NaN, NaN);
    if (attempted) return;
    this.starved.chain.push(chain);
    this.starved.fromUs.push(fromUs);
  }

  attempt(event: AttemptEvent): void {
    const startUs = this.span.us(event.startedAtMs);
    const endUs = Math.max(startUs, this.span.us(event.startedAtMs + event.runMs));
    this.span.cover(startUs, endUs);
    this.attempts.chain.push(this.#chain(event.chain));
    this.attempts.function.push(this.functions.number(event.function));
    this.attempts.startUs.push(startUs);
    this.attempts.endUs.push(endUs);
    this.attempts.queuedMs.push(event.queuedMs);
    const { instance: id, node, item, generation } = event;
    this.attempts.invocation.push(invocationNumber(id, node, item, generation));
    this.attempts.kind.push(callKind(event));
    this.costs.add(event);
    const instance = this.#open.get(event.instance);
    if (instance !== undefined) instance.attempted = true;
    else this.#strays.push(invocationNumber(event.instance, ""));
  }

  functionRun(
    { chain, function: name, outcome, functionMs, providerQueuedMs = NaN }: FunctionRunEvent,
  ): void {
    if (outcome !== "ok") return;
    this.functionRuns.chain.push(this.#chain(chain));
    this.functionRuns.function.push(this.functions.number(name));
    this.functionRuns.ms.push(functionMs);
    this.functionRuns.providerMs.push(providerQueuedMs);
  }

  /** Completed instances that ended before they were submitted, as a clock was set: their duration is not known. */
  backwards = 0;

  submit(event: SubmitEvent): void {
    const atUs = this.span.us(event.submittedAtMs);
    this.span.cover(atUs, atUs);
    const open = this.#openInstance(event);
    this.weights[open.chain] = event.weight;
    if (open.end !== undefined) this.#ended(event.instance, open.chain, event, open.end);
    else open.submit ??= event;
  }

  end(event: EndEvent): void {
    const atUs = this.span.us(event.endedAtMs);
    this.span.cover(atUs, atUs);
    const open = this.#openInstance(event);
    if (open.submit !== undefined) this.#ended(event.instance, open.chain, open.submit, event);
    else open.end ??= event;
  }

  #ended(instance: string, chain: number, submit: SubmitEvent, end: EndEvent): void {
    this.#open.delete(instance);
    const completed = end.outcome === "completed";
    let ms = completed ? (this.span.us(end.endedAtMs) - this.span.us(submit.submittedAtMs)) / 1000 : NaN;
    if (ms < 0) {
      this.backwards++;
      ms = NaN;
    }
    const ideal = end.idealMs ?? 0;
    this.#instance(
      chain,
      end.outcome,
      deadlineOf(submit.deadlineMs, end, ms),
      ms,
      ideal > 0 ? ms / ideal : NaN,
    );
  }

  #instance(
    chain: number,
    outcome: InstanceKind["outcome"],
    deadline: DeadlineState,
    ms: number,
    slowdown: number,
  ): void {
    this.instances.chain.push(chain);
    this.instances.kind.push(instanceKind(outcome, deadline));
    this.instances.ms.push(ms);
    this.instances.slowdown.push(slowdown);
  }

  counter(event: CounterEvent): void {
    const atUs = this.span.us(event.atMs);
    this.span.see(atUs);
    this.counters.atUs.push(atUs);
    this.counters.ready.push(event.ready);
    this.counters.running.push(event.running);
    this.counters.limit.push(event.limit);
    this.counters.throttled.push(event.throttled);
  }

  #chain(name: string): number {
    const chain = this.chains.number(name);
    if (chain === this.weights.length) this.weights.push(1);
    return chain;
  }

  #openInstance({ chain, instance }: SubmitEvent | EndEvent): OpenInstance {
    let open = this.#open.get(instance);
    if (open === undefined) this.#open.set(instance, open = { chain: this.#chain(chain), attempted: false });
    return open;
  }
}

/** A chain that failed, was dropped or shed did not do its work in time; of one that was cancelled, none was wanted. */
export function deadlineOf(deadlineMs: number | undefined, end: EndEvent, chainMs: number): DeadlineState {
  if (deadlineMs === undefined || end.outcome === "cancelled") return "open";
  if (end.outcome === "completed" && Number.isNaN(chainMs)) return "open";
  return end.outcome === "completed" && chainMs <= deadlineMs ? "met" : "missed";
}

/** Folds the events of a run. */
export async function collectSamples(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<Samples> {
  const samples = new Samples();
  for await (const event of events) samples.add(event);
  return samples.finish();
}
