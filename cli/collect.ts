import { Collector, LoneRuns } from "../lib/collect/mod.ts";
import { noRecorder } from "../lib/record/mod.ts";
import { COLLECT_PORT, collectAddress } from "./collecting.ts";
import { type Command, COMMON } from "./command.ts";
import { UsageError } from "./errors.ts";
import { openLog } from "./log.ts";
import { one, readOptions, text } from "./options.ts";
import { LiveLine } from "./progress.ts";
import { clock, openLogOf } from "./wire.ts";

const options = {
  out: one("FILE", "the run log (default run.json; none: do not write one)", text),
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
    const recorder = path === "none" ? noRecorder : stack.use(await openLogOf(path, "collect", log, {}));
    const runs = new LoneRuns(recorder);
    const collector = stack.use(
      new Collector({ hostname, port, clock, onLine: (line, heardAtMs) => runs.take(line, heardAtMs) }),
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
    log.info(`Heard ${recorded} runs of functions; ${running} have not ended`);
    if (unmatched > 0) log.warn(`${unmatched} lines have no counterpart; they were left out`);
    if (unreadable > 0) log.warn(`${unreadable} lines were not understood; they were left out`);
    if (path !== "none") log.info(`Run log: ${path}. See sequoia report ${path}`);
  },
};

function readAddress(text: string | undefined): ReturnType<typeof collectAddress> {
  return collectAddress(text ?? String(COLLECT_PORT));
}

function progressLine({ recorded, running }: LoneRuns, { counts }: Collector): string {
  return `running ${running}, ended ${recorded}; connections ${counts.open}`;
}
