import {
  type AttemptEvent,
  type CounterEvent,
  type EndEvent,
  type FunctionRunEvent,
  queueOf,
  type Recorder,
  recordEvent,
  type RunEvent,
  type RunInfo,
  type SettingEvent,
  type SubmitEvent,
} from "./events.ts";
import { flags, indices, Names, numbers } from "./column.ts";
import { Costs, CostSamples } from "./costs.ts";
import { invocationNumber } from "./distinct.ts";
import { Failures } from "./failures.ts";
import type { Figure } from "./figure.ts";
import type { InstanceTimes } from "./figure_types.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { LabelValues, NO_VALUE } from "./label_values.ts";
import { deadlineOf, deadlineOfUnfinished, isBackwards, NEVER, timesOf } from "./instance_times.ts";
import { callKind, GOODPUT_TIMES, type InstanceKind, instanceKind, paceOf } from "./kinds.ts";
import { type Half, OpenInstances, type Whole } from "./open_instances.ts";
import { ProviderWaits } from "./provider_waits.ts";
import { SettingChanges } from "./setting_changes.ts";
import { Span } from "./span.ts";
import { instanceNumber, LostInstances } from "./waste.ts";

/** The options of reports. */
export interface ReportOptions {
  /** The multiple of its ideal time within which a completed chain counts for goodput. (Default: 2) */
  readonly goodputTimes?: number;
  /** The label whose values get figures of their own, and that fairness is judged by. (Default: what the policy shared by) */
  readonly by?: string;
  /**
   * Figures of chains, values of labels and functions that get `intervals`, too. Each chain, value or function
   * takes about half a second of a processor. (Default: none)
   */
  readonly intervalsOf?: readonly Figure[];
}

