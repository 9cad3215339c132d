import type { Profile } from "../../lib/provider/mod.ts";
import { DEFAULT_POLICY, type Policy } from "../../lib/policies/mod.ts";
import { DEFAULT_LIMIT, type Limits } from "../../lib/scheduler/mod.ts";
import {
  type Chain,
  counted,
  freshSeed,
  isEndless,
  type JsonObject,
  MAX_ITEMS,
  parseCount,
  type Workload,
} from "../../lib/model/mod.ts";
import { figuresOf, listWords } from "../../lib/draw/mod.ts";
import type { Load } from "../../lib/produce/mod.ts";
import { readRunLog } from "../../lib/record/mod.ts";
import { parseFigure } from "../../lib/report/mod.ts";
import {
  type Arrival,
  type FittedLimit,
  plannedArrivals,
  recordedArrivals,
  type Recording,
  type TimedLimits,
} from "../../lib/simulate/mod.ts";
import { COMMON } from "../shell/command.ts";
import { UsageError } from "../shell/errors.ts";
import { LOAD_OPTIONS, loadOf } from "../options/load_options.ts";
import { flag, isGiven, one, optionGroup, text, type Values, withWords } from "../shell/options.ts";
import {
  checkEffects,
  limitsKept,
  limitsOf,
  POLICY_NAMES,
  policyOptionsOf,
  schedulerOptionsOf,
  SCHEDULING_OPTIONS,
  schedulingOf,
  withScheduling,
} from "../options/scheduling_options.ts";
import { arrivalsAsBusy, limitOfProvider, limitsIn, profileText, replayOf, timedLimitsIn } from "./replay.ts";
import { GOODPUT_OPTION } from "../options/goodput_option.ts";
import { VIEW_OPTIONS } from "../options/view_options.ts";
import { checkNames, namesIn } from "./known_names.ts";
import { makePolicy, profileOf } from "../assembly.ts";
import { workloadOf } from "../modules/workload_file.ts";

/** The options of `sequoia simulate`. */
export const SIMULATE_OPTIONS = {
  ...optionGroup("for the policy", {
    policy: one(
      "NAMES",
      `policies to compare, separated by commas (default ${DEFAULT_POLICY})`,
      withWords(text, POLICY_NAMES),
    ),
    baseline: flag("compare with no Sequoia: functions trigger each other through the provider"),
  }),
  ...SCHEDULING_OPTIONS,
  profile: one(
    "PROFILE",
    "how the provider behaves: a name or a file, and parameters (see functions --help; default ideal)",
    text,
  ),
  ...LOAD_OPTIONS,
  items: one("N", "how many items maps have, as functions answer nothing here (default 1)", parseItems),
  "until-confident": flag("repeat with new seeds until --figure is known within 2 % (95 % confidence)"),
  figure: one("PATH", "the figure of --until-confident, as in the JSON (default chain_ms.mean)", parseFigure),
  ...optionGroup("for the report", {
    html: one("FILE", "write a page with charts, self-contained", text),
    out: one("FILE", "write a run log; of several policies, one each: FILE.POLICY.json", text),
  }),
  ...GOODPUT_OPTION,
  ...VIEW_OPTIONS,
  ...COMMON,
} as const;

/** The parsed option values. */
export type SimulateValues = Values<typeof SIMULATE_OPTIONS>;

/** The scenarios that are tried, and the arrivals on which they are. */
export interface Experiment {
  readonly scenarios: readonly Scenario[];
  readonly seed: string;
  /** Number of items in each map. */
  readonly items: number;
  /** Whether any of the chains decides by what functions answer: by a condition, or a map. */
  readonly decides: boolean;
  /** When the first of them does, at the earliest. */
  readonly startMs: number;
  /** Time until the caller gets a refusal, in milliseconds, if that is known. */
  readonly refusalMs?: number;
  /** Notes to show first. */
  readonly notes?: readonly string[];
  /** Number of instances that arrive, or else the time for which they do, in milliseconds. */
  readonly size: { readonly count: number } | { readonly forMs: number };
  arrivals(seed: string): Iterable<Arrival>;
}

