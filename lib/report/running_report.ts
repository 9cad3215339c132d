import { Blocks, type Unfinished } from "./blocks.ts";
import { RunningConcurrency } from "./concurrency.ts";
import { Costs } from "./costs.ts";
import {
  type AttemptEvent,
  type CounterEvent,
  type EndEvent,
  queueOf,
  type Recorder,
  type RunInfo,
  type SettingEvent,
  type SubmitEvent,
} from "./events.ts";
import { Failures } from "./failures.ts";
import { type JainOverTime, jainOverTime, type Shares, sharesOf } from "./fairness.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { Histogram } from "./histogram.ts";
import { deadlineOf, isBackwards, NEVER, timesOf, unfinishedKind } from "./instance_times.ts";
import { CALL_KINDS, callKind, GOODPUT_TIMES, instanceKind, paceOf } from "./kinds.ts";
import { intervalsIn, intervalsOf } from "./intervals.ts";
import { byName, reportedRun } from "./report.ts";
import { RunningSeries, type Starved } from "./running_series.ts";
import type { ReportOptions } from "./samples.ts";
import { type ChainReport, type Report, REPORT_SCHEMA } from "./schema.ts";
import { limitAsked, type Series } from "./series.ts";
import { knownName } from "./known_name.ts";
import { RunningTables } from "./running_tables.ts";
import { notesOf } from "./notes.ts";
import { RunningInstance } from "./running_instance.ts";
import { Span } from "./span.ts";
import { Spending } from "./spent.ts";
import { callSamples, instanceSamples, type SampleRow } from "./tallies.ts";
import { callSums, type Group, type Instances, merged, rootSums, type ValueTally } from "./running_groups.ts";
import { RunningShares, type Unstarted } from "./running_shares.ts";
import { figuresOf, functionReportOf } from "./values.ts";
import { SettingChanges } from "./setting_changes.ts";
import { TimesTally } from "./times_tally.ts";
import type { RunView } from "./view.ts";

/**
 * Reports on a run while it goes on, in memory that grows with its chains and functions (2,000 of each at most; others count
 * together) and instances under way, not with its length: for runs in virtual time and logs with any number of attempts. The
 * figures are those of `buildReport`, with percentiles to 0.1 % (see `Histogram`), without the times that functions tell of
 * themselves.
 *
 * Events come in the order of time, an attempt when it ends; `started` is called when one starts, so that the report knows how
 * many run at once.
 */
export class RunningReport implements Recorder {
  readonly #run: RunInfo;
  readonly #isQueued: boolean;
  readonly #grouping: Grouping;
  readonly #tables: RunningTables;
  readonly #span = new Span();
  /** By id, in the order of their submission. Events of a run have an id as one text, whose hash is known after one look. */
  readonly #open = new Map<string, RunningInstance>();
  readonly #concurrency = new RunningConcurrency();
  /** From the first thing that happens on. */
  #shares: RunningShares;
  #series = new RunningSeries(0);
  #blocks = new Blocks(0);
  #isBegun = false;
  /** As it was recorded last. */
  #limit: number | undefined;

  readonly #failures = new Failures();
  readonly #changes = new SettingChanges();
  readonly #spending = new Spending();
  readonly #costs = new Costs(knownName);
  /** The lateness of calls that nothing queues, in milliseconds. */
  readonly #lateMs = new Histogram();
  /** The number of times that functions told of themselves. */
  #functionRuns = 0;
  readonly #goodputTimes: number;

  /** @param run the description of the run */
  constructor(run: RunInfo, { goodputTimes = GOODPUT_TIMES, by }: Omit<ReportOptions, "intervalsOf"> = {}) {
    this.#run = run;
    this.#grouping = groupingOf(run, by);
    this.#tables = new RunningTables(this.#grouping);
    this.#shares = new RunningShares(0, this.#grouping.unit);
    this.#isQueued = queueOf(run) !== "none";
    this.#goodputTimes = goodputTimes;
    this.#span.startAt(run.startedAtMs);
  }

