import type { Logger } from "@std/log";
import { readRuns } from "../lib/record/mod.ts";
import {
  buildRunView,
  checkThresholds,
  parseThreshold,
  renderCsv,
  renderHtml,
  type RunView,
  type Threshold,
} from "../lib/report/mod.ts";
import { type Command, COMMON, QUEUE_TIMEOUT_OPTION } from "./command.ts";
import { FailedError, UsageError } from "./errors.ts";
import { openLog } from "./log.ts";
import { flag, many, one, readOptions, text } from "./options.ts";
import { show, writePage } from "./report_output.ts";
import { mayHoldOriginalRun, type NamedRunLog, originalRunAt } from "./wire.ts";

const options = {
  html: one("FILE", "write a page with charts, self-contained", text),
  csv: flag("write the figures as CSV to stdout"),
  "fail-if": many(
    "CONDITION",
    "end with 1 if a run has it: 'queueing_ms.p99 > 200' (repeatable)",
    parseThreshold,
  ),
  ascii: flag("draw charts with ASCII signs only"),
  ...QUEUE_TIMEOUT_OPTION,
  ...COMMON,
} as const;

/** `sequoia report` */
export const command: Command = {
  usage: "RUN… [options]",
  examples: [
    ["sequoia report run.json", "one run, in the terminal"],
    ["sequoia report without.json with.json --html report.html", "two runs compared, also as a page"],
    ["sequoia report run.json --fail-if 'chains.dropped > 0' --json", "in a pipeline"],
    ["sequoia report serverLogsCS.txt run.json", "the original system's log, compared"],
    [
      "sequoia report kafka://127.0.0.1:9092",
      "what the original's logging topics hold; ?prefix= and logins as in --queue",
    ],
  ],
  options,
  async run(args, { drain: signal, print }) {
    const { values, rest } = readOptions(options, args);
    if (rest.length === 0) throw new UsageError("report: name a run log, for example run.json");
    if (values.csv && values.json) throw new UsageError("Choose one of --csv and --json");
    const log = openLog(values);
    const views: RunView[] = [];
    for (const path of rest) {
      views.push(...await viewsOf(path, { signal, giveUpAfterMs: values["queue-timeout"] }, log));
    }
    if (values.csv) print(renderCsv(views).trimEnd());
    else show(views, values, print);
    if (values.html !== undefined) {
      await writePage(values.html, renderHtml(views));
      log.info(`Report: ${values.html}`);
    }
    failIf(views, values["fail-if"]);
  },
};

interface Reading {
  readonly signal: AbortSignal;
  readonly giveUpAfterMs: number | undefined;
}

/** The views of an argument: of a file the runs that it holds, which have numbers if there are several. */
async function viewsOf(path: string, reading: Reading, log: Logger): Promise<RunView[]> {
  const views: RunView[] = [];
  let warnings: readonly string[] = [];
  for await (const run of runsOf(path, reading, log)) {
    views.push(await buildRunView(run.name, run.events));
    warnings = run.warnings;
  }
  for (const warning of warnings) log.warn(warning);
  if (views.length === 1) return views;
  log.info(`${path} holds ${views.length} runs`);
  return views.map((view, i) => ({ ...view, name: `${view.name}#${i + 1}` }));
}

/** The runs that an argument names: those of a file, or what topics on Kafka hold of the original's. */
async function* runsOf(
  path: string,
  { signal, giveUpAfterMs }: Reading,
  log: Logger,
): AsyncGenerator<NamedRunLog> {
  if (await mayHoldOriginalRun(path)) {
    const onNote = (words: string) => log.warn(words);
    const timeout = giveUpAfterMs === undefined ? {} : { giveUpAfterMs };
    yield await originalRunAt(path, { onNote, signal, ...timeout });
  } else {
    for await (const run of readRuns(path)) yield { name: path, ...run };
  }
}

/** @throws {FailedError} naming the conditions that hold */
function failIf(views: readonly RunView[], thresholds: readonly Threshold[]): void {
  const held = views.flatMap(({ name, report }) =>
    conditions(report, thresholds).filter(({ failed }) => failed).map(({ threshold, actual }) =>
      `${name}: ${threshold.text} (it is ${actual})`
    )
  );
  if (held.length > 0) throw new FailedError(held.join("; "));
}

function conditions(
  report: RunView["report"],
  thresholds: readonly Threshold[],
): ReturnType<typeof checkThresholds> {
  try {
    return checkThresholds(report, thresholds);
  } catch (cause) {
    throw new UsageError(`--fail-if: ${(cause as Error).message}`, { cause });
  }
}
