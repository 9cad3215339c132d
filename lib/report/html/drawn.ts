import type { RunEvent, RunInfo } from "../events.ts";
import { type JainOverTime, jainOverTime, windowsOf } from "../fairness.ts";
import { reportOf } from "../report.ts";
import { type ReportOptions, Samples } from "../samples.ts";
import { seriesOf } from "../series.ts";
import type { RunView } from "../view.ts";
import { shownByCause } from "./causes.ts";
import type { Picture } from "./data.ts";
import { RunPicture } from "./picture.ts";

/** A run as its page shows it: {@linkcode buildDrawnRun} makes it, `renderHtml()` shows it. */
export interface DrawnRun extends RunView {
  /** The data of the page's charts; its form may change with every version. */
  readonly picture: object;
  /** The description of the run; undefined if its log has none. */
  readonly run: RunInfo | undefined;
}

/** Whether a view has what its page shows. */
export function isDrawn(view: RunView): view is DrawnRun {
  return "picture" in view;
}

/** The same, with the form of the data. */
export interface PageRun extends DrawnRun {
  readonly picture: Picture;
  /** See {@linkcode shownByCause}. */
  readonly byCause: readonly (readonly number[])[];
}

/** A run with the form of its data; all of them have it. */
export function pageRun(run: DrawnRun): PageRun {
  const picture = run.picture as Picture;
  return { ...run, picture, byCause: shownByCause(picture.chosen, run.report.failures) };
}

/** A run as its page shows it, of its figures, of its events as they were folded, and of its fairness. */
export function drawn(view: RunView, picture: RunPicture, jain: JainOverTime): DrawnRun {
  const parts: Picture = { ...picture.picture(), jain };
  return { ...view, picture: parts, run: picture.run };
}

/** Folds the events of a run, in one pass, into everything that its page shows. */
export async function buildDrawnRun(
  name: string,
  events: AsyncIterable<RunEvent> | Iterable<RunEvent>,
  options: ReportOptions = {},
): Promise<DrawnRun> {
  const samples = new Samples(options), picture = new RunPicture();
  for await (const event of events) {
    samples.add(event);
    picture.add(event);
  }
  samples.finish();
  const series = seriesOf(samples), groups = samples.groups(), windows = windowsOf(samples, groups);
  const jain = jainOverTime(windows, samples.span.lastUs, groups.weights);
  return drawn({ name, report: reportOf(samples, series, windows), series }, picture, jain);
}
