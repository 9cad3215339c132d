import { counted } from "../../lib/model/mod.ts";
import { Collector, LoneRuns } from "../../lib/collect/mod.ts";
import { noRecorder } from "../../lib/record/mod.ts";
import { COLLECT_PORT, collectAddress } from "../options/collecting.ts";
import { RUN_LOG_OPTIONS } from "../options/run_log_options.ts";
import { type Command, COMMON } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { openLog } from "../shell/log.ts";
import { readOptions } from "../shell/options.ts";
import { LiveLine } from "../shell/progress.ts";
import { clock, openLogOf } from "../assembly.ts";

const options = {
  ...RUN_LOG_OPTIONS,
  ...COMMON,
} as const;

/** `sequoia collect` */
export const command: Command = {
  usage: "[ADDRESS] [options]",
  examples: [
    ["sequoia collect", `at port ${COLLECT_PORT} of this machine, where the original's wrapper reports to`],
    [
      "sequoia collect 0.0.0.0:10000 --out functions.json",
      "from other machines; sequoia report functions.json",
    ],
    ["sequoia consume --collect 10000", "while consuming, which also knows how long calls waited"],
  ],
  options,
  isService: true,
  async run(args, context) {
    const { values, rest } = readOptions(options, args);
    if (rest.length > 1) throw new UsageError(`Unexpected argument "${rest[1]}". See --help`);
    const log = openLog(values);
    const { ip: hostname, port } = readAddress(rest[0]);
    await using stack = new AsyncDisposableStack();
    const path = values.out ?? "run.json";
    const runLog = path === "none"
      ? undefined
      : stack.use(await openLogOf(path, "collect", log, {}, values["out-max"]));
    const runs = new LoneRuns(runLog ?? noRecorder);
    const collector = stack.use(
      new Collector({ hostname, port, clock, onLine: (line, receivedAtMs) => runs.take(line, receivedAtMs) }),
    );
    log.info(`Hearing functions at ${hostname}:${collector.port}. ^C ends it`);
    {
      using _live = new LiveLine(clock, () => progressLine(runs, collector));
      await clock.until(Infinity, context.drain);
    }
    const { lines, unreadable } = collector.counts;
    const { recorded, running, unmatched } = runs;
    if (values.json) {
      context.print(JSON.stringify({ runs: recorded, unfinished: running, unmatched, lines, unreadable }));
    }
    log.info(`Heard ${counted(recorded, "run")} of functions; ${counted(running, "has", "have")} not ended`);
    if (unmatched > 0) {
      log.warn(
        `${counted(unmatched, "line has", "lines have")} no counterpart, and ${
          unmatched === 1 ? "was" : "were"
        } left out`,
      );
    }
    if (unreadable > 0) {
      log.warn(
        `${counted(unreadable, "line")} could not be understood, and ${
          unreadable === 1 ? "was" : "were"
        } left out`,
      );
    }
    if (runLog !== undefined) log.info(`Run log: ${runLog.path}. See sequoia report ${runLog.path}`);
  },
};

function readAddress(text: string | undefined): ReturnType<typeof collectAddress> {
  return collectAddress(text ?? String(COLLECT_PORT));
}

function progressLine({ recorded, running }: LoneRuns, { counts }: Collector): string {
  return `running ${running}, ended ${recorded}; connections ${counts.open}`;
}
