/** Reports: statistics folded from a run's events, and views of them for terminal, browser, spreadsheet and scripts. */
export * from "./schema.ts";
export { Histogram } from "./histogram.ts";
export { buildReport } from "./report.ts";
export type { ReportOptions } from "./samples.ts";
export { RunningReport } from "./running_report.ts";
export { buildStreamedView } from "./streamed.ts";
export { buildRunView, type RunView } from "./view.ts";
export type { Band } from "./band.ts";
export type { Series, Step } from "./series.ts";
export type { Note, NoteCode } from "./schema.ts";
export { type NamedReport, renderCsv } from "./csv.ts";
export {
  buildDrawnRun,
  type Content,
  drawn,
  type DrawnRun,
  el,
  htmlPage,
  isDrawn,
  type Markup,
  type Page,
  pageDocument,
  type PageRun,
  pageRun,
  pageScript,
  renderHtml,
  RunPicture,
  thirdParty,
  WATERFALL,
} from "./html/mod.ts";
export { printedReports } from "./json.ts";
export { shortNames } from "./run_names.ts";
export { compareReports } from "./compare.ts";
export type { Mark } from "./mark.ts";
export { type Bounds, changeBetween, compareRuns, type Tested, type TestedRow } from "./tested.ts";
export { renderRepeated } from "./terminal_repeated.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
export { comparisonParts, holds, type Operator, writtenQuantity } from "./condition.ts";
export { checkThresholds, parseThreshold, type Threshold, type ThresholdResult } from "./threshold.ts";
export type { FigureValue } from "./figure_types.ts";
export { figureSummaries } from "./figures.ts";
export { type Figure, figureWords, parseFigure, valueOfFigure } from "./figure.ts";
export { verdictOf } from "./verdict.ts";
