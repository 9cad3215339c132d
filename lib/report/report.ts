import type { RunEvent, RunInfo } from "./events.ts";
import { isObject } from "../model/mod.ts";
import { allRows, rowsByGroup } from "./column.ts";
import { concurrencyOf } from "./concurrency.ts";
import { countDistinct } from "./distinct.ts";
import { sharesOf, windowsOf } from "./fairness.ts";
import { quantityOf } from "./quantity.ts";
import { ATTEMPT, CHAIN, collectSamples, DEADLINE, type Samples } from "./samples.ts";
import {
  type ChainCounts,
  type Concurrency,
  type Deadlines,
  type Figures,
  type FunctionCounts,
  type FunctionReport,
  type Quantity,
  type Report,
  REPORT_SCHEMA,
  type ReportedRun,
} from "./schema.ts";
import type { Span } from "./span.ts";

/** The figures of calls that come from each of them alone. */
export type CallFigures = Pick<
  FunctionReport,
  "functions" | "queueing_ms" | "run_ms" | "function_ms" | "provider_queueing_ms"
>;
/** The figures of instances. */
export type InstanceFigures = Pick<Figures, "chains" | "chain_ms" | "slowdown" | "deadlines">;

/** Reports on the events of a run, in one pass over them. */
export async function buildReport(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<Report> {
  return reportOf(await collectSamples(events));
}

/** Reports on a run's samples. */
export function reportOf(samples: Samples): Report {
  const chains = samples.chains.list(), functions = samples.functions.list();
  const { byChain: shares, ...fairness } = sharesOf(windowsOf(samples), samples.span.lastUs, samples.weights);
  const figures = figuresOf(
    samples,
    allRows(samples.attempts.chain.length),
    allRows(samples.functionRuns.chain.length),
    allRows(samples.instances.chain.length),
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
      ...figuresOf(samples, chainAttempts[chain]!, chainRuns[chain]!, chainInstances[chain]!),
      share: shares[chain]!,
    })),
    byFunction: byName(functions, (fn) => functionReport(samples, functionAttempts[fn]!, functionRuns[fn]!)),
  };
}

/** Entries in the order of their names, so that reports can be compared line by line. */
export function byName<T>(names: readonly string[], of: (number: number) => T): Readonly<Record<string, T>> {
  const numbers = names.map((_, i) => i).sort((a, b) => names[a]! < names[b]! ? -1 : 1);
  return Object.fromEntries(numbers.map((i) => [names[i]!, of(i)])); // own properties, even of a chain "__proto__"
}

/** What a report says of its run. */
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

function figuresOf(
  samples: Samples,
  attempts: Uint32Array,
  runs: Uint32Array,
  instances: Uint32Array,
): Figures {
  return figuresFrom(functionReport(samples, attempts, runs), {
    chains: chainCounts(samples, instances),
    chain_ms: quantityAt(samples.instances.ms.view(), instances),
    slowdown: quantityAt(samples.instances.slowdown.view(), instances),
    deadlines: deadlines(samples, instances),
  }, samples.span);
}

function functionReport(samples: Samples, rows: Uint32Array, runs: Uint32Array): FunctionReport {
  const { startUs, endUs, queuedMs, outcome, settled } = samples.attempts;
  const starts = pick(startUs.view(), rows), ends = pick(endUs.view(), rows);
  const isSettled = settled.view(), outcomes = outcome.view();
  const calls = {
    functions: functionCounts(samples, rows),
    queueing_ms: quantityAt(queuedMs.view(), rows.filter((row) => isSettled[row] === 1)),
    run_ms: quantityOf(
      starts.map((start, i) => outcomes[rows[i]!] === ATTEMPT.ok ? (ends[i]! - start) / 1000 : NaN),
    ),
    function_ms: quantityAt(samples.functionRuns.ms.view(), runs),
    provider_queueing_ms: quantityAt(samples.functionRuns.providerMs.view(), runs),
  };
  return functionReportFrom(calls, concurrencyOf(starts, ends, samples.span.durationUs), samples.span);
}

function functionCounts({ attempts }: Samples, rows: Uint32Array): FunctionCounts {
  const outcome = attempts.outcome.view(), settled = attempts.settled.view(), cold = attempts.cold.view();
  const invocations = countDistinct(pick(attempts.invocation.view(), rows));
  return {
    invocations,
    attempts: rows.length,
    completed: count(rows, (row) => outcome[row] === ATTEMPT.ok),
    failed: count(rows, (row) => outcome[row] === ATTEMPT.failed && settled[row] === 1),
    throttled: count(rows, (row) => outcome[row] === ATTEMPT.throttled),
    retried: rows.length - invocations,
    coldStarts: count(rows, (row) => cold[row] === 1),
  };
}

function chainCounts({ instances }: Samples, rows: Uint32Array): ChainCounts {
  const outcome = instances.outcome.view();
  const ended = (how: number) => count(rows, (row) => outcome[row] === how);
  return {
    submitted: rows.length,
    completed: ended(CHAIN.completed),
    failed: ended(CHAIN.failed),
    dropped: ended(CHAIN.dropped),
    cancelled: ended(CHAIN.cancelled),
    shed: ended(CHAIN.shed),
    unfinished: ended(CHAIN.unfinished),
  };
}

function deadlines({ instances }: Samples, rows: Uint32Array): Deadlines {
  const deadline = instances.deadline.view();
  return {
    met: count(rows, (row) => deadline[row] === DEADLINE.met),
    missed: count(rows, (row) => deadline[row] === DEADLINE.missed),
  };
}

/** Puts together what a report says of calls. */
export function functionReportFrom(calls: CallFigures, concurrency: Concurrency, span: Span): FunctionReport {
  const throughput = { functionsPerS: perSecond(calls.functions.completed, span) };
  return { ...calls, throughput, concurrency };
}

/** Puts together what a report says of calls and instances. */
export function figuresFrom(calls: FunctionReport, instances: InstanceFigures, span: Span): Figures {
  const { functions, queueing_ms, run_ms, function_ms, provider_queueing_ms, throughput, concurrency } =
    calls;
  const { chains, chain_ms, slowdown, deadlines } = instances;
  return {
    chains,
    functions,
    queueing_ms,
    run_ms,
    function_ms,
    provider_queueing_ms,
    chain_ms,
    slowdown,
    throughput: { chainsPerS: perSecond(chains.completed, span), ...throughput },
    concurrency,
    deadlines,
  };
}

function perSecond(count: number, { durationUs }: Span): number {
  return durationUs > 0 ? count * 1e6 / durationUs : 0;
}

function count(rows: Uint32Array, which: (row: number) => boolean): number {
  let n = 0;
  for (const row of rows) if (which(row)) n++;
  return n;
}

function quantityAt(column: Float64Array, rows: Uint32Array): Quantity {
  return quantityOf(pick(column, rows));
}

function pick(column: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column[rows[i]!]!;
  return picked;
}
