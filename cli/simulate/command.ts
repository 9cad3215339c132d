import { counted, formatDuration, type JsonObject } from "../../lib/model/mod.ts";
import { openRunLog, type Recorder, RUN_SCHEMA, type RunInfo } from "../../lib/record/mod.ts";
import {
  drawn,
  type DrawnRun,
  type Figure,
  type FigureValue,
  figureWords,
  parseFigure,
  renderHtml,
  type Report,
  RunningReport,
  RunPicture,
  type RunView,
  valueOfFigure,
} from "../../lib/report/mod.ts";
import { FIGURE_TABLE } from "../options/figure_table.ts";
import { PROFILE_TABLE } from "../options/profile_table.ts";
import { goodputOptions } from "../options/goodput_option.ts";
import { queues } from "../../lib/provider/mod.ts";
import { type FloorShortage, floorShortageWords } from "../../lib/scheduler/mod.ts";
import {
  type Estimate,
  estimate,
  isConfident,
  seededSimulation,
  type SimulationRecorder,
} from "../../lib/simulate/mod.ts";
import type { Command, Context } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import {
  type Experiment,
  experimentOf,
  type Scenario,
  SIMULATE_OPTIONS,
  type SimulateValues,
} from "./experiment.ts";
import { openLog } from "../shell/log.ts";
import { readOptions } from "../shell/options.ts";
import { LiveBar } from "../shell/progress.ts";
import { show, writePage } from "../words/report_output.ts";
import { POLICY_TABLE } from "../options/scheduling_options.ts";
import { INSTANTS_PER_SLICE, turn } from "./slices.ts";
import { VERSION } from "../shell/version.ts";
import { clock } from "../assembly.ts";

/** A figure is known well enough when its 95 % confidence interval is within this part of it. */
const CONFIDENT = 0.02;
/** Figures that vary so much that more replications would be needed are reported as they are. */
const MOST_REPLICATIONS = 1000;
/** The scheduler's gauges are logged and drawn at this interval, in milliseconds, as consumers do it. */
const COUNTER_MS = 250;

/** `sequoia simulate` */
export const command: Command = {
  usage: "WORKLOAD… | RUN | --trace FILE [options]",
  examples: [
    [
      "sequoia simulate workloads/mixed.ts --poisson 20 --for 1h --limit 100 --policy fcfs,fair-share --baseline " +
      "--profile hard-limit",
      "an hour in seconds, with two policies and without any",
    ],
    [
      "sequoia simulate workloads/fan7.ts --poisson 5 --count 1000 --until-confident --figure queueing_ms.p99",
      "as often as it takes to know a figure",
    ],
    ["sequoia simulate run.json --policy fair-share --limit 50", "what would have happened?"],
    [
      "sequoia simulate --trace invocations_per_function_md.anon.d01.csv --sample 0.01 --hours 9..10 --limit 50",
      "an hour of one in a hundred apps of a public trace",
    ],
  ],
  tables: { "Policies": POLICY_TABLE, ...PROFILE_TABLE, ...FIGURE_TABLE },
  options: SIMULATE_OPTIONS,
  async run(args, context) {
    const { values, rest } = readOptions(SIMULATE_OPTIONS, args);
    if (rest.length === 0 && values.trace.length === 0) {
      throw new UsageError(
        "simulate: name a workload, for example workloads/fan7.ts, a run log, or a --trace",
      );
    }
    const log = openLog(values);
    const experiment = await experimentOf(rest, values);
    const { items, decides } = experiment;
    if (decides) {
      const each = counted(items, "item");
      log.info(`Functions answer nothing here: conditions count as true, and maps have ${each} (--items N)`);
    }
    for (const note of experiment.notes ?? []) log.info(note);
    if (values["until-confident"]) return await untilConfident(experiment, values, context);
    const views: RunView[] = [], pages: DrawnRun[] = [];
    for (const scenario of experiment.scenarios) {
      if (context.drain.aborted && views.length > 0) break; // what has not begun is no result
      const info = infoOf(experiment, scenario);
      const collector = new RunningReport(info, goodputOptions(values));
      await using stack = new AsyncDisposableStack();
      const path = values.out === undefined ? undefined : logPath(values.out, experiment, scenario);
      const runLog = path === undefined ? undefined : stack.use(await openRunLog(path, info));
      const picture = values.html === undefined ? undefined : new RunPicture();
      picture?.add({ type: "run", ...info });
      const others = [runLog, picture].filter((one) => one !== undefined);
      const recorder = others.reduce<SimulationRecorder>(tee, collector);
      const counterMs = (values.html ?? path) === undefined ? Infinity : COUNTER_MS;
      const shortage = await simulate(experiment, scenario, experiment.seed, recorder, counterMs, context);
      if (shortage !== undefined) log.warn(`${scenario.name}: ${floorShortageWords(shortage)}`);
      const view = collector.view(scenario.name);
      views.push(view);
      if (picture !== undefined) pages.push(drawn(view, picture, collector.jainOverTime()));
      if (runLog !== undefined) log.info(`Run log: ${runLog.path}. See sequoia report ${runLog.path}`);
    }
    show(views, values, context);
    if (values.html !== undefined) {
      await writePage(values.html, renderHtml(pages));
      log.info(`Report: ${values.html}`);
    }
  },
};

