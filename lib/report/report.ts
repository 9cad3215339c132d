import { queueOf, type RunEvent, type RunInfo } from "./events.ts";
import { isObject } from "../model/mod.ts";
import { blocksOf } from "./blocks.ts";
import { allRows, rowsByGroup } from "./column.ts";
import { concurrencyOf } from "./concurrency.ts";
import { countDistinct } from "./distinct.ts";
import { type Shares, sharesOf, windowsOf } from "./fairness.ts";
import { intervalsIn, intervalsOf } from "./intervals.ts";
import { askedShares, intervalsOfParts } from "./part_intervals.ts";
import { quantityOf } from "./quantity.ts";
import { CALL_KINDS, INSTANCE_KINDS, isCalled, isThrottled, kindCounts } from "./kinds.ts";
import { collectSamples, type ReportOptions, type RowGroups, type Samples } from "./samples.ts";
import {
  type ChainReport,
  type Report,
  REPORT_SCHEMA,
  type ReportedRun,
  type ReportedSetting,
} from "./schema.ts";
import { seriesOf } from "./series.ts";
import { notesOf } from "./notes.ts";
import type { Span } from "./span.ts";
import { type CallSums, figuresOf, functionReportOf, type InstanceSums, type Work } from "./values.ts";

/** Reports on the events of a run, in one pass over them. @param options which chains count for goodput */
export async function buildReport(
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  options: ReportOptions = {},
): Promise<Report> {
  return reportOf(await collectSamples(events, options));
}

/** Reports on a run's samples. */
export function reportOf(
  samples: Samples,
  series = seriesOf(samples),
  windows = windowsOf(samples, samples.groups()),
): Report {
  const functions = samples.functions.list(), groups = samples.groups();
  const { byGroup: shares, intervals, ...fairness } = sharesOf(
    windows,
    samples.span.lastUs,
    groups.weights,
    askedShares(samples, groups),
  );
  const known = intervalsOf(blocksOf(samples), (correlations) => ({
    ...intervals,
    ...intervalsOfParts(samples, groups, correlations),
  }));
  const seconds = samples.span.durationUs / 1e6;
  const figures = figuresOf(
    callSums(samples, allRows(samples.attempts.chain.length), allRows(samples.functionRuns.chain.length)),
    rootSums(samples),
    seconds,
  );
  const cost = samples.costs.report(), run = reportedRun(samples.run, samples.span, samples.changes.list());
  const functionAttempts = rowsByGroup(samples.attempts.function.view(), functions.length);
  const functionRuns = rowsByGroup(samples.functionRuns.function.view(), functions.length);
  return {
    schema: REPORT_SCHEMA,
    run,
    notes: notesOf({
      ...{ run: samples.run, reported: run, figures, series },
      arrivalsMs: samples.span.arrivalsMs,
      lateMs: run.queue === null ? lateMsOf(samples) : NaN,
    }),
    ...samples.backwards > 0 && { backwards: samples.backwards },
    goodputTimes: samples.goodputTimes,
    ...figures,
    fairness: { by: groups.label ?? null, ...fairness },
    ...cost === undefined ? {} : { cost },
    failures: samples.failures.list(),
    ...intervalsIn(known),
    byChain: groupReports(samples, samples.byChain(), groups.label === undefined ? shares : undefined),
    ...groups.label !== undefined && {
      byLabel: { [groups.label]: groupReports(samples, groups, shares) },
    },
    byFunction: byName(
      functions,
      (fn) => functionReportOf(callSums(samples, functionAttempts[fn]!, functionRuns[fn]!), seconds),
    ),
  };
}

/** The figures of groups of instances: of the chains, or of the values of a label. @param shares null: not shared between them */
function groupReports(samples: Samples, groups: RowGroups, shares?: Shares["byGroup"]) {
  const { names, ofAttempts, ofRuns, ofInstances } = groups, seconds = samples.span.durationUs / 1e6;
  const attempts = rowsByGroup(ofAttempts, names.length), runs = rowsByGroup(ofRuns, names.length);
  const instances = rowsByGroup(ofInstances, names.length);
  const isThere = (group: number) => attempts[group]!.length + instances[group]!.length > 0;
  const report = (group: number): ChainReport => ({
    ...figuresOf(
      callSums(samples, attempts[group]!, runs[group]!),
      instanceSums(samples, instances[group]!),
      seconds,
    ),
    share: shares?.[group] ?? null,
  });
  return byName(names, report, isThere);
}

