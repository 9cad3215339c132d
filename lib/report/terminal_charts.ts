import { formatDuration } from "../model/mod.ts";
import type { Report } from "./schema.ts";
import { DECADES_MS, type Series } from "./series.ts";
import { bar, sparkline } from "./spark.ts";
import { greatest, LABEL, type Pen, runHeads, sumOf } from "./terminal_pen.ts";
import { formatCount, formatNumber } from "./text.ts";
import type { RunView } from "./view.ts";

/** A line of a chart over time. */
interface ChartLine {
  readonly label: string;
  readonly values: readonly number[];
  /** The value at which it is full. */
  readonly top: number;
  /** Words behind it. */
  readonly note: string;
  /** The part of the axis that it takes, from 0 to 1. */
  readonly part: number;
}

/** The concurrency and the backlog of a run. */
export function renderCharts({ concurrency }: Report, series: Series, pen: Pen): string[] {
  const running = sumOf(series.bands.map((band) => band.running));
  const waiting = sumOf(series.bands.map((band) => band.waiting));
  if (running.length < 2) return [];
  const limit = greatest(series.limit.map((value) => value ?? 0));
  const limitNote = limit > 0 ? `, limit ${formatCount(limit)}` : "";
  const line = (label: string, values: readonly number[], note: string): ChartLine => {
    return { label, values, top: greatest(values), note, part: 1 };
  };
  return chart(
    [
      line("concurrency", running, `max ${concurrency.max}${limitNote}`),
      line("waiting", waiting, `max ${formatNumber(greatest(waiting))}`),
    ],
    series.bucketMs * series.buckets,
    pen,
  );
}

/** The concurrency of each of several runs, on one scale. */
export function renderConcurrency(runs: readonly RunView[], pen: Pen): string[] {
  const running = runs.map(({ series }) => sumOf(series.bands.map((band) => band.running)));
  const longest = greatest(runs.map(({ series }) => series.bucketMs * series.buckets));
  const top = greatest(running.flat());
  if (!(longest > 0) || top === 0) return [];
  const labels = runHeads(runs.map(({ name }) => name), LABEL - 1);
  const lines = runs.map(({ report, series }, i): ChartLine => ({
    label: labels[i]!,
    values: running[i]!,
    top,
    note: `max ${formatCount(report.concurrency.max)}`,
    part: series.bucketMs * series.buckets / longest,
  }));
  return [pen.paint("concurrency", "bold"), ...chart(lines, longest, pen)];
}

/** Lines over one axis of time, as wide as there is room beside the notes. */
function chart(lines: readonly ChartLine[], endMs: number, { width, paint, signs }: Pen): string[] {
  const columns = Math.max(10, width - LABEL - 1 - greatest(lines.map(({ note }) => note.length)));
  const end = formatDuration(endMs);
  return [
    ...lines.map(({ label, values, top, note, part }) => {
      const drawn = sparkline(values, top, Math.max(1, Math.round(columns * part)), signs);
      return `${paint(label.padEnd(LABEL), "dim")}${paint(drawn.padEnd(columns), "accent")} ${note}`;
    }),
    paint(" ".repeat(LABEL) + "0s" + end.padStart(columns - 2), "dim"),
  ];
}

/** The queueing times of a run's calls, in classes. */
export function renderHistogram({ queueingCounts }: Series, { width, paint, signs }: Pen): string[] {
  const total = queueingCounts.reduce((a, b) => a + b, 0);
  if (total === 0) return [];
  const top = greatest(queueingCounts);
  const first = queueingCounts.findIndex((count) => count > 0);
  const last = queueingCounts.findLastIndex((count) => count > 0);
  const size = formatCount(top).length;
  const lines = queueingCounts.slice(first, last + 1).map((count, i) => {
    const below = DECADES_MS[first + i]!;
    const label = below === Infinity ? `≥ ${limitName(DECADES_MS[first + i - 1]!)}` : `< ${limitName(below)}`;
    const part = `${(100 * count / total).toFixed(1)}%`.padStart(6);
    const drawn = paint(bar(count, top, width - LABEL - size - 9, signs), "accent");
    return `${label.padStart(LABEL - 2)}  ${formatCount(count).padStart(size)} ${part}  ${drawn}`.trimEnd();
  });
  return [paint("queueing time of calls", "bold"), ...lines];
}

function limitName(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}