/** One way to run what arrives. */
export interface Scenario {
  readonly name: string;
  /** Undefined: without Sequoia. */
  readonly policy: Policy | undefined;
  readonly limits: Limits;
  /** Limits that come after these, in the course of time. */
  readonly timedLimits?: readonly TimedLimits[];
  /** Further options of the scheduler. */
  readonly options: ReturnType<typeof schedulerOptionsOf>;
  /** The options of the policy beside its name, for the log. */
  readonly scheduling: JsonObject;
  readonly profile: Profile;
}

/** Makes the experiment that a command line describes. */
export async function experimentOf(targets: readonly string[], values: SimulateValues): Promise<Experiment> {
  const seed = values.seed ?? freshSeed();
  const experiment = await (targets.some(isLog) ? recordedExperiment : plannedExperiment)(
    targets,
    values,
    seed,
  );
  checkEffects(
    values,
    experiment.scenarios.flatMap(({ name, policy }) => policy === undefined ? [] : [{ text: name, policy }]),
  );
  return experiment;
}

/** The arrivals of workloads. */
async function plannedExperiment(
  targets: readonly string[],
  values: SimulateValues,
  seed: string,
): Promise<Experiment> {
  const notes: string[] = [];
  const load = await boundedLoad(targets, { ...values, seed }, (words) => notes.push(words));
  const limits = limitsOf(values, DEFAULT_LIMIT), { by, figure } = values;
  const naming = { limits, by, figure, weighted: values.weight.map(([chain]) => chain) };
  checkNames(naming, namesIn(load.workload, values.label.map(([name]) => name)));
  const scenarios = await scenariosOf(values.policy ?? DEFAULT_POLICY, limits, values);
  return {
    scenarios,
    seed,
    items: values.items ?? 1,
    decides: load.workload.chains.some(({ chain }) => decides(chain)),
    startMs: 0,
    size: sizeOf(load),
    notes: [...notes, ...targets.length === 0 ? [] : timeless(load.workload)],
    arrivals: (seed) => plannedArrivals({ ...load, seed }),
  };
}

/** A note that names the functions whose run time nobody has declared, if there are any. */
function timeless({ chains }: Workload): string[] {
  const names = new Set(chains.flatMap(({ chain }) => figuresOf(chain).undeclared));
  if (names.size === 0) return [];
  return [
    `No time declared: ${listWords([...names])}. They take no time here. Write fn(…, { time: "1s" }), ` +
    "or simulate a recorded run",
  ];
}

function decides(chain: Chain): boolean {
  return [chain, ...Object.values(chain.subchains ?? {})].some(({ nodes }) =>
    nodes.some(({ when, map }) => when !== undefined || map !== undefined)
  );
}

function parseItems(text: string): number {
  const items = parseCount(text);
  if (items > MAX_ITEMS) throw new RangeError(`Cannot map ${items} items. Write ${MAX_ITEMS} or less`);
  return items;
}

function sizeOf({ arrivals, bounds: { count, forMs } }: Load): Experiment["size"] {
  if (arrivals.kind === "burst") return { count: Math.min(arrivals.size, count ?? Infinity) };
  if (arrivals.kind === "replay") return { count: Math.min(arrivals.count, count ?? Infinity) };
  if (arrivals.kind === "trace") return { count: Math.min(arrivals.atMs.length, count ?? Infinity) };
  if (arrivals.kind === "steps" && count === undefined) {
    return { forMs: Math.min(forMs ?? Infinity, arrivals.steps.reduce((sum, { forMs }) => sum + forMs, 0)) };
  }
  return count === undefined ? { forMs: forMs! } : { count };
}

function isLog(target: string): boolean {
  return /\.json(\.gz)?$/.test(target);
}

