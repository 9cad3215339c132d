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
  readRunLog,
  RUN_SCHEMA,
  type RunEvent,
  type RunInfo,
  type RunLog,
  RunLogError,
  type RunLogErrorCode,
  type SubmitEvent,
} from "../record/mod.ts";
export { type NamedReport, renderCsv } from "./csv.ts";
export type { Figure } from "./figure.ts";
export type { Better, Unit } from "./figure_types.ts";
export type { CallValues, FunctionRunValues, InstanceValues } from "./figure_values.ts";
export { renderHtml } from "./html.ts";
export type { Metric } from "./metrics.ts";
export { buildReport } from "./report.ts";
export {
  type ChainReport,
  type Concurrency,
  type CostReport,
  type Fairness,
  type Figures,
  type FunctionReport,
  type PlatformCost,
  type Quantity,
  type Report,
  REPORT_SCHEMA,
  type ReportedRun,
} from "./schema.ts";
export type { Band, Series, Step } from "./series.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";
export {
  checkThresholds,
  type Operator,
  parseThreshold,
  type Threshold,
  type ThresholdResult,
} from "./threshold.ts";
export { buildRunView, type RunView } from "./view.ts";
