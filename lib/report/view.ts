import type { AttemptEvent, CounterEvent, RunEvent, RunInfo } from "./events.ts";
import { RunningReport } from "./running_report.ts";
import { RunningSeries } from "./running_series.ts";
import { reportOf } from "./report.ts";
import { collectSamples, Samples } from "./samples.ts";
import type { Report } from "./schema.ts";
import { type Series, seriesOf } from "./series.ts";

/** A run as it is shown: what the terminal and HTML views are made from. */
export interface RunView {
  /** What the run is called among others, for example its file. Anything at all: views escape it. */
  readonly name: string;
  readonly report: Report;
  readonly series: Series;
}

/** Takes what happens in a run as it happens, for its views. What it keeps grows with the run. */
export class RunCollector extends Samples {
  /** @param info what the run is */
  constructor(info: RunInfo) {
    super();
    this.add({ type: "run", ...info });
  }

  /** What has happened so far, as views show it; nothing can be recorded after that. */
  view(name: string): RunView {
    return viewOf(name, this.finish());
  }
}

/**
 * As {@linkcode RunCollector}, in memory that grows with the instances under way, not with the run: percentiles are good to
 * 0.1 %, and there are no distributions. It is also to be told when attempts start.
 */
export class RunFollower extends RunningReport {
  readonly #series: RunningSeries;

  /** @param info what the run is */
  constructor(info: RunInfo) {
    super(info);
    this.#series = new RunningSeries(info);
  }

  override attempt(event: AttemptEvent): void {
    super.attempt(event);
    this.#series.attempt(event);
  }

  override counter(event: CounterEvent): void {
    super.counter(event);
    this.#series.counter(event);
  }

  /** What has happened so far, as the terminal shows it. */
  view(name: string): RunView {
    return { name, report: this.report(), series: this.#series.series() };
  }
}

/** Folds the events of a run, in one pass, into everything that its views show. */
export async function buildRunView(
  name: string,
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
): Promise<RunView> {
  return viewOf(name, await collectSamples(events));
}

function viewOf(name: string, samples: Samples): RunView {
  return { name, report: reportOf(samples), series: seriesOf(samples) };
}
