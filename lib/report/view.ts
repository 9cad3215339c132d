import type { RunEvent, RunInfo } from "./events.ts";
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
