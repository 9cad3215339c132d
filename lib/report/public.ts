/**
 * The public module "sequoia/report": reads run logs, and makes figures, pages and tables of them, and checks for pipelines.
 *
 * @example Reports on a run that was simulated; `readRunLog("run.json").events` are those of a run log.
 * ```ts
 * import { burst, chain, constant, fn, workload } from "sequoia";
 * import { buildRunView, checkThresholds, parseThreshold, renderTerminal } from "sequoia/report";
 * import { simulate } from "sequoia/simulate";
 *
 * const hello = chain("hello", ({ call }) => void call(fn("greet", { time: constant("5ms") })));
 * const events = simulate({ workload: workload({ chains: [{ chain: hello }] }), arrivals: burst(20), limit: 4 });
 * const view = await buildRunView("hello", events);
 * const text = renderTerminal([view]);
 * const [check] = checkThresholds(view.report, [parseThreshold("queueing_ms.p99 > 1000")]);
 * if (check?.failed !== false || !text.includes("fairness")) throw new Error("It waits too long");
 * ```
 *
 * @module
 */
export {
  type AttemptEvent,
  type AttemptOutcome,
  type ChainOutcome,
  type CounterEvent,
  type EndEvent,
  type FunctionRunEvent,
  mergeRunLogs,
  type NamedLog,
  readRunLog,
  RUN_SCHEMA,
  type RunEvent,
  type RunInfo,
  type RunLog,
  RunLogError,
  type RunLogErrorCode,
  type RunQueue,
  type SettingEvent,
  type SettingKind,
  type SubmitEvent,
} from "../record/mod.ts";
export { type NamedReport, renderCsv } from "./csv.ts";
export type { Mark } from "./mark.ts";
export { type Bounds, changeBetween, compareRuns, type Tested, type TestedRow } from "./tested.ts";
export { type Figure, parseFigure } from "./figure.ts";
export type { Better, FigureValue, Unit } from "./figure_types.ts";
export type { CallValues, FunctionRunValues, InstanceValues } from "./figure_values.ts";
export { buildDrawnRun, type DrawnRun, renderHtml } from "./html/mod.ts";
export type { Note, NoteCode } from "./schema.ts";
export type { Metric } from "./metrics.ts";
export { buildReport } from "./report.ts";
export type { ReportOptions } from "./samples.ts";
export {
  type ChainQuantity,
  type ChainReport,
  type Concurrency,
  type CostReport,
  type Failure,
  type Fairness,
  type Figures,
  type FunctionReport,
  type Interval,
  type Intervals,
  type PlatformCost,
  type Quantity,
  type Report,
  REPORT_SCHEMA,
  type ReportedRun,
  type ReportedSetting,
} from "./schema.ts";
export type { Band } from "./band.ts";
export type { Series, Step } from "./series.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
export type { Operator } from "./condition.ts";
export { checkThresholds, parseThreshold, type Threshold, type ThresholdResult } from "./threshold.ts";
export { verdictOf } from "./verdict.ts";
export { buildRunView, type RunView } from "./view.ts";