/** Runs one scenario to its end, or until it is interrupted. @returns the shortage of slots for floors in the end, if there is one */
async function simulate(
  experiment: Experiment,
  { name, policy, limits, timedLimits = [], options, profile }: Scenario,
  seed: string,
  recorder: SimulationRecorder,
  counterMs: number,
  { drain }: Context,
): Promise<FloorShortage | undefined> {
  const { simulation, scheduler } = seededSimulation({
    arrivals: experiment.arrivals(seed),
    ...{ seed, profile, recorder, counterMs },
    scheduling: policy && { policy, limits, ...options },
    items: experiment.items,
    startMs: experiment.startMs,
    limits: timedLimits,
    ...(experiment.refusalMs === undefined ? {} : { refusalMs: experiment.refusalMs }),
  });
  const { size, startMs } = experiment;
  using _bar = new LiveBar(clock, "count" in size ? size.count : size.forMs, () => ({
    done: "count" in size ? simulation.arrived : Math.min(size.forMs, simulation.nowMs - startMs),
    words: `${name}: ${counted(simulation.arrived, "instance")}, ${
      formatDuration(Math.round(simulation.nowMs - startMs))
    }`,
  }));
  while (!drain.aborted && simulation.advance(INSTANTS_PER_SLICE)) await turn();
  return scheduler?.floorShortage;
}

async function untilConfident(
  experiment: Experiment,
  values: SimulateValues,
  context: Context,
): Promise<void> {
  const figure = values.figure ?? parseFigure("chain_ms.mean");
  const results: ({ readonly name: string } & Estimate)[] = [];
  for (const scenario of experiment.scenarios) {
    const found: number[] = [];
    do {
      const collector = new RunningReport(infoOf(experiment, scenario), goodputOptions(values));
      await simulate(
        experiment,
        scenario,
        `${experiment.seed}/${found.length}`,
        collector,
        Infinity,
        context,
      );
      if (context.drain.aborted) break;
      const value = valueIn(collector.report(false), figure);
      if (value === null) {
        throw new UsageError(`--figure ${figure.path}: ${scenario.name} has no data for it`);
      }
      if (value === "never") throw new UsageError(neverWords(figure, scenario));
      found.push(value);
    } while (!isConfident(estimate(found), CONFIDENT) && found.length < MOST_REPLICATIONS);
    if (found.length > 0) results.push({ name: scenario.name, ...estimate(found) });
    if (context.drain.aborted) break;
  }
  if (values.json) {
    context.print(JSON.stringify({ figure: figure.path, seed: experiment.seed, runs: results }));
    return;
  }
  context.print(`${figure.path}, 95 % confidence`);
  const widest = Math.max(...results.map(({ name }) => name.length));
  for (const { name, mean, halfWidth, replications } of results) {
    const known = isConfident({ mean, halfWidth, replications }, CONFIDENT) ? "" : ", not known any better";
    context.print(
      `${name.padEnd(widest)}  ${figureWords(mean, figure)} ± ${figureWords(halfWidth, figure)}  (${
        counted(replications, "run")
      }${known})`,
    );
  }
}

/** The value of the figure that is asked for. @throws {UsageError} if the run has not the chain, value or function */
function valueIn(report: Report, figure: Figure): FigureValue {
  try {
    return valueOfFigure(report, figure);
  } catch (cause) {
    throw new UsageError(`--figure: ${(cause as Error).message}`, { cause });
  }
}

function neverWords({ path }: Figure, { name }: Scenario): string {
  const completed = `completed_${path}`, isKnown = path.startsWith("chain_ms.");
  return `--figure ${path}: under ${name} chains are lost, so it is "never" and has no interval. ` +
    (isKnown ? `Name --figure ${completed}, which is of those that complete` : "Name another figure");
}

function infoOf(
  { seed, startMs }: Experiment,
  { name, policy, limits, scheduling, profile }: Scenario,
): RunInfo {
  return {
    schema: RUN_SCHEMA,
    command: "simulate",
    version: VERSION,
    policy: name,
    limits: limits as JsonObject,
    scheduling,
    platform: profile.name,
    ...policy === undefined && { queue: queues(profile) ? "provider" : "none" },
    seed,
    startedAtMs: startMs,
  };
}

/** A recorder that records every event in two others. */
function tee(first: SimulationRecorder, second: Recorder): SimulationRecorder {
  return {
    started: (...start) => first.started?.(...start),
    attempt: (event) => (first.attempt(event), second.attempt(event)),
    functionRun: (event) => (first.functionRun(event), second.functionRun(event)),
    submit: (event) => (first.submit(event), second.submit(event)),
    end: (event) => (first.end(event), second.end(event)),
    counter: (event) => (first.counter(event), second.counter(event)),
    setting: (event) => (first.setting(event), second.setting(event)),
  };
}

/** `run.json` of fair-share is `run.fair-share.json`, if there are several. */
function logPath(out: string, { scenarios }: Experiment, { name }: Scenario): string {
  if (scenarios.length === 1) return out;
  const own = name.replaceAll(/[^\w.+-]+/g, "_");
  return /\.json(\.gz)?$/.test(out) ? out.replace(/(\.json(\.gz)?)$/, `.${own}$1`) : `${out}.${own}`;
}