  /** An attempt of an instance starts that the platform does not refuse, at an instant in milliseconds since 1970. */
  started(functionName: string, chain: string, atMs: number, instance: string): void {
    const atUs = this.#span.us(atMs);
    this.#begin(atUs);
    this.#concurrency.start(atUs);
    this.#tables.calls(chain, functionName).start(atUs);
    if (this.#grouping.label !== undefined) this.#valueOf(instance)?.concurrency.start(atUs);
  }

  /**
   * An attempt has ended.
   *
   * @throws {Error} if more have ended than started, refused ones left out
   */
  attempt(event: AttemptEvent): void {
    const { instance } = event, span = this.#span, open = this.#open.get(instance);
    const calls = this.#tables.calls(event.chain, event.function), value = this.#valueOf(instance, open);
    const startUs = span.us(event.startedAtMs);
    const endUs = Math.max(startUs, span.us(event.startedAtMs + event.runMs));
    span.cover(startUs, endUs);
    if (event.outcome !== "throttled") {
      calls.end(event, startUs, endUs);
      this.#concurrency.end(startUs, endUs);
      value?.concurrency.end(startUs, endUs);
    }
    // Numbers begin again where a consumer died or an instance is retried, so they count only where nothing else is known.
    const isFirst = open === undefined ? event.attempt === 1 : open.attempt(event);
    const queuedMs = this.#isQueued ? event.queuedMs + (event.providerQueuedMs ?? 0) : NaN;
    const kind = callKind(event), us = endUs - startUs;
    const samples = callSamples({ kind: CALL_KINDS[kind]!, queuedMs, runMs: us / 1000 });
    const tallies = value === undefined ? calls.tallies : [calls.tally, value.tally];
    for (let i = 0; i < tallies.length; i++) tallies[i]!.add(kind, samples, us, isFirst);
    this.#blocks.attempt(endUs, kind, samples, us);
    const isWasted = this.#spending.attempt(instance, open, tallies, startUs, us);
    if (isWasted) this.#blocks.waste(endUs, 1, us);
    if (!this.#isQueued) this.#lateMs.add(event.queuedMs);
    if (event.cost !== undefined) {
      this.#costs.add(event);
      this.#blocks.cost(endUs, event.cost);
    }
    this.#failures.attempt(event, endUs);
    const queued = this.#isQueued ? event : { ...event, queuedMs: 0 };
    this.#shares.attempt((value ?? calls.chain).number, startUs, endUs, queued);
    this.#series.attempt(calls.chain.number, startUs, endUs, event);
  }

  /** The value of the label of an instance; undefined: instances are not grouped by one. */
  #valueOf(instance: string, open = this.#open.get(instance)): ValueTally | undefined {
    return open === undefined ? this.#tables.valueOfEnded(instance) : open.value;
  }

  setting(event: SettingEvent): void {
    this.#changes.add(event, this.#span.us(event.atMs));
  }

  /** The times that functions tell of themselves are left out, and a remark of the report says so. */
  functionRun(): void {
    this.#functionRuns++;
  }

  submit({ chain: name, instance, submittedAtMs, labels, weight, deadlineMs, parent }: SubmitEvent): void {
    const submittedUs = this.#span.us(submittedAtMs);
    this.#span.cover(submittedUs, submittedUs);
    this.#begin(submittedUs);
    const chain = this.#tables.chain(name), value = this.#tables.valueIn(labels);
    const open = new RunningInstance(chain, value, submittedUs, deadlineMs, parent);
    open.group.weight = weight;
    if (this.#open.has(instance)) return;
    this.#open.set(instance, open);
    if (parent === undefined) this.#span.arrive(submittedUs);
    const caller = parent === undefined ? undefined : this.#open.get(parent);
    if (caller !== undefined) caller.hasBegun = true;
  }

  /** See {@linkcode Report.backwards}. */
  #backwards = 0;

  end(event: EndEvent): void {
    const atUs = this.#span.us(event.endedAtMs);
    this.#span.cover(atUs, atUs);
    this.#failures.end(event, atUs);
    const { outcome } = event, open = this.#open.get(event.instance);
    if (open === undefined) {
      const kind = instanceKind({ outcome, deadline: "open", pace: "unknown", isCalled: false });
      const chain = this.#tables.chain(event.chain), group = this.#tables.valueOfEnded("") ?? chain;
      return this.#add({ chain, group }, atUs, kind, instanceSamples(timesOf(event, NaN)));
    }
    this.#open.delete(event.instance);
    this.#tables.ended(event.instance, open.value);
    const caller = open.parent === undefined ? undefined : this.#open.get(open.parent);
    const wasted = this.#spending.end(event, open, caller, atUs);
    if (wasted !== undefined) this.#blocks.waste(atUs, wasted.calls, wasted.us);
    const { submittedUs, deadlineMs, parent } = open, sinceMs = (atUs - submittedUs) / 1000;
    if (isBackwards(event, sinceMs)) this.#backwards++;
    const times = timesOf(event, sinceMs), deadline = deadlineOf(deadlineMs, times);
    const pace = paceOf(times.slowdown, this.#goodputTimes);
    const kind = instanceKind({ outcome, deadline, pace, isCalled: parent !== undefined });
    this.#add(open, atUs, kind, instanceSamples(times));
  }

  #add(
    { chain, group }: Pick<RunningInstance, "chain" | "group">,
    atUs: number,
    kind: number,
    samples: SampleRow,
  ): void {
    chain.instances.add(kind, samples);
    if (group !== chain) group.instances.add(kind, samples);
    this.#blocks.instance(atUs, kind, samples);
  }

  counter({ atMs, limit }: CounterEvent): void {
    const atUs = this.#span.us(atMs);
    this.#span.see(atUs);
    this.#limit = limit;
    if (this.#isBegun) this.#series.limit(atUs, limit);
  }

  /**
   * The figures so far; instances under way are counted as unfinished, attempts under way are not counted.
   *
   * @param withIntervals whether to say between which bounds figures lie, which takes longer than all else in short runs
   */
  report(withIntervals = true): Report {
    const span = this.#span;
    const { chains: byChain, functions: byFunction } = this.#tables;
    const chains = [...byChain.values()], functions = [...byFunction.values()];
    const instances = this.#withUnfinished(chains, ({ chain }) => chain);
    const { label } = this.#grouping, { byGroup: shares, intervals, ...fairness } = this.#sharesOfGroups();
    const all = callSums(chains.flatMap(({ tallies }) => tallies), this.#concurrency, span);
    const seconds = span.durationUs / 1e6, run = reportedRun(this.#run, span, this.#changes.list());
    const { p99: lateMs } = this.#lateMs.quantity(), cost = this.#costs.report();
    const figures = figuresOf(all, rootSums(instances), seconds);
    return {
      schema: REPORT_SCHEMA,
      run,
      notes: notesOf({
        ...{ run: this.#run, reported: run, figures, series: this.#seriesSoFar() },
        ...{ arrivalsMs: span.arrivalsMs, lateMs: lateMs ?? NaN, functionRunsLeftOut: this.#functionRuns },
      }),
      ...this.#backwards > 0 && { backwards: this.#backwards },
      goodputTimes: this.#goodputTimes,
      ...figures,
      fairness: { by: label ?? null, ...fairness },
      ...cost !== undefined && { cost },
      failures: this.#failures.list(),
      ...withIntervals &&
        intervalsIn(intervalsOf(this.#blocks.list(span.lastUs, this.#unfinished()), () => intervals)),
      byChain: this.#groupReports(byChain, instances, label === undefined ? shares : undefined),
      ...label !== undefined && { byLabel: { [label]: this.#valueReports(shares) } },
      byFunction: byName(
        [...byFunction.keys()],
        (i) => functionReportOf(functions[i]!.sums(span), seconds),
      ),
    };
  }

  #valueReports(shares: Shares["byGroup"]): Readonly<Record<string, ChainReport>> {
    const { values } = this.#tables;
    const instances = this.#withUnfinished([...values.values()], ({ group }) => group);
    return this.#groupReports(values, instances, shares);
  }

  /** @param shares undefined: the groups are not those that share */
  #groupReports(
    groups: ReadonlyMap<string, Group>,
    instances: readonly Instances[],
    shares: Shares["byGroup"] | undefined,
  ): Readonly<Record<string, ChainReport>> {
    const all = [...groups.values()], seconds = this.#span.durationUs / 1e6;
    return byName([...groups.keys()], (i): ChainReport => ({
      ...figuresOf(all[i]!.sums(this.#span), instances[i]!.all(), seconds),
      share: shares?.[i] ?? null,
    }), (i) => all[i]!.isThere(instances[i]!));
  }

  /** The figures so far, with the data of the charts. */
  view(name: string): RunView {
    return { name, report: this.report(), series: this.#seriesSoFar() };
  }

  #seriesSoFar(): Series {
    const chains = [...this.#tables.chains.values()];
    const tallies = chains.flatMap(({ tallies }) => tallies);
    return this.#series.series({
      names: [...this.#tables.chains.keys()],
      work: chains.map(({ concurrency }) => concurrency.totalUs),
      starved: this.#starved(),
      queueing: merged(new Histogram(), tallies.map(({ queueingMs }) => queueingMs)),
      chainTime: merged(
        new TimesTally(),
        this.#withUnfinished(chains, ({ chain }) => chain).map(({ roots }) => roots.ms),
      ),
      toUs: this.#span.lastUs,
      limit: limitAsked(this.#run),
    });
  }

  /** The memory that its tables take, in bytes; instances under way take some hundred each, besides. */
  get bytes(): number {
    return this.#tables.bytes + this.#shares.bytes + this.#series.bytes + this.#blocks.bytes;
  }

  /** The number of instances under way. */
  get open(): number {
    return this.#open.size;
  }

  #begin(atUs: number): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#shares = new RunningShares(Math.max(0, atUs), this.#grouping.unit);
    this.#series = new RunningSeries(Math.max(0, atUs));
    this.#blocks = new Blocks(Math.max(0, atUs));
    if (this.#limit !== undefined) this.#series.limit(Math.max(0, atUs), this.#limit);
  }

  /** The instances under way. */
  *#unfinished(): Generator<Unfinished> {
    for (const open of this.#open.values()) {
      yield { kind: unfinishedKind(open, this.#span.logEndUs), atUs: open.submittedUs };
    }
  }

  /** The counts of the instances of each group, those under way included. @param groupOf the group of an instance */
  #withUnfinished(groups: readonly Group[], groupOf: (open: RunningInstance) => Group): Instances[] {
    const all = groups.map(({ instances }) => instances.copy());
    for (const open of this.#open.values()) {
      all[groupOf(open).number]!.add(unfinishedKind(open, this.#span.logEndUs), instanceSamples(NEVER));
    }
    return all;
  }

  /** The instances under way that have had no attempt. */
  #starved(): (Starved & Unstarted)[] {
    return [...this.#open.values()].filter(({ hasBegun }) => !hasBegun)
      .map(({ chain, group, submittedUs }) => ({
        chain: chain.number,
        group: group.number,
        fromUs: submittedUs,
      }));
  }

  /** Jain's index over time so far. */
  jainOverTime(): JainOverTime {
    const { lastUs, durationUs } = this.#span;
    const weights = this.#tables.weights();
    const windows = durationUs > 0
      ? this.#shares.windows(lastUs, weights.length, this.#starved())
      : undefined;
    return jainOverTime(windows, lastUs, weights);
  }

  #sharesOfGroups(): Shares {
    const { lastUs, durationUs } = this.#span, weights = this.#tables.weights();
    return durationUs > 0
      ? this.#shares.shares(lastUs, weights, this.#starved())
      : sharesOf(undefined, lastUs, weights);
  }
}