/**
 * The data of a run that a report needs, as columns: the fold of its events, in any order.
 *
 * Times of attempts and counters are whole microseconds from the start of the run, so that one that starts when another ends
 * does not overlap it, whatever the fractions. Takes 47 bytes for an attempt, 24 for its function's own times, 20 for an ended
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
    instance: numbers(),
    kind: flags(),
  };
  /** The times that functions told of their own runs, in attempts that went well; NaN where the clocks did not agree. */
  readonly functionRuns = {
    chain: indices(),
    function: indices(),
    ms: numbers(),
    providerMs: numbers(),
    endUs: numbers(),
    instance: numbers(),
    invocation: numbers(),
  };
  /** Times that are Infinity: it never completed. */
  readonly instances = {
    chain: indices(),
    group: indices(),
    kind: flags(),
    ms: numbers(),
    slowdown: numbers(),
    /** When they ended, in microseconds; of those that had not when the log ended, when they were submitted. */
    endUs: numbers(),
  };
  readonly counters = {
    atUs: numbers(),
    ready: numbers(),
    running: numbers(),
    limit: numbers(),
    throttled: numbers(),
  };
  /** Instances that waited from the time given to the end of the log, without one attempt. */
  readonly starved = { chain: indices(), group: indices(), fromUs: numbers() };
  /** The share that each chain should have, relative to the others, by its number: what its last submission said. */
  readonly #chainWeights: number[] = [];
  /** The values of the label that instances are grouped by. */
  readonly #labelled = new LabelValues();
  readonly #open = new OpenInstances();
  readonly #waits = new ProviderWaits();

  /** The description of the run; undefined if no event holds it. */
  run: RunInfo | undefined;
  readonly span = new Span();
  readonly costs = new Costs();
  readonly costSamples = new CostSamples();
  readonly failures = new Failures();
  readonly changes = new SettingChanges();
  readonly #lost = new LostInstances();
  #wasted: Float64Array | undefined;
  #queueing: Float64Array | undefined;
  #groups: Groups | undefined;
  /** See {@linkcode ReportOptions}. */
  readonly goodputTimes: number;
  /** See {@linkcode ReportOptions}. */
  readonly intervalsOf: readonly Figure[];
  readonly #by: string | undefined;
  /** The groups of the run; those of its policy are known once the description of the run is. */
  grouping: Grouping;

  constructor({ goodputTimes = GOODPUT_TIMES, by, intervalsOf = [] }: ReportOptions = {}) {
    this.intervalsOf = intervalsOf;
    this.goodputTimes = goodputTimes;
    this.#by = by;
    this.grouping = groupingOf(undefined, by);
  }

  /** The groups that fairness is judged by: the values of a label, or the chains. Ask after the last event. */
  groups(): Groups {
    return this.#groups ??= this.#findGroups();
  }

  #findGroups(): Groups {
    const { label, weights, unit } = this.grouping;
    const groups = label === undefined ? this.byChain() : this.#byLabel();
    const declared = label === undefined ? this.#chainWeights : this.#labelled.weights;
    return {
      ...groups,
      label,
      unit,
      weights: groups.names.map((name, i) => weights.get(name) ?? declared[i]!),
    };
  }

  byChain(): RowGroups {
    const { attempts, functionRuns, instances, starved } = this;
    return {
      names: this.chains.list(),
      ofAttempts: attempts.chain.view(),
      ofRuns: functionRuns.chain.view(),
      ofInstances: instances.chain.view(),
      ofStarved: starved.chain.view(),
    };
  }

  #byLabel(): RowGroups {
    const { attempts, functionRuns, instances, starved } = this, values = this.#labelled;
    return {
      names: values.names.list(),
      ofAttempts: values.of(attempts.instance.view()),
      ofRuns: values.of(functionRuns.instance.view()),
      ofInstances: instances.group.view(),
      ofStarved: starved.group.view(),
    };
  }

  /**
   * The queueing times of attempts, with their waits at the provider where a simulation knows them or functions told of
   * themselves; NaN: calls do not queue. Ask after the last event.
   */
  queueing(): Float64Array {
    return this.#queueing ??= this.#queueingTimes();
  }

  #queueingTimes(): Float64Array {
    const { attempts: { queuedMs, invocation, kind }, functionRuns: told } = this;
    if (queueOf(this.run) === "none") return new Float64Array(queuedMs.length).fill(NaN);
    const times = queuedMs.view().slice();
    this.#waits.addTo(
      times,
      { invocation: invocation.view(), kind: kind.view() },
      { invocation: told.invocation.view(), providerMs: told.providerMs.view() },
    );
    return times;
  }

  /**
   * The times at which attempts turned out to have been made for nothing, in microseconds; NaN: they were not. Ask after the
   * last event.
   */
  wastedUs(): Float64Array {
    return this.#wasted ??= this.#lost.wastedUs(this.attempts.instance.view(), this.attempts.startUs.view());
  }

  add(event: RunEvent): void {
    if (event.type !== "run") return recordEvent(this, event);
    this.run = event;
    this.grouping = groupingOf(event, this.#by);
    this.span.startAt(event.startedAtMs);
  }

  /** Counts the instances that have not ended. Call it once, after the last event. */
  finish(): this {
    for (const half of this.#open.halves()) {
      const { submit, end } = half;
      if (end !== undefined) {
        const { outcome, endedAtMs } = end, kind = { outcome, deadline: "open", isCalled: false } as const;
        this.#instance(half, kind, timesOf(end, NaN), this.span.us(endedAtMs));
      } else if (submit !== undefined) this.#unfinished(half, submit);
    }
    return this;
  }

  #unfinished(half: Half, { submittedAtMs, deadlineMs, parent }: SubmitEvent): void {
    const fromUs = this.span.us(submittedAtMs);
    const deadline = deadlineOfUnfinished(deadlineMs, (this.span.logEndUs - fromUs) / 1000);
    this.#instance(half, { outcome: "unfinished", deadline, isCalled: parent !== undefined }, NEVER, fromUs);
    if (half.hasBegun) return;
    this.starved.chain.push(half.chain);
    this.starved.group.push(half.group);
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
    this.#waits.know(this.attempts.queuedMs.length - 1, event.providerQueuedMs ?? 0);
    const { instance: id, node, item, generation } = event;
    this.attempts.invocation.push(invocationNumber(id, node, item, generation));
    this.attempts.kind.push(callKind(event));
    const number = instanceNumber(id);
    this.attempts.instance.push(number);
    this.costs.add(event);
    this.costSamples.add(event, endUs);
    this.failures.attempt(event, endUs);
    this.#open.began(id);
  }

  functionRun(event: FunctionRunEvent): void {
    const { chain, instance, node, item, generation, outcome, startedAtMs } = event;
    const { functionMs, providerQueuedMs = NaN } = event;
    if (outcome !== "ok") return;
    this.functionRuns.chain.push(this.#chain(chain));
    this.functionRuns.function.push(this.functions.number(event.function));
    this.functionRuns.ms.push(functionMs);
    this.functionRuns.providerMs.push(providerQueuedMs);
    this.functionRuns.endUs.push(this.span.us(startedAtMs + functionMs));
    this.functionRuns.instance.push(instanceNumber(instance));
    this.functionRuns.invocation.push(invocationNumber(instance, node, item, generation));
  }

  /** Completed instances that ended before they were submitted, as a clock was set: their duration is not known. */
  backwards = 0;

  submit(event: SubmitEvent): void {
    const atUs = this.span.us(event.submittedAtMs);
    this.span.cover(atUs, atUs);
    const chain = this.#chain(event.chain);
    if (event.parent !== undefined) this.#lost.called(event.instance, event.parent);
    this.#chainWeights[chain] = event.weight;
    const { label } = this.grouping;
    const group = label === undefined ? NO_VALUE : this.#labelled.submit(event, label);
    if (event.parent !== undefined) this.#open.began(event.parent);
    else this.span.arrive(atUs);
    this.#ended(this.#open.submit(event, { chain, group }));
  }

  end(event: EndEvent): void {
    const atUs = this.span.us(event.endedAtMs);
    this.span.cover(atUs, atUs);
    if (event.outcome !== "completed") this.#lost.lost(event.instance, atUs);
    this.failures.end(event, atUs);
    this.#ended(this.#open.end(event, this.#chain(event.chain)));
  }

  #ended(whole: Whole | undefined): void {
    if (whole === undefined) return;
    const { submit, end } = whole;
    const endUs = this.span.us(end.endedAtMs);
    const sinceMs = (endUs - this.span.us(submit.submittedAtMs)) / 1000;
    if (isBackwards(end, sinceMs)) this.backwards++;
    const { outcome } = end, times = timesOf(end, sinceMs), isCalled = submit.parent !== undefined;
    this.#instance(
      whole,
      { outcome, deadline: deadlineOf(submit.deadlineMs, times), isCalled },
      times,
      endUs,
    );
  }

  #instance(
    { chain, group }: Pick<Whole, "chain" | "group">,
    kind: Omit<InstanceKind, "pace">,
    { chainMs, slowdown }: InstanceTimes,
    endUs: number,
  ): void {
    this.instances.chain.push(chain);
    this.instances.group.push(group);
    this.instances.kind.push(instanceKind({ ...kind, pace: paceOf(slowdown, this.goodputTimes) }));
    this.instances.ms.push(chainMs);
    this.instances.slowdown.push(slowdown);
    this.instances.endUs.push(endUs);
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

  setting(event: SettingEvent): void {
    this.changes.add(event, this.span.us(event.atMs));
  }

  #chain(name: string): number {
    const chain = this.chains.number(name);
    if (chain === this.#chainWeights.length) this.#chainWeights.push(1);
    return chain;
  }
}

/** Groups by their numbers, with the group of each row of the columns. */
export interface RowGroups {
  readonly names: readonly string[];
  readonly ofAttempts: Uint32Array;
  readonly ofRuns: Uint32Array;
  readonly ofInstances: Uint32Array;
  readonly ofStarved: Uint32Array;
}

/** The groups that the fairness of a run is judged by. */
export interface Groups extends RowGroups {
  /** The label whose values they are; undefined: they are the chains. */
  readonly label: string | undefined;
  readonly unit: Grouping["unit"];
  /** The share that each group should have, relative to the others. */
  readonly weights: readonly number[];
}

/** Folds the events of a run. */
export async function collectSamples(
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  options: ReportOptions = {},
): Promise<Samples> {
  const samples = new Samples(options);
  for await (const event of events) samples.add(event);
  return samples.finish();
}
