import type { ConsumerView, QueueDepth, Settings } from "../queue/mod.ts";
import {
  type LiveConsumer,
  type LiveRow,
  type LiveView,
  MOST_ROWS,
  OTHER,
  type Percentiles,
  type WindowPercentiles,
} from "./live_view.ts";
import { type Held, holdsOf } from "./holds.ts";
import { type Numbers, sumOf } from "./counting/columns.ts";
import { type SparseCounts, TimeHistogram } from "./counting/histogram.ts";
import { unpackWork, type WorkRow, type WorkSummary } from "./counting/summary.ts";

/** All that is read of a queue at one look. */
export interface Look {
  /** The instant, in milliseconds since 1970. */
  readonly atMs: number;
  readonly depth: QueueDepth;
  readonly settings: Settings;
  /** The consumers that live, oldest first, with the summaries of their work; those of earlier versions have none. */
  readonly consumers: readonly ObservedConsumer[];
}

/** A consumer, and the summary of its work, if it has told one. */
export interface ObservedConsumer {
  readonly consumer: LiveConsumer;
  readonly work: WorkSummary | undefined;
}

/** A consumer as viewers see it, with the summary that it has told. */
export function observed({ work, ...consumer }: ConsumerView): ObservedConsumer {
  return { consumer, work: unpackWork(work) };
}

/** The view of a queue from one look at it. */
export function viewOf(look: Look): LiveView {
  const view = heldOf(look);
  return { ...view, holds: holdsOf(view) };
}

function heldOf({ atMs, depth, settings, consumers }: Look): Held {
  const works = consumers.flatMap(({ work }) => work === undefined ? [] : [work]);
  const all = sumOf(works.map(({ all }) => all.numbers));
  const limit = consumers.reduce((sum, { consumer }) => sum + (consumer.limit ?? Infinity), 0);
  /** The sum over consumers that tell nothing but that. */
  const untold = (of: (consumer: LiveConsumer) => number) =>
    consumers.reduce((sum, { consumer, work }) => work === undefined ? sum + of(consumer) : sum, 0);
  const rows = (of: (work: WorkSummary) => readonly WorkRow[]) => rowsOf(works.flatMap(of), all);
  const label = works.findLast((work) => work.label !== undefined)?.label;
  return {
    ...{ atMs, depth },
    ...consumers.length > 0 && limit < Infinity && { limit },
    inFlight: all.running + untold(({ running }) => running),
    ready: all.ready + untold(({ ready }) => ready),
    callsPerS: rounded(all.startedPerS + untold(({ callsPerS }) => callsPerS)),
    throttledPerS: rounded(all.throttledPerS),
    completedPerS: rounded(all.completedPerS),
    failedPerS: rounded(all.instancesFailedPerS),
    byChain: rows(({ chains }) => chains),
    byFunction: rows(({ functions }) => functions),
    ...label !== undefined && {
      byLabel: { label, rows: rows((work) => work.label === label ? work.values ?? [] : []) },
    },
    queueingMs: {
      minute: windowOf(works.map(({ all }) => all.minute ?? [])),
      hour: windowOf(works.map(({ hour }) => hour)),
    },
    consumers: consumers.map(({ consumer }) => consumer),
    settings: withoutFiles(settings),
  };
}

/** Settings without the contents of the policy's files: viewers need its name alone. */
function withoutFiles({ policy, ...settings }: Settings): Settings {
  return policy === undefined ? settings : { ...settings, policy: { id: policy.id, name: policy.name } };
}

/** Adds up the rows of the same names at all consumers; those first that have the most to do. */
function rowsOf(told: readonly WorkRow[], all: Numbers): LiveRow[] {
  const byName = Map.groupBy(told, ({ name }) => name);
  const rest = byName.get(undefined) ?? [];
  byName.delete(undefined);
  const named = [...byName.values()].map((rows) => ({ rows, numbers: numbersOf(rows) })).sort((a, b) =>
    loadOf(b.numbers) - loadOf(a.numbers) || (a.rows[0]!.name! < b.rows[0]!.name! ? -1 : 1)
  );
  const others = [...named.splice(MOST_ROWS).flatMap(({ rows }) => rows), ...rest];
  const shown = named.map(({ rows, numbers }) => rowOf(rows[0]!.name!, rows, numbers, all));
  return others.length === 0
    ? shown
    : [...shown, { ...rowOf(OTHER, others, numbersOf(others), all), isRest: true }];
}

function numbersOf(rows: readonly WorkRow[]): Numbers {
  return sumOf(rows.map(({ numbers }) => numbers));
}

function loadOf({ ready, running, minuteBusyMs }: Numbers): number {
  return ready + running + minuteBusyMs / 1000;
}

function rowOf(name: string, rows: readonly WorkRow[], numbers: Numbers, all: Numbers): LiveRow {
  const queueing = histogramOf(rows.map(({ minute = [] }) => minute));
  return {
    ...{ name, ready: numbers.ready, running: numbers.running },
    callsPerS: rounded(numbers.startedPerS),
    throttledPerS: rounded(numbers.throttledPerS),
    failedPerS: rounded(numbers.failedPerS),
    share: all.minuteBusyMs === 0 ? 0 : rounded(Math.min(1, numbers.minuteBusyMs / all.minuteBusyMs), 4),
    ...queueing.n > 0 && { queueingMs: percentilesOf(queueing) },
  };
}

function windowOf(told: readonly SparseCounts[]): WindowPercentiles {
  const histogram = histogramOf(told);
  return { ...percentilesOf(histogram), n: histogram.n };
}

function histogramOf(told: readonly SparseCounts[]): TimeHistogram {
  const histogram = new TimeHistogram();
  for (const counts of told) histogram.addCounts(counts);
  return histogram;
}

function percentilesOf(histogram: TimeHistogram): Percentiles {
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => rounded(histogram.quantileMs(part), 3));
  return { p50: p50!, p90: p90!, p99: p99! };
}

function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