/** The arrivals of a recorded run, under its own policy and limits where none are given. */
async function recordedExperiment(
  targets: readonly string[],
  values: SimulateValues,
  seed: string,
): Promise<Experiment> {
  const [path = "", ...others] = targets;
  if (others.length > 0) throw new UsageError("simulate: name one run log, or workloads");
  const arriving = { ...LOAD_OPTIONS, items: SIMULATE_OPTIONS.items };
  const given = Object.keys(arriving).filter((key) =>
    key !== "seed" && isGiven(values[key as keyof typeof arriving])
  );
  if (given.length > 0) throw new UsageError(`simulate: what arrives is in ${path}. Leave --${given[0]} out`);
  if (values["until-confident"]) {
    throw new UsageError("simulate: --until-confident needs a workload to draw from");
  }
  const recording = await recordedArrivals(readRunLog(path).events, path);
  const { run, startMs, providerLimit } = recording;
  const replay = await replayOf(recording);
  const meantLimits = limitsOf(values, DEFAULT_LIMIT, run.limits && limitsIn(run));
  const isAsFound = values.limit === undefined && values.profile === undefined;
  const timedLimits = isAsFound ? timedLimitsIn(recording, meantLimits) : [];
  const limits = timedLimits[0]?.limits ?? meantLimits;
  const { values: meant, taken: options } = withScheduling(values, run.scheduling);
  const taken = [...options, ...limitsKept(values, limitsIn(run))];
  const fitted = values.profile === undefined && providerLimit !== undefined
    ? { ...providerLimit, limit: await limitOfProvider(recording, providerLimit, replay) }
    : undefined;
  const arrivals = providerLimit === undefined ? await arrivalsAsBusy(recording, replay) : recording.arrivals;
  const profile = fitted === undefined ? values.profile : profileText(fitted);
  const policies = values.policy ?? run.policy ?? DEFAULT_POLICY;
  return {
    scenarios: (await scenariosOf(policies, limits, { ...meant, profile })).map((each) =>
      each.policy === undefined ? each : { ...each, timedLimits }
    ),
    seed,
    items: 1,
    decides: false,
    startMs,
    size: { count: arrivals.length },
    ...fitted !== undefined && { refusalMs: fitted.refusalMs },
    notes: [
      ...taken.length > 0 ? [`As in ${path}: ${taken.map((name) => `--${name}`).join(", ")}`] : [],
      ...timedLimits.length > 1 ? [timedWords(recording)] : [],
      ...fitted === undefined ? [] : [limitWords(fitted)],
      ...replay === undefined
        ? [`Not fitted to ${path}: its policy ${run.policy} cannot be loaded here`]
        : [],
      ...recording.leftOut.map((what) => `Not as in ${path}: ${what}`),
    ],
    arrivals: () => arrivals,
  };
}

function timedWords({ limits }: Recording): string {
  const all = limits.map(({ limit }) => limit);
  return `The limit is what it was in the run at each instant, ${Math.min(...all)} to ${Math.max(...all)}: ` +
    "name a --limit, or a --profile, and it is found out again";
}

function limitWords({ limit, from, to, refused }: FittedLimit): string {
  const inFlight = from === to ? from : `${from} to ${to}`;
  return `The provider refused ${
    counted(refused, "call")
  }, mostly with ${inFlight} in flight: simulated as a hard limit of ${limit}, ` +
    "fitted to how long chains took. If it ramps up, queues, or limits single functions, name a --profile";
}

async function scenariosOf(policies: string, limits: Limits, values: SimulateValues): Promise<Scenario[]> {
  const common = {
    limits,
    options: schedulerOptionsOf(values),
    scheduling: schedulingOf(values),
    profile: await profileOf(values.profile),
  };
  const scenarios: Scenario[] = [];
  if (values.baseline) scenarios.push({ name: "baseline", policy: undefined, ...common, limits: {} });
  for (const name of policies.split(",").map((name) => name.trim())) {
    if (scenarios.some((other) => other.name === name)) throw new UsageError(`--policy names ${name} twice`);
    scenarios.push({ name, policy: await makePolicy(name, policyOptionsOf(values)), ...common });
  }
  return scenarios;
}

async function boundedLoad(
  targets: readonly string[],
  values: SimulateValues,
  onNote: (words: string) => void,
): Promise<Load> {
  const load = await loadOf(await workloadOf(targets, values.chain), values, { onNote });
  const { arrivals, bounds } = load;
  if (arrivals.kind !== "replay" && isEndless(arrivals) && (bounds.count ?? bounds.forMs) === undefined) {
    throw new UsageError("simulate: the load never ends. Say how much of it: --count N or --for DURATION");
  }
  return load;
}
