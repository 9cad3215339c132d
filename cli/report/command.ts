import { counted } from "../../lib/model/mod.ts";
import type { Logger } from "@std/log";
import { mergeRunLogs, type NamedLog, readRunFile, readRuns, STDIN } from "../../lib/record/mod.ts";
import {
  buildDrawnRun,
  buildRunView,
  buildStreamedView,
  checkThresholds,
  type Figure,
  type FigureValue,
  figureWords,
  isDrawn,
  parseThreshold,
  renderCsv,
  renderHtml,
  type Report,
  type ReportOptions,
  type RunView,
  type Threshold,
  type ThresholdResult,
} from "../../lib/report/mod.ts";
import { GOODPUT_OPTION, goodputOptions } from "../options/goodput_option.ts";
import { VIEW_OPTIONS } from "../options/view_options.ts";
import { type Command, COMMON, QUEUE_TIMEOUT_OPTION } from "../shell/command.ts";
import { CheckError, UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { flag, many, one, readOptions, several, text, type Values } from "../shell/options.ts";
import { FIGURE_TABLE } from "../options/figure_table.ts";
import { areRepeated, showRepeated } from "./repeated.ts";
import { show, writePage } from "../words/report_output.ts";
import { differentNames, runArguments } from "./run_names.ts";
import { mayHoldOriginalRun, type NamedRunLog, originalRunAt, queueNotes } from "../assembly.ts";

const options = {
  html: one("FILE", "write a page with charts, self-contained", text),
  csv: flag("write the figures as CSV to stdout"),
  "fail-if": many(
    "CONDITION",
    "end with 3 if a run has it: 'queueing_ms.p99 > 200', or 'chain_ms.p95 +5%' from --baseline, beyond chance (repeatable)",
    parseThreshold,
  ),
  baseline: one("RUN", "the run whose figures --fail-if takes percentages of", text),
  by: one("LABEL", "figures by the values of a label too, and fairness between these", text),
  base: several("RUN…", "repeated runs, which those of --against are compared with", text),
  against: several("RUN…", "repeated runs of something else", text),
  merge: flag("take the runs for parts of one: logs of several consumers of a queue"),
  stream: flag(
    "read logs of any length in the same memory: percentiles to 0.1 %, without the times that functions tell",
  ),
  ...GOODPUT_OPTION,
  name: many("NAME", "the name to show a run by, one for each in their order; or write NAME=RUN", text),
  ...VIEW_OPTIONS,
  ...QUEUE_TIMEOUT_OPTION,
  ...COMMON,
} as const;

/** `sequoia report` */
export const command: Command = {
  usage: "RUN… | NAME=RUN… [options]",
  examples: [
    ["sequoia report run.json", "one run, in the terminal"],
    ["sequoia report without.json with.json --html report.html", "two runs compared, also as a page"],
    ["sequoia report run.json --fail-if 'chains.dropped > 0' --json", "in a pipeline"],
    [
      "sequoia report run.json --baseline main.json --fail-if 'chain_ms.p95 +5%'",
      "in a pipeline, against an earlier run",
    ],
    ["sequoia report before=a.json after=b.json --brief", "on one screen, under names of your own"],
    ["sequoia report run.json --by tenant", "how each tenant fared"],
    ["ssh host zcat run.json.gz | sequoia report -", "a run log from elsewhere, by standard input"],
    ["sequoia report --base a1.json a2.json --against b1.json b2.json", "repeated runs, compared by tests"],
    ["sequoia report --merge one.json two.json", "the logs of two consumers of one queue, as one run"],
    ["sequoia report run.json --stream", "a log of any length, in the same memory"],
    ["sequoia report serverLogsCS.txt run.json", "the original system's log, compared"],
    [
      "sequoia report kafka://127.0.0.1:9092",
      "what the original's logging topics hold; ?prefix= and logins as in --queue",
    ],
  ],
  options,
  tables: FIGURE_TABLE,
  async run(args, { drain: signal, ...output }) {
    const { values, rest } = readOptions(options, args);
    const repeated = areRepeated(values, rest);
    if (rest.length === 0 && !repeated) throw new UsageError("report: name a run log, for example run.json");
    if (values.csv && values.json) throw new UsageError("Choose one of --csv and --json");
    const log = openLog(values);
    checkBaseline(values);
    const named = [...rest, ...values.base, ...values.against, values.baseline];
    if (named.filter((path) => path === STDIN).length > 1) {
      throw new UsageError("report: - names the standard input, which can be read once");
    }
    const { by, baseline } = values;
    const intervalsOf = values["fail-if"].filter(({ isChange }) => isChange);
    const asked = { ...goodputOptions(values), intervalsOf, ...by !== undefined && { by } };
    checkStream(values);
    const build = values.stream
      ? buildStreamedView
      : values.html === undefined
      ? buildRunView
      : buildDrawnRun;
    const reading = { signal, giveUpAfterMs: values["queue-timeout"], options: asked, build };
    const from = baseline === undefined ? undefined : await baselineOf(baseline, reading, log);
    if (repeated) {
      const base = await viewsOfAll(values.base, reading, log);
      const against = await viewsOfAll(values.against, reading, log);
      checkLabel(by, [...base, ...against]);
      showRepeated(base, against, values, output);
      return failIf(against, values["fail-if"], from, log);
    }
    const views = values.merge
      ? [await mergedView(rest, values.name, reading, log)]
      : await namedViews(rest, values.name, reading, log);
    checkLabel(by, views);
    if (values.csv) output.printLines(renderCsv(views).trimEnd());
    else show(views, values, output);
    if (values.html !== undefined) {
      await writePage(values.html, renderHtml(views.filter(isDrawn)));
      log.info(`Report: ${values.html}`);
    }
    failIf(views, values["fail-if"], from, log);
  },
};

/** @throws {UsageError} if something is asked for that needs the whole log */
function checkStream({ stream, html, merge, baseline }: Values<typeof options>): void {
  const needs = { "--html": html !== undefined, "--merge": merge, "--baseline": baseline !== undefined };
  const [asked] = Object.entries(needs).find(([, isGiven]) => isGiven) ?? [];
  if (stream && asked !== undefined) {
    throw new UsageError(`--stream: ${asked} needs the whole log in memory. Choose one of the two`);
  }
}

/** The most merged logs that the name of their run lists. */
const MOST_NAMED = 3;

interface Reading {
  readonly signal: AbortSignal;
  readonly giveUpAfterMs: number | undefined;
  readonly options: ReportOptions;
  readonly build: typeof buildRunView;
}

async function viewsOfAll(paths: readonly string[], reading: Reading, log: Logger): Promise<RunView[]> {
  const views: RunView[] = [];
  for (const path of paths) views.push(...await viewsOf(path, reading, log));
  return views;
}

/** One view of all arguments, as logs of one run. @throws {UsageError} if it is given several names */
async function mergedView(
  paths: readonly string[],
  [given, ...others]: readonly string[],
  { options, build }: Reading,
  log: Logger,
): Promise<RunView> {
  if (others.length > 0) throw new UsageError("--name: --merge makes one run of all logs. Give one name");
  const logs = paths.map((name): NamedLog => ({ name, ...readRunFile(name) }));
  const all = paths.length <= MOST_NAMED ? paths.join(" + ") : `${paths[0]} and ${paths.length - 1} others`;
  const run = mergeRunLogs(logs);
  const view = await build(given ?? all, run.events, options);
  for (const warning of run.warnings) log.warn(warning);
  return view;
}

/** The views of all arguments, by names that differ; runs of one file have numbers if there are several. */
async function namedViews(
  args: readonly string[],
  given: readonly string[],
  reading: Reading,
  log: Logger,
): Promise<RunView[]> {
  const runs: { own: string; given: string | undefined; views: readonly RunView[] }[] = [];
  for (const { path, name } of await runArguments(args, given)) {
    const views = await viewsOf(path, reading, log);
    runs.push({ own: views[0]?.name ?? path, given: name, views });
  }
  const names = differentNames(runs);
  return runs.flatMap(({ views }, i) =>
    views.map((view, of) => ({ ...view, name: views.length === 1 ? names[i]! : `${names[i]!}#${of + 1}` }))
  );
}

/** The views of the runs that an argument names. */
async function viewsOf(path: string, reading: Reading, log: Logger): Promise<RunView[]> {
  const views: RunView[] = [];
  let warnings: readonly string[] = [];
  for await (const run of runsOf(path, reading, log)) {
    views.push(await reading.build(run.name, run.events, reading.options));
    warnings = run.warnings;
  }
  for (const warning of warnings) log.warn(warning);
  if (views.length !== 1) log.info(`${path} holds ${counted(views.length, "run")}`);
  return views;
}

/** The runs that an argument names: those of a file, or what topics on Kafka hold of the original's. */
async function* runsOf(
  path: string,
  { signal, giveUpAfterMs }: Reading,
  log: Logger,
): AsyncGenerator<NamedRunLog> {
  if (await mayHoldOriginalRun(path)) {
    const timeout = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
    yield await originalRunAt(path, { onNote: queueNotes(log), signal, ...timeout });
  } else {
    for await (const run of readRuns(path)) yield { name: path === STDIN ? "standard input" : path, ...run };
  }
}

/** @throws {UsageError} if chains were submitted, and none has the label */
function checkLabel(label: string | undefined, views: readonly RunView[]): void {
  if (label === undefined || views.every(({ report }) => report.chains.submitted === 0)) return;
  const values = new Set(views.flatMap(({ report }) => Object.keys(report.byLabel?.[label] ?? {})));
  values.delete(""); // stands for those without it
  if (values.size > 0) return;
  const of = views.length === 1 ? "the run" : "the runs";
  throw new UsageError(
    `--by: Cannot find the label "${label}": no chain of ${of} has it. Check its spelling`,
  );
}

/** @throws {UsageError} if there is a baseline and no percentage, or the other way round */
function checkBaseline({ baseline, "fail-if": thresholds }: Values<typeof options>): void {
  const change = thresholds.find(({ isChange }) => isChange);
  if (change !== undefined && baseline === undefined) {
    throw new UsageError(
      `--fail-if '${change.text}': name the run that it changes from: --baseline main.json`,
    );
  }
  if (change === undefined && baseline !== undefined) {
    throw new UsageError("--baseline: nothing is compared with it. Add --fail-if 'chain_ms.p95 +5%'");
  }
}

/** The report of the baseline. @throws {UsageError} if the file holds several runs */
async function baselineOf(path: string, reading: Reading, log: Logger): Promise<Report> {
  const [view, ...others] = await viewsOf(path, reading, log);
  if (others.length === 0) return view!.report;
  throw new UsageError(`--baseline ${path}: it holds ${others.length + 1} runs. Name a file with one`);
}

/** @throws {CheckError} naming the conditions that hold */
function failIf(
  views: readonly RunView[],
  thresholds: readonly Threshold[],
  baseline: Report | undefined,
  log: Logger,
): void {
  const results = views.flatMap(({ name, report }) =>
    conditions(report, thresholds, baseline).map((result) => ({
      ...result,
      words: `${name}: ${resultWords(result)}`,
    }))
  );
  for (const { isChance, words } of results) if (isChance) log.info(words);
  const held = results.filter(({ failed }) => failed).map(({ words }) => words);
  if (held.length > 0) throw new CheckError(`The check fails: ${held.join("; ")}`);
}

function resultWords({ threshold, actual, baseline, isChance }: ThresholdResult): string {
  const [is, other] = apart(actual, baseline ?? threshold.value, threshold);
  const from = baseline === undefined ? "" : `, the baseline's is ${other}`;
  const chance = isChance === undefined ? "" : isChance ? ": within chance" : ": beyond chance";
  return `${threshold.text} (it is ${is}${from}${chance})`;
}

/** Two values of a figure in words; exact, if they are the same words when they are rounded. */
function apart(a: FigureValue, b: FigureValue, figure: Figure): readonly [string, string] {
  const words = [figureWords(a, figure), figureWords(b, figure)] as const;
  return words[0] === words[1] ? [String(a), String(b)] : words;
}

function conditions(
  report: Report,
  thresholds: readonly Threshold[],
  baseline: Report | undefined,
): ThresholdResult[] {
  try {
    return checkThresholds(report, thresholds, baseline);
  } catch (cause) {
    throw new UsageError(`--fail-if: ${(cause as Error).message}`, { cause });
  }
}
