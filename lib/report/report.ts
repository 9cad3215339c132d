import type { RunEvent } from "./events.ts";
import { isObject } from "../model/mod.ts";
import { allRows, rowsByGroup } from "./column.ts";
import { concurrencyOf } from "./concurrency.ts";
import { countDistinct } from "./distinct.ts";
import { sharesOf } from "./fairness.ts";
import { quantityOf } from "./quantity.ts";
import { ATTEMPT, CHAIN, collectSamples, DEADLINE, type Samples } from "./samples.ts";
import {
  type ChainCounts,
  type Deadlines,
  type Figures,
  type FunctionCounts,
  type FunctionReport,
  type Quantity,
  type Report,
  REPORT_SCHEMA,
  type ReportedRun,
} from "./schema.ts";

/** Reports on the events of a run, in one pass over them. */
export async function buildReport(events: AsyncIterable<RunEvent> | Iterable<RunEvent>): Promise<Report> {
  return reportOf(await collectSamples(events));
}

/** Reports on a run's samples. */
export function reportOf(samples: Samples): Report {
  const duration = durationUs(samples);
  const chains = samples.chains.list(), functions = samples.functions.list();
  const { byChain: shares, ...fairness } = sharesOf(samples);
  const figures = figuresOf(
    samples,
    allRows(samples.attempts.chain.length),
    allRows(samples.instances.chain.length),
  );
  const chainAttempts = rowsByGroup(samples.attempts.chain.view(), chains.length);
  const chainInstances = rowsByGroup(samples.instances.chain.view(), chains.length);
  const functionAttempts = rowsByGroup(samples.attempts.function.view(), functions.length);
  return {
    schema: REPORT_SCHEMA,
    run: reportedRun(samples, duration),
    ...figures,
    fairness,
    byChain: byName(chains, (chain) => ({
      ...figuresOf(samples, chainAttempts[chain]!, chainInstances[chain]!),
      share: shares[chain]!,
    })),
    byFunction: byName(functions, (fn) => functionReport(samples, functionAttempts[fn]!)),
  };
}

/** What rates and means are over, in microseconds. */
export function durationUs({ firstUs, lastUs }: Samples): number {
  return lastUs > firstUs ? lastUs - firstUs : 0;
}

/** Entries in the order of their names, so that reports can be compared line by line. */
function byName<T>(names: readonly string[], of: (number: number) => T): Readonly<Record<string, T>> {
  const numbers = names.map((_, i) => i).sort((a, b) => names[a]! < names[b]! ? -1 : 1);
  return Object.fromEntries(numbers.map((i) => [names[i]!, of(i)])); // own properties, even of a chain "__proto__"
}

function reportedRun({ run }: Samples, durationUs: number): ReportedRun {
  const limit = isObject(run?.limits) ? run.limits.global : undefined;
  return {
    command: run?.command ?? "",
    policy: run?.policy ?? null,
    limit: limit === "auto" || (typeof limit === "number" && Number.isFinite(limit)) ? limit : null,
    startedAt: run === undefined ? null : new Date(run.startedAtMs).toISOString(),
    durationMs: durationUs / 1000,
  };
}

function figuresOf(samples: Samples, attempts: Uint32Array, instances: Uint32Array): Figures {
  const { functions, queueing_ms, run_ms, throughput, concurrency } = functionReport(samples, attempts);
  const chains = chainCounts(samples, instances);
  return {
    chains,
    functions,
    queueing_ms,
    run_ms,
    chain_ms: quantityAt(samples.instances.ms.view(), instances),
    slowdown: quantityAt(samples.instances.slowdown.view(), instances),
    throughput: { chainsPerS: perSecond(chains.completed, samples), ...throughput },
    concurrency,
    deadlines: deadlines(samples, instances),
  };
}

function functionReport(samples: Samples, rows: Uint32Array): FunctionReport {
  const { startUs, endUs, queuedMs, outcome, settled } = samples.attempts;
  const starts = pick(startUs.view(), rows), ends = pick(endUs.view(), rows);
  const functions = functionCounts(samples, rows);
  const isSettled = settled.view(), outcomes = outcome.view();
  return {
    functions,
    queueing_ms: quantityAt(queuedMs.view(), rows.filter((row) => isSettled[row] === 1)),
    run_ms: quantityOf(
      starts.map((start, i) => outcomes[rows[i]!] === ATTEMPT.ok ? (ends[i]! - start) / 1000 : NaN),
    ),
    throughput: { functionsPerS: perSecond(functions.completed, samples) },
    concurrency: concurrencyOf(starts, ends, durationUs(samples)),
  };
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

function perSecond(count: number, samples: Samples): number {
  const duration = durationUs(samples);
  return duration > 0 ? count * 1e6 / duration : 0;
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