/** Entries in the order of their names, so that reports can be compared line by line. */
export function byName<T>(
  names: readonly string[],
  of: (number: number) => T,
  isThere: (number: number) => boolean = () => true,
): Readonly<Record<string, T>> {
  const numbers = names.map((_, i) => i).filter(isThere).sort((a, b) => names[a]! < names[b]! ? -1 : 1);
  return Object.fromEntries(numbers.map((i) => [names[i]!, of(i)])); // own properties, even of a chain "__proto__"
}

/** The 99th percentile of how late calls started, where they do not queue. */
function lateMsOf({ attempts }: Samples): number {
  const { p99 } = quantityOf(attempts.queuedMs.view().slice());
  return typeof p99 === "number" ? p99 : NaN;
}

/** Whether time passed in a simulation only: its instants are no dates. */
function isVirtual(run: RunInfo | undefined): boolean {
  return run?.command === "simulate";
}

/** The head of a report: the description of its run. */
export function reportedRun(
  run: RunInfo | undefined,
  { durationUs }: Span,
  changes: readonly ReportedSetting[],
): ReportedRun {
  const limit = isObject(run?.limits) ? run.limits.global : undefined, queue = queueOf(run);
  return {
    command: run?.command ?? "",
    policy: run?.policy ?? null,
    queue: queue === "none" ? null : queue,
    limit: limit === "auto" || (typeof limit === "number" && Number.isFinite(limit)) ? limit : null,
    clock: isVirtual(run) ? "virtual" : "real",
    startedAt: run === undefined || isVirtual(run) ? null : new Date(run.startedAtMs).toISOString(),
    durationMs: durationUs / 1000,
    ...changes.length > 0 && { changes },
  };
}

/** The sums of some attempts, and of what functions said of theirs, by their rows. */
function callSums(samples: Samples, rows: Uint32Array, runs: Uint32Array): CallSums {
  const { attempts, functionRuns, span } = samples;
  const kinds = attempts.kind.view(), queued = samples.queueing();
  const starts = attempts.startUs.view(), ends = attempts.endUs.view();
  const wasted = samples.wastedUs();
  const ran = rows.filter((row) => !isThrottled(kinds[row]!));
  const functionMs = functionRuns.ms.view(), providerMs = functionRuns.providerMs.view();
  return {
    calls: kindCounts(kinds, rows, CALL_KINDS.length),
    work: workOf(rows, starts, ends, wasted),
    invocations: countDistinct(pick(attempts.invocation.view(), rows)),
    concurrency: concurrencyOf(pick(starts, ran), pick(ends, ran), span.durationUs),
    quantity: (figure) =>
      figure.of === "call"
        ? quantityOf(sampled(rows, (row) =>
          figure.sample({
            kind: CALL_KINDS[kinds[row]!]!,
            queuedMs: queued[row]!,
            runMs: (ends[row]! - starts[row]!) / 1000,
          })))
        : quantityOf(sampled(runs, (row) =>
          figure.sample({ functionMs: functionMs[row]!, providerQueuedMs: providerMs[row]! }))),
  };
}

function workOf(rows: Uint32Array, starts: Float64Array, ends: Float64Array, wasted: Float64Array): Work {
  const work = { us: 0, wastedCalls: 0, wastedUs: 0 };
  for (const row of rows) {
    const us = ends[row]! - starts[row]!;
    work.us += us;
    if (Number.isNaN(wasted[row])) continue;
    work.wastedCalls++;
    work.wastedUs += us;
  }
  return work;
}

/** The sums of the instances that no other called. */
function rootSums(samples: Samples): InstanceSums {
  const kinds = samples.instances.kind.view();
  const roots = allRows(kinds.length).filter((row) => !isCalled(kinds[row]!));
  return { ...instanceSums(samples, roots), called: kinds.length - roots.length };
}

/** The sums of some instances, by their rows. */
function instanceSums({ instances }: Samples, rows: Uint32Array): InstanceSums {
  const ms = instances.ms.view(), slowdown = instances.slowdown.view(), kinds = instances.kind.view();
  return {
    called: rows.reduce((count, row) => isCalled(kinds[row]!) ? count + 1 : count, 0),
    instances: kindCounts(kinds, rows, INSTANCE_KINDS.length),
    quantity: (figure) =>
      quantityOf(sampled(rows, (row) => figure.sample({ chainMs: ms[row]!, slowdown: slowdown[row]! }))),
  };
}

function sampled(rows: Uint32Array, sample: (row: number) => number): Float64Array {
  const samples = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) samples[i] = sample(rows[i]!);
  return samples;
}

function pick(column: Float64Array, rows: Uint32Array): Float64Array {
  return sampled(rows, (row) => column[row]!);
}
