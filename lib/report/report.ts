import type { RunEvent, RunInfo } from "./events.ts";
import { isObject } from "../model/mod.ts";
import { allRows, rowsByGroup } from "./column.ts";
import { concurrencyOf } from "./concurrency.ts";
import { countDistinct } from "./distinct.ts";
import { sharesOf, windowsOf } from "./fairness.ts";
import { quantityOf } from "./quantity.ts";
import { CALL_KINDS, INSTANCE_KINDS, kindCounts } from "./kinds.ts";
import { collectSamples, type Samples } from "./samples.ts";
import { type Report, REPORT_SCHEMA, type ReportedRun } from "./schema.ts";
import type { Span } from "./span.ts";
import { type CallSums, figuresOf, functionReportOf, type InstanceSums } from "./values.ts";

/** Reports on the events of a run, in one pass over them. */
export async function buildReport(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<Report> {
  return reportOf(await collectSamples(events));
}

/** Reports on a run's samples. */
export function reportOf(samples: Samples): Report {
  const chains = samples.chains.list(), functions = samples.functions.list();
  const { byChain: shares, ...fairness } = sharesOf(windowsOf(samples), samples.span.lastUs, samples.weights);
  const seconds = samples.span.durationUs / 1e6;
  const figures = figuresOf(
    callSums(samples, allRows(samples.attempts.chain.length), allRows(samples.functionRuns.chain.length)),
    instanceSums(samples, allRows(samples.instances.chain.length)),
    seconds,
  );
  const cost = samples.costs.report();
  const chainAttempts = rowsByGroup(samples.attempts.chain.view(), chains.length);
  const chainRuns = rowsByGroup(samples.functionRuns.chain.view(), chains.length);
  const chainInstances = rowsByGroup(samples.instances.chain.view(), chains.length);
  const functionAttempts = rowsByGroup(samples.attempts.function.view(), functions.length);
  const functionRuns = rowsByGroup(samples.functionRuns.function.view(), functions.length);
  return {
    schema: REPORT_SCHEMA,
    run: reportedRun(samples.run, samples.span),
    ...samples.backwards > 0 && { backwards: samples.backwards },
    ...figures,
    fairness,
    ...cost === undefined ? {} : { cost },
    byChain: byName(chains, (chain) => ({
      ...figuresOf(
        callSums(samples, chainAttempts[chain]!, chainRuns[chain]!),
        instanceSums(samples, chainInstances[chain]!),
        seconds,
      ),
      share: shares[chain]!,
    })),
    byFunction: byName(
      functions,
      (fn) => functionReportOf(callSums(samples, functionAttempts[fn]!, functionRuns[fn]!), seconds),
    ),
  };
}

/** Entries in the order of their names, so that reports can be compared line by line. */
export function byName<T>(names: readonly string[], of: (number: number) => T): Readonly<Record<string, T>> {
  const numbers = names.map((_, i) => i).sort((a, b) => names[a]! < names[b]! ? -1 : 1);
  return Object.fromEntries(numbers.map((i) => [names[i]!, of(i)])); // own properties, even of a chain "__proto__"
}

/** The head of a report: the description of its run. */
export function reportedRun(run: RunInfo | undefined, { durationUs }: Span): ReportedRun {
  const limit = isObject(run?.limits) ? run.limits.global : undefined;
  return {
    command: run?.command ?? "",
    policy: run?.policy ?? null,
    limit: limit === "auto" || (typeof limit === "number" && Number.isFinite(limit)) ? limit : null,
    startedAt: run === undefined ? null : new Date(run.startedAtMs).toISOString(),
    durationMs: durationUs / 1000,
  };
}

/** The sums of some attempts, and of what functions said of theirs, by their rows. */
function callSums(samples: Samples, rows: Uint32Array, runs: Uint32Array): CallSums {
  const { attempts, functionRuns, span } = samples;
  const kinds = attempts.kind.view(), queued = attempts.queuedMs.view();
  const starts = attempts.startUs.view(), ends = attempts.endUs.view();
  const functionMs = functionRuns.ms.view(), providerMs = functionRuns.providerMs.view();
  return {
    calls: kindCounts(kinds, rows, CALL_KINDS.length),
    invocations: countDistinct(pick(attempts.invocation.view(), rows)),
    concurrency: concurrencyOf(pick(starts, rows), pick(ends, rows), span.durationUs),
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

/** The sums of some instances, by their rows. */
function instanceSums({ instances }: Samples, rows: Uint32Array): InstanceSums {
  const ms = instances.ms.view(), slowdown = instances.slowdown.view();
  return {
    instances: kindCounts(instances.kind.view(), rows, INSTANCE_KINDS.length),
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
