import type { RunEvent } from "./events.ts";
import { reportOf } from "./report.ts";
import { collectSamples, type ReportOptions } from "./samples.ts";
import type { Report } from "./schema.ts";
import { type Series, seriesOf } from "./series.ts";

/** A run as it is shown: what the terminal and HTML views are made from. */
export interface RunView {
  /** The name of the run among others, for example its file. Any text: views escape it. */
  readonly name: string;
  /** The figures of the run. */
  readonly report: Report;
  /** The values over time, for charts. */
  readonly series: Series;
}

/** Folds the events of a run, in one pass, into everything that its views show. */
export async function buildRunView(
  name: string,
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  options: ReportOptions = {},
): Promise<RunView> {
  const samples = await collectSamples(events, options);
  const series = seriesOf(samples);
  return { name, report: reportOf(samples, series), series };
}
