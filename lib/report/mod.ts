/** Reports: statistics folded from a run's events, and views of them for terminal, browser, spreadsheet and scripts. */
export * from "./schema.ts";
export { Histogram } from "./histogram.ts";
export { buildReport } from "./report.ts";
export { RunningReport } from "./running_report.ts";
export { buildRunView, type RunView } from "./view.ts";
export type { Band, Series, Step } from "./series.ts";
export { type Compared, type ComparedRow, compareReports, type Mark } from "./compare.ts";
export { type NamedReport, renderCsv } from "./csv.ts";
export { renderHtml } from "./html.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
export {
  checkThresholds,
  type Operator,
  parseThreshold,
  type Threshold,
  type ThresholdResult,
} from "./threshold.ts";
export { type Figure, figureWords, parseFigure, valueOfFigure } from "./figure.ts";
