import { formatDuration, type JsonObject } from "../lib/model/mod.ts";
import { openRunLog, type Recorder, RUN_SCHEMA, type RunInfo } from "../lib/record/mod.ts";
import {
  figureWords,
  parseFigure,
  renderHtml,
  RunningReport,
  type RunView,
  valueOfFigure,
} from "../lib/report/mod.ts";
import type { FloorShortage } from "../lib/scheduler/mod.ts";
import {
  type Estimate,
  estimate,
  isConfident,
  seededSimulation,
  type SimulationRecorder,
} from "../lib/simulate/mod.ts";
import type { Command, Context } from "./command.ts";
import { UsageError } from "./errors.ts";
import {
  type Experiment,
  experimentOf,
  type Scenario,
  SIMULATE_OPTIONS,
  type SimulateValues,
} from "./experiment.ts";
import { floorShortageWords } from "./floor_words.ts";
import { openLog } from "./log.ts";
import { readOptions } from "./options.ts";
import { LiveBar } from "./progress.ts";
import { show, writePage } from "./report_output.ts";
import { POLICY_TABLE } from "./scheduling_options.ts";
import { INSTANTS_PER_SLICE, turn } from "./slices.ts";
import { VERSION } from "./version.ts";
import { clock } from "./wire.ts";

/** A figure is known well enough when its 95 % confidence interval is within this part of it. */
const CONFIDENT = 0.02;
/** Figures that vary so much that more replications would be needed are reported as they are. */
const MOST_REPLICATIONS = 1000;
/** The scheduler's gauges are logged and drawn at this interval, in milliseconds, as consumers do it. */
const COUNTER_MS = 250;

/** `sequoia simulate` */
export const command: Command = {
  usage: "WORKLOAD… | RUN [options]",
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
  ],
  tables: { "Policies": POLICY_TABLE },
  options: SIMULATE_OPTIONS,
  async run(args, context) {
    const { values, rest } = readOptions(SIMULATE_OPTIONS, args);
    if (rest.length === 0) {
      throw new UsageError("simulate: name a workload, for example workloads/fan7.ts, or a run log");
    }
    const log = openLog(values);
    const experiment = await experimentOf(rest, values);
    const { items, decides } = experiment;
    if (decides) {
      const each = items === 1 ? "1 item" : `${items} items`;
      log.info(`Functions answer nothing here: conditions count as true, and maps have ${each} (--items N)`);
    }
    for (const note of experiment.notes ?? []) log.info(note);
    if (values["until-confident"]) return await untilConfident(experiment, values, context);
    const views: RunView[] = [];
    for (const scenario of experiment.scenarios) {
      const info = infoOf(experiment, scenario);
      const collector = new RunningReport(info);
      await using stack = new AsyncDisposableStack();
      const path = values.out === undefined ? undefined : logPath(values.out, experiment, scenario);
      const runLog = path === undefined ? undefined : stack.use(await openRunLog(path, info));
      const recorder = runLog === undefined ? collector : both(collector, runLog);
      const counterMs = (values.html ?? path) === undefined ? Infinity : COUNTER_MS;
      const shortage = await simulate(experiment, scenario, experiment.seed, recorder, counterMs, context);
      if (shortage !== undefined) log.warn(`${scenario.name}: ${floorShortageWords(shortage)}`);
      views.push(collector.view(scenario.name));
      if (runLog !== undefined) log.info(`Run log: ${runLog.path}. See sequoia report ${runLog.path}`);
    }
    show(views, values, context.print);
    if (values.html !== undefined) {
      await writePage(values.html, renderHtml(views));
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
  await using _bar = new LiveBar(clock, "count" in size ? size.count : size.forMs, () => ({
    done: "count" in size ? simulation.arrived : Math.min(size.forMs, simulation.nowMs - startMs),
    words: `${name}: ${simulation.arrived} instances, ${
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
      const collector = new RunningReport(infoOf(experiment, scenario));
      await simulate(
        experiment,
        scenario,
        `${experiment.seed}/${found.length}`,
        collector,
        Infinity,
        context,
      );
      if (context.drain.aborted) break;
      const value = valueOfFigure(collector.report(), figure);
      if (value === null) {
        throw new UsageError(`--figure ${figure.path}: ${scenario.name} has no data for it`);
      }
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
      `${name.padEnd(widest)}  ${figureWords(mean, figure)} ± ${
        figureWords(halfWidth, figure)
      }  (${replications} runs${known})`,
    );
  }
}

function infoOf({ seed, startMs }: Experiment, { name, limits, scheduling, profile }: Scenario): RunInfo {
  return {
    schema: RUN_SCHEMA,
    command: "simulate",
    version: VERSION,
    policy: name,
    limits: limits as JsonObject,
    scheduling,
    platform: profile.name,
    seed,
    startedAtMs: startMs,
  };
}

function both(first: SimulationRecorder, second: Recorder): SimulationRecorder {
  return {
    started: (...start) => first.started?.(...start),
    attempt: (event) => (first.attempt(event), second.attempt(event)),
    functionRun: (event) => (first.functionRun(event), second.functionRun(event)),
    submit: (event) => (first.submit(event), second.submit(event)),
    end: (event) => (first.end(event), second.end(event)),
    counter: (event) => (first.counter(event), second.counter(event)),
  };
}

/** `run.json` of fair-share is `run.fair-share.json`, if there are several. */
function logPath(out: string, { scenarios }: Experiment, { name }: Scenario): string {
  if (scenarios.length === 1) return out;
  const own = name.replaceAll(/[^\w.+-]+/g, "_");
  return /\.json(\.gz)?$/.test(out) ? out.replace(/(\.json(\.gz)?)$/, `.${own}$1`) : `${out}.${own}`;
}
